export type { Engine, TrainingJob, TrainingSession, TrainingSet, TrainingState } from './engine.ts';
export { IdentityError, type Identity } from './identity.ts';
export { initialParameters, type Repetition } from './initial-parameters.ts';
export type { Gradients, Loss, Model, Parameters, ParameterTensor } from './model.ts';
export { adam, type Adam, type GradientDescent, type Optimizer } from './optimizer.ts';
export { checkOrder } from './order.ts';
export { parameterTensors } from './parameters.ts';
export { checkJob } from './check.ts';
export {
  decodeCheckpoint,
  encodeCheckpoint,
  type Checkpoint,
  type EpochRecord,
  type InitialOutputs,
  type TrainingHistory,
} from './checkpoint.ts';
export { DeviceError } from './engines/device-error.ts';
export { onnxEngine, type OnnxOptions } from './engines/onnx.ts';
export { ONNX_FORMS, onnxActivations } from './engines/onnx/activations.ts';
export { partRows } from './engines/onnx/memory.ts';
export { TFJS_FORMS, tfjsActivations } from './engines/tfjs/activations.ts';
export { tfjsEngine, type TfjsBackend, type TfjsOptions } from './engines/tfjs.ts';
export { EngineUnavailableError } from './engines/unavailable.ts';
export { FormatError } from './format-error.ts';
export { accuracy, crossEntropy, logSoftmax, lossOf, meanSquaredError } from './losses.ts';
export {
  decodeSafetensors,
  encodeSafetensors,
  type Safetensors,
  type Tensor,
} from './safetensors.ts';
export {
  finalScore,
  searchRate,
  type RateGrid,
  type RateSearch,
  type Score,
  type Trial,
} from './search.ts';
export { train } from './train.ts';
export type { EpochEnd, LabelledSet, Training } from './training.ts';
export { encodeParameters } from './weights.ts';
