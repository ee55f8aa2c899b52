import { tanh } from '@resdiff/networks';
import { normals, seedKey, streams } from '@resdiff/random';
import {
  initialParameters,
  type Model,
  type Parameters,
  type TrainingSession,
  type TrainingSet,
} from '@resdiff/trainer';
import type { Peer } from './peers.ts';

const INPUTS = 784;
const OUTPUTS = 10;

/** The learning rate of all steps. */
export const RATE = 0.5;

/** Steps of gradient descent, as ours and the peer's script take them. */
export interface TrainingSteps {
  /** Width and depth. */
  readonly size: number;
  /** Images of the training set. */
  readonly count: number;
  readonly batch: number;
  /** Steps before the timing, and in it. */
  readonly warmup: number;
  readonly steps: number;
}

/** A completed tanh network before its training, and its data. */
export interface TrainingProblem {
  readonly model: Model;
  readonly data: TrainingSet;
  readonly parameters: Parameters;
}

export function trainingProblem({ size, count }: TrainingSteps): TrainingProblem {
  const model: Model = {
    network: {
      width: size,
      depth: size,
      inputs: INPUTS,
      outputs: OUTPUTS,
      T: 1,
      activation: tanh,
      sigmaW: 1,
      sigmaB: 0.1,
      sigmaZ: INPUTS ** -0.5,
      sigmaY: 1,
    },
    loss: 'mse',
    gradients: 'reparametrised',
    trains: { input: true, output: true },
  };
  const parameters = initialParameters(model, { key: seedKey(1), repetition: 0 });
  return { model, data: randomSet(count), parameters };
}

/** Images with as many dark pixels as digits have, and classes in turn. */
function randomSet(count: number): TrainingSet {
  const pixels = normals(
    { key: seedKey(2), stream: streams.resnet, draw: 0, layer: 0 },
    count * INPUTS,
  );
  const targets = new Float32Array(count * OUTPUTS);
  for (let image = 0; image < count; image++) targets[image * OUTPUTS + (image % OUTPUTS)] = 1;
  return {
    count,
    images: Float32Array.from(pixels, (x) => Math.min(1, Math.max(0, x - 0.8))),
    targets,
  };
}

/** Steps of an open session of ours on a problem: their losses, and what `timed` says of the last. */
export async function takeSteps(
  session: TrainingSession,
  { parameters, data }: TrainingProblem,
  { batch, warmup, steps }: TrainingSteps,
  timed: (work: () => Promise<void>) => Promise<number>,
): Promise<Steps> {
  const order = Int32Array.from({ length: (warmup + steps) * batch }, (_, row) => row % data.count);
  await session.load({ step: 0, parameters });
  const losses = [...(await session.run(order.subarray(0, warmup * batch), RATE))];
  const seconds = await timed(async () => {
    losses.push(...(await session.run(order.subarray(warmup * batch), RATE)));
  });
  return { seconds: seconds / steps, losses };
}

/** What one measurement gives. */
export interface Steps {
  /** A step. */
  readonly seconds: number;
  /** Of all steps, those before the timing too. */
  readonly losses: readonly number[];
}

/** The training set and the parameters, as the peer's script reads them. */
export function problemBytes({ data, parameters }: TrainingProblem): Buffer[] {
  const arrays = [data.images, data.targets, ...(Object.values(parameters) as Float32Array[])];
  return arrays.map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
}

/** The steps of the peer's script, from the problem in `file`. */
export async function peerSteps(
  peer: Peer,
  way: string,
  file: string,
  { size, count, batch, warmup, steps }: TrainingSteps,
  device: 'cpu' | 'cuda',
): Promise<Steps> {
  const { seconds, losses } = await peer.run('training_torch.py', [
    way,
    file,
    ...['--width', size, '--depth', size, '--count', count, '--batch', batch],
    ...['--warmup', warmup, '--steps', steps, '--rate', RATE, '--device', device],
  ]);
  return { seconds: Number(seconds), losses: losses as number[] };
}

/**
 * Rounding parts two trainings by some 1e-6 in the first steps.
 *
 * @throws Error if losses are not those expected.
 */
export function checkLosses(
  name: string,
  losses: readonly number[],
  expected: readonly number[],
): void {
  const parts = expected.map((loss, step) => Math.abs(losses[step] / loss - 1));
  const apart = Math.max(...parts.slice(0, 10));
  if (losses.length !== expected.length || !(apart < 1e-4)) {
    throw new Error(
      `${name} does other work: its losses begin ${losses.slice(0, 3).join(', ')} and not ` +
        expected.slice(0, 3).join(', '),
    );
  }
}
