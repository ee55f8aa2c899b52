import type { TrainingState } from '../../engine.ts';
import type { Optimizer } from '../../optimizer.ts';
import type { Parameters, ParameterTensor } from '../../model.ts';
import { matrixShape } from './program-parts.ts';
import type { Runtime, Tensor } from './runtime.ts';

export type TensorsByName = Readonly<Record<string, Tensor>>;

/** The state of a training in memory of its own, in which ONNX Runtime changes it. */
export interface StateTensors {
  readonly parameters: TensorsByName;
  /** Of the tensors that are trained, with Adam. */
  readonly moments?: { readonly first: TensorsByName; readonly second: TensorsByName };
}

export function allocateState(
  runtime: Runtime,
  tensors: readonly ParameterTensor[],
  optimizer: Optimizer,
): StateTensors {
  const parameters = zeros(runtime, tensors);
  if (optimizer.kind === 'gradient-descent') return { parameters };
  const trained = tensors.filter((tensor) => tensor.trained);
  return {
    parameters,
    moments: { first: zeros(runtime, trained), second: zeros(runtime, trained) },
  };
}

/** Tensors of zeros by name. */
export function zeros({ Tensor }: Runtime, tensors: readonly ParameterTensor[]): TensorsByName {
  return Object.fromEntries(
    tensors.map((tensor) => {
      const shape = matrixShape(tensor);
      const numbers = new Float32Array(shape.reduce((size, extent) => size * extent, 1));
      return [tensor.name, new Tensor('float32', numbers, shape)];
    }),
  );
}

/** Copies a state into `tensors`; moments that it does not have start at 0. */
export function writeState({ parameters, moments }: StateTensors, state: TrainingState): void {
  write(parameters, state.parameters);
  if (!moments) return;
  write(moments.first, state.moments?.first);
  write(moments.second, state.moments?.second);
}

export function readState({ parameters, moments }: StateTensors): Omit<TrainingState, 'step'> {
  return {
    parameters: read(parameters),
    ...(moments && { moments: { first: read(moments.first), second: read(moments.second) } }),
  };
}

/** The numbers of a tensor of f32, where they are. */
export function numbersOf(tensor: Tensor): Float32Array {
  return tensor.data as Float32Array;
}

function write(tensors: TensorsByName, values: Parameters | undefined): void {
  for (const [name, tensor] of Object.entries(tensors)) {
    if (values) numbersOf(tensor).set(values[name]);
    else numbersOf(tensor).fill(0);
  }
}

function read(tensors: TensorsByName): Parameters {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, numbersOf(tensor).slice()]),
  );
}
