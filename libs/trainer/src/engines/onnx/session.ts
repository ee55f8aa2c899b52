import { checkJob } from '../../check.ts';
import type { TrainingJob, TrainingSession } from '../../engine.ts';
import { checkOrder } from '../../order.ts';
import { parameterTensors } from '../../parameters.ts';
import { openLoopStepper } from './loop-stepper.ts';
import { lossTerms } from './loss.ts';
import { stepping } from './memory.ts';
import { openOutputs, type Outputs } from './outputs.ts';
import { openPartStepper } from './part-stepper.ts';
import { allocateState, readState, writeState } from './state.ts';
import { openStepStepper } from './step-stepper.ts';
import type { Store } from './store.ts';

const openSteppers = { loop: openLoopStepper, step: openStepStepper, part: openPartStepper };

/**
 * Opens a job on ONNX Runtime, with a store of its own. The training set may be used where it is and
 * must not change.
 *
 * @throws {RangeError} if the job cannot be, or its activation has no form in ONNX operators.
 * @throws {EngineUnavailableError} if the device is missing, or what it needs.
 * @throws {DeviceError} if a device other than the CPU gives up, as all that a session does may.
 */
export async function openOnnxSession(store: Store, job: TrainingJob): Promise<TrainingSession> {
  try {
    return await sessionIn(store, job);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function sessionIn(store: Store, job: TrainingJob): Promise<TrainingSession> {
  checkJob(job);
  const { model, batch, data } = job;
  const { network } = model;
  const set = {
    images: await store.variable(data.images, [data.count, network.inputs]),
    targets: await store.variable(data.targets, [data.count, network.outputs]),
    offsets: await store.zeros([data.count, network.outputs]),
  };
  const state = await allocateState(store, parameterTensors(model), job.optimizer);
  const stepper = await openSteppers[stepping(job, store.device)]({ store, job, state, set });
  const terms = lossTerms(model.loss, batch, network.outputs);
  let step = 0;
  let outputs: Outputs | undefined;

  return {
    async load(loaded, offsets) {
      await writeState(store, state, loaded);
      if (offsets) await store.write(set.offsets, offsets);
      else await store.fillWithZeros(set.offsets);
      step = loaded.step;
    },
    state: async () => ({ step, ...(await readState(store, state)) }),
    async run(order, rate) {
      checkOrder(order, batch, data.count);
      if (order.length === 0) return new Float64Array();
      const sums = await stepper.run(order, rate, step);
      step += sums.length;
      return sums.map((sum) => sum / terms);
    },
    async outputs(images) {
      outputs ??= await openOutputs(store, job, state.parameters);
      return outputs(images);
    },
    close: () => store.close(),
  };
}
