import { activations, tanh } from '@resdiff/networks';
import {
  adam,
  initialParameters,
  type Engine,
  type Model,
  type Optimizer,
  type Parameters,
  type TrainingJob,
  type TrainingSession,
} from '../src/index.ts';
import { jumps, noise, smallModel, smallSet } from './problem.ts';

/** A training that is to be the same on every device. */
export interface Task {
  readonly job: TrainingJob;
  readonly rate: number;
  readonly steps: number;
  readonly centred?: boolean;
}

/** What a training comes to. */
export type Result = Readonly<Record<string, ArrayLike<number>>>;

// On WebGPU, products have one shader up to 8 rows and columns, others from 9 on, and others for
// multiples of 4: the batches of 6, of 21, and of 2000 and 3 below meet them all.
const count = 21;
const descent: Optimizer = { kind: 'gradient-descent' };
const optimizers = {
  GD: { optimizer: descent, batch: count, rate: 0.1 },
  SGD: { optimizer: descent, batch: 6, rate: 0.1 },
  Adam: { optimizer: adam(), batch: 6, rate: 0.01 },
};

function task(
  { rate, optimizer, batch }: (typeof optimizers)['GD'] | (typeof optimizers)['Adam'],
  model: Model = smallModel({ loss: 'cross-entropy' }),
  others: Partial<Task> = {},
): Task {
  const data = smallSet(model, Math.max(count, batch));
  return { job: { model, optimizer, batch, data }, rate, steps: 10, ...others };
}

/** By optimizer, and whether the outputs have offsets. */
export const plain: Readonly<Record<string, Task>> = Object.fromEntries(
  Object.entries(optimizers).flatMap(([name, optimizer]) => [
    [name, task(optimizer)],
    [`${name}, centred`, task(optimizer, undefined, { centred: true })],
  ]),
);

/** More rows than go through a network together. */
const parts = 2003;
const shallow = smallModel({ loss: 'cross-entropy', network: { depth: 1 } });

export const special: Readonly<Record<string, Task>> = {
  'mean squared error': task(optimizers.SGD, smallModel()),
  'gradients of the parameters themselves': task(
    { ...optimizers.Adam, rate: 0.002 },
    smallModel({ gradients: 'standard', trains: { input: false, output: false } }),
  ),
  'more steps than losses are kept of': task(optimizers.SGD, undefined, { steps: 40 }),
  'gradient descent in parts': task({ ...optimizers.SGD, batch: parts }, shallow, { steps: 2 }),
  'Adam in parts': task({ ...optimizers.Adam, batch: parts }, shallow, { steps: 2 }),
};

/** By activation. */
export const activated: Readonly<Record<string, Task>> = Object.fromEntries(
  activations
    .filter(({ name }) => name !== tanh.name)
    .map((activation) => {
      const model = smallModel({ loss: 'cross-entropy', network: { activation, depth: 2 } });
      return [activation.name, task(optimizers.SGD, model, { steps: 3 })];
    }),
);

export const tasks = { ...plain, ...special, ...activated };

export function orderOf({ job: { batch, data }, steps }: Task): Int32Array {
  return jumps(steps * batch, data.count);
}

/** A session of a task, before its first step. */
export async function started(
  engine: Engine,
  { job, centred = false }: Task,
): Promise<TrainingSession> {
  const { model, data } = job;
  const session = await engine.open(job);
  const parameters = initialParameters(model, { key: [1, 2], repetition: 0 });
  const offsets = centred ? noise(data.count * model.network.outputs, 5) : undefined;
  await session.load({ step: 0, parameters }, offsets);
  return session;
}

export async function trained(engine: Engine, task: Task): Promise<Result> {
  const session = await started(engine, task);
  const losses = await session.run(orderOf(task), task.rate);
  const { parameters, moments } = await session.state();
  const outputs = await session.outputs(noise(9 * task.job.model.network.inputs, 6));
  await session.close();
  return {
    losses,
    outputs,
    ...parameters,
    ...renamed('first', moments?.first),
    ...renamed('second', moments?.second),
  };
}

function renamed(prefix: string, tensors: Parameters = {}): Parameters {
  const entries = Object.entries(tensors);
  return Object.fromEntries(entries.map(([name, tensor]) => [`${prefix}.${name}`, tensor]));
}
