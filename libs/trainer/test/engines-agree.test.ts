import { beforeAll, describe, expect, it } from 'vitest';
import {
  adam,
  initialParameters,
  onnxEngine,
  tfjsEngine,
  type Engine,
  type Optimizer,
  type TrainingJob,
} from '../src/index.ts';
import { jumps, noise, smallModel, smallSet } from './problem.ts';
import { referenceEngine } from './reference.ts';

type Result = Record<string, ArrayLike<number>>;

const descent: Optimizer = { kind: 'gradient-descent' };
const epochs = 10;

/** What training on an engine comes to: the losses, the parameters, and outputs on other images. */
async function trained(engine: Engine, job: TrainingJob, rate: number): Promise<Result> {
  const { count } = job.data;
  const { inputs, outputs } = job.model.network;
  const session = await engine.open(job);
  await session.load(
    { step: 0, parameters: initialParameters(job.model, { key: [1, 2], repetition: 3 }) },
    noise(count * outputs, 5),
  );
  const losses: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = jumps(count, count).map((row) => (row + epoch) % count);
    losses.push(...(await session.run(order, rate)));
  }
  const { parameters } = await session.state();
  const result = { losses, ...parameters, outputs: await session.outputs(noise(9 * inputs, 6)) };
  await session.close();
  return result;
}

/**
 * How far two results may be apart: the share `most` of all entries, and the worst of them, over the
 * largest entry of its tensor.
 */
interface Agreement {
  readonly most: number;
  readonly worst: number;
}

/**
 * f32 rounds to 6e-8, and fifty steps of gradient descent add up some ten roundings. Adam divides
 * a gradient by its own size: where a first gradient cancels to less than its rounding, 1e-8 or so,
 * that entry takes a step of up to a rate of its own, 1e-3 of the largest entry, and the others feel it.
 */
const agreements: Record<Optimizer['kind'], Agreement> = {
  'gradient-descent': { most: 2e-6, worst: 5e-6 },
  adam: { most: 2e-5, worst: 2e-3 },
};

/** Nine in ten entries, and all. */
function apart(actual: Result, expected: Result): Agreement {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  const errors = Object.entries(expected).flatMap(([name, values]) => {
    const truth = Array.from(values);
    const largest = Math.max(...truth.map(Math.abs));
    expect(actual[name], name).toHaveLength(truth.length);
    return truth.map((value, i) => Math.abs(value - actual[name][i]) / largest);
  });
  errors.sort((a, b) => a - b);
  return { most: errors[Math.floor(0.9 * errors.length)], worst: errors.at(-1)! };
}

describe('engines train a network to the same weights', () => {
  let engines: Engine[];

  beforeAll(async () => {
    engines = [referenceEngine(), await onnxEngine(), await tfjsEngine({ backend: 'cpu' })];
  });

  const kinds = (['mse', 'cross-entropy'] as const).flatMap((loss) =>
    (['reparametrised', 'standard'] as const).flatMap((gradients) =>
      [descent, adam()].map((optimizer) => ({ loss, gradients, optimizer })),
    ),
  );

  it.each(kinds)('$loss, $gradients, $optimizer.kind', async ({ optimizer, ...kind }) => {
    const model = smallModel({ ...kind, network: { width: 12, depth: 6 } });
    const job: TrainingJob = { model, optimizer, batch: 12, data: smallSet(model, 60) };
    const rate = (optimizer.kind === 'adam' ? 0.01 : 0.2) / (kind.gradients === 'standard' ? 5 : 1);
    const { most, worst } = agreements[optimizer.kind];
    const results = new Map<string, Result>();
    for (const engine of engines) results.set(engine.name, await trained(engine, job, rate));
    for (const [name, result] of results) {
      for (const [otherName, other] of results) {
        const distance = apart(result, other);
        expect(distance.most, `${name} and ${otherName}`).toBeLessThan(most);
        expect(distance.worst, `${name} and ${otherName}`).toBeLessThan(worst);
      }
    }
    const otherRate = await trained(engines[0], job, 1.001 * rate);
    expect(apart(otherRate, results.get('reference')!).most).toBeGreaterThan(2 * most);
  });
});
