import { checkJob } from '../../check.ts';
import type { TrainingJob, TrainingSession } from '../../engine.ts';
import { checkOrder } from '../../order.ts';
import { parameterTensors } from '../../parameters.ts';
import { openLoopStepper } from './loop-stepper.ts';
import { lossTerms } from './loss.ts';
import { isLarge, loops } from './memory.ts';
import { openOutputs, type Outputs } from './outputs.ts';
import { openPartStepper } from './part-stepper.ts';
import type { ExecutionProviders, Runtime } from './runtime.ts';
import { allocateState, numbersOf, readState, writeState } from './state-tensors.ts';

/**
 * Opens a job on ONNX Runtime. The training set is used where it is and must not change.
 *
 * @throws {RangeError} if the job cannot be, or its activation has no form in ONNX operators.
 * @throws {EngineUnavailableError} if an execution provider is missing or does not load.
 */
export async function openOnnxSession(
  runtime: Runtime,
  job: TrainingJob,
  executionProviders: ExecutionProviders,
): Promise<TrainingSession> {
  checkJob(job);
  const { model, batch, data } = job;
  const { network } = model;
  const matrix = (numbers: Float32Array, columns: number) =>
    new runtime.Tensor('float32', numbers, [data.count, columns]);
  const set = {
    images: matrix(data.images, network.inputs),
    targets: matrix(data.targets, network.outputs),
    offsets: matrix(new Float32Array(data.count * network.outputs), network.outputs),
  };
  const state = allocateState(runtime, parameterTensors(model), job.optimizer);
  const openStepper = loops(job) ? openLoopStepper : openPartStepper;
  const stepper = await openStepper({ runtime, executionProviders, job, state, set });
  const terms = lossTerms(model.loss, batch, network.outputs);
  let step = 0;
  let outputs: Outputs | undefined;

  return {
    load(loaded, offsets) {
      writeState(state, loaded);
      if (offsets) numbersOf(set.offsets).set(offsets);
      else numbersOf(set.offsets).fill(0);
      step = loaded.step;
      return Promise.resolve();
    },
    state: () => Promise.resolve({ step, ...readState(state) }),
    async run(order, rate) {
      checkOrder(order, batch, data.count);
      if (order.length === 0) return new Float64Array();
      const sums = await stepper.run(order, rate, step);
      step += sums.length;
      return sums.map((sum) => sum / terms);
    },
    async outputs(images) {
      const frugal = isLarge(model, job.optimizer);
      outputs ??= await openOutputs(
        runtime,
        { executionProviders, frugal },
        model,
        state.parameters,
      );
      return outputs.of(images);
    },
    async close() {
      await stepper.close();
      await outputs?.close();
    },
  };
}
