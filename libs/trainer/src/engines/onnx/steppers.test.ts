import * as onnxruntime from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { jumps, noise, smallModel, smallSet } from '../../../test/problem.ts';
import {
  adam,
  initialParameters,
  parameterTensors,
  type Optimizer,
  type Parameters,
  type TrainingJob,
} from '../../index.ts';
import { openLoopStepper } from './loop-stepper.ts';
import type { OnnxDevice } from './device.ts';
import { hostStores } from './host-store.ts';
import { partRows, stepping } from './memory.ts';
import { openPartStepper } from './part-stepper.ts';
import { allocateState, readState, writeState } from './state.ts';

const descent: Optimizer = { kind: 'gradient-descent' };
const count = 5000;

async function stepped(
  job: TrainingJob,
  open: typeof openLoopStepper,
): Promise<{ losses: Float64Array; parameters: Parameters }> {
  const { network } = job.model;
  const store = (await hostStores(onnxruntime, { kind: 'cpu', index: 0 }))();
  const matrix = (numbers: Float32Array, columns: number) =>
    store.variable(numbers, [count, columns]);
  const set = {
    images: await matrix(job.data.images, network.inputs),
    targets: await matrix(job.data.targets, network.outputs),
    offsets: await matrix(noise(count * network.outputs, 5), network.outputs),
  };
  const state = await allocateState(store, parameterTensors(job.model), job.optimizer);
  const parameters = initialParameters(job.model, { key: [1, 2], repetition: 0 });
  await writeState(store, state, { step: 0, parameters });
  const stepper = await open({ store, job, state, set });
  const losses = await stepper.run(jumps(3 * job.batch, count), 0.05, 0);
  const result = { losses, ...(await readState(store, state)) };
  await store.close();
  return result;
}

// 4003 rows are two whole parts and three rows; sums of 4003 numbers round to some 1e-6.
it.each([
  ['gradient descent', descent, 'reparametrised', 4003],
  ['gradient descent', descent, 'standard', 4003],
  ['gradient descent', descent, 'reparametrised', 3],
  ['Adam', adam(), 'reparametrised', 4003],
  ['Adam', adam(), 'standard', 4003],
] as const)(
  'steps of %s in parts are those in a loop: %o, %s gradients, batches of %i',
  async (_, optimizer, gradients, batch) => {
    const model = smallModel({ gradients, loss: 'cross-entropy' });
    const job = { model, optimizer, batch, data: smallSet(model, count) };
    expect(partRows(model.network)).toBe(2000);
    const whole = await stepped(job, openLoopStepper);
    const parts = await stepped(job, openPartStepper);
    const apart = (a: ArrayLike<number>, b: ArrayLike<number>) =>
      Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i]) / Math.max(1, Math.abs(x))));
    expect(apart(whole.losses, parts.losses)).toBeLessThan(1e-5);
    for (const [name, tensor] of Object.entries(whole.parameters)) {
      expect(apart(tensor, parts.parameters[name]), name).toBeLessThan(1e-5);
    }
  },
);

it('takes parts where a batch or the state is large, and no loop with WebGPU', () => {
  const at = (size: number, batch: number, optimizer: Optimizer, kind: OnnxDevice['kind']) => {
    const model = smallModel({ network: { width: size, depth: size, inputs: 784, outputs: 10 } });
    const job = { model, optimizer, batch, data: { count: batch } as TrainingJob['data'] };
    return stepping(job, { kind });
  };
  const on = (size: number, batch: number, optimizer: Optimizer) =>
    (['cpu', 'webgpu', 'cuda'] as const).map((kind) => at(size, batch, optimizer, kind));
  expect(on(100, 200, descent)).toEqual(['loop', 'step', 'loop']);
  expect(on(200, 200, adam())).toEqual(['loop', 'step', 'loop']);
  expect(on(50, 20_000, descent)).toEqual(['part', 'part', 'loop']);
  expect(on(500, 100, descent)).toEqual(['part', 'step', 'loop']);
  expect(on(300, 200, adam())).toEqual(['part', 'step', 'loop']);
  expect(on(500, 20_000, descent)).toEqual(['part', 'part', 'part']);
});
