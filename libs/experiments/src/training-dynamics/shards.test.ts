import { seedKey } from '@resdiff/random';
import { validateBatch } from '@resdiff/tables';
import { initialParameters } from '@resdiff/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { smallDigits, versionsOf } from '../../test/digits.ts';
import { computeInSessions } from '../../test/shard-session.ts';
import { completedNetwork } from '../completed.ts';
import { plannedData } from '../data.ts';
import { asTensors, chooseImages } from '../images.ts';
import { trainingDynamics } from '../training-dynamics.ts';
import { trainingDynamicsSettings } from './settings.ts';
import type { DynamicsTask } from './shards.ts';
import { dynamicsTable } from './table.ts';

const digits = smallDigits();
let versions: Readonly<Record<string, string>>;
beforeAll(async () => {
  versions = await versionsOf(digits);
});

const settingsOf = (given: Record<string, unknown> = {}) =>
  trainingDynamicsSettings.parse({
    ...{ data: digits, trainImages: 40, testImages: 30, size: [4, 16], steps: 20, snapshots: 6 },
    ...given,
  });
type Settings = ReturnType<typeof settingsOf>;
type Row = Readonly<Record<(typeof dynamicsTable)['columns'][number]['name'], number>>;

async function computed(settings: Settings, size: number, repetition = 0) {
  const task: DynamicsTask = { size, repetition };
  const { rows, progress } = await computeInSessions(
    async (context) => {
      const content = await trainingDynamics.compute(settings, task, context);
      for await (const batch of content.batches) validateBatch(dynamicsTable, batch);
      return content;
    },
    { versions },
  );
  return { rows: rows as unknown as Row[], progress: progress.flat() };
}

type Matrix = number[][];

const matrix = (values: ArrayLike<number>, columns: number): Matrix =>
  Array.from({ length: values.length / columns }, (_, i) =>
    Array.from({ length: columns }, (_, j) => values[i * columns + j]),
  );
const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * b[i], 0);
const product = (a: Matrix, b: Matrix) =>
  a.map((row) => b[0].map((_, j) => row.reduce((sum, value, k) => sum + value * b[k][j], 0)));
/** a + factor b. */
const plus = (a: Matrix, factor: number, b: Matrix) =>
  a.map((row, i) => row.map((value, j) => value + factor * b[i][j]));
const rms = (a: Matrix, b: Matrix) =>
  Math.sqrt(
    plus(a, -1, b)
      .flatMap((row) => row.map((value) => value ** 2))
      .reduce((s, v) => s + v) /
      (a.length * a[0].length),
  );

/** Functions on the training and on the test images. */
type Functions = readonly [train: Matrix, test: Matrix];

/** The velocity of functions under kernels over (train, train) and (test, train), to the right of whose product `right` stands. */
const velocity =
  ([train, test]: Functions, targets: Matrix, right?: Matrix) =>
  ([f]: Functions): Functions => {
    const residuals = plus(targets, -1, f).map((row) => row.map((value) => value / targets.length));
    const seen = right ? product(residuals, right) : residuals;
    return [product(train, seen), product(test, seen)];
  };

const moved = (f: Functions, factor: number, by: Functions): Functions => [
  plus(f[0], factor, by[0]),
  plus(f[1], factor, by[1]),
];

/** A step of Runge and Kutta. */
function rungeKutta(v: (f: Functions) => Functions, f: Functions, h: number): Functions {
  const a = v(f);
  const b = v(moved(f, h / 2, a));
  const c = v(moved(f, h / 2, b));
  const d = v(moved(f, h, c));
  return [a, b, b, c, c, d].reduce((sum, each) => moved(sum, h / 6, each), f);
}

describe('a network of one coordinate, one layer and no curvature, between frozen layers', () => {
  const settings = settingsOf({
    ...{ size: 1, activation: 'identity', inputLayer: 'frozen', outputLayer: 'frozen' },
    ...{
      rate: 0.05,
      sigmaW: 0.8,
      sigmaB: 0.5,
      sigmaZ: 0.4,
      sigmaY: 1.3,
      steps: 30,
      repetitions: 2,
    },
  });

  it.each([0, 1])(
    'is linear in its parameters and follows its own kernel; the prediction follows that of the limit (%i)',
    async (repetition) => {
      const { rows } = await computed(settings, 1, repetition);
      const origin = { key: seedKey(settings.seed), repetition: 0 };
      const images = chooseImages(await plannedData(digits, versions), settings, origin);
      const [train, test] = [asTensors(images.train, 10), asTensors(images.test, 10)];
      const network = completedNetwork(settings, { width: 1, depth: 1, inputs: 49, outputs: 10 });
      const {
        A,
        G,
        'W.0': W,
        'b.0': b,
      } = initialParameters(
        { network, trains: { input: false, output: false } },
        { ...origin, repetition },
      );
      const [Z, Q] = [matrix(train.images, 49), matrix(test.images, 49)];
      const targets = matrix(train.targets, 10);
      const g = Array.from(G, (value) => 1.3 * value);
      const states = (inputs: Matrix) => inputs.map((z) => 0.4 * dot(z, Array.from(A)));
      const [x, q] = [states(Z), states(Q)];
      const outputs = (x: number[]) =>
        x.map((value) => g.map((weight) => weight * (value * (1 + 0.8 * W[0]) + 0.5 * b[0])));
      const initial: Functions = [outputs(x), outputs(q)];
      const kernel = (of: (a: number, b: number) => number, rows: number, columns: number) =>
        Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => of(i, j)));
      const own = velocity(
        [
          kernel((i, j) => 0.64 * x[i] * x[j] + 0.25, 40, 40),
          kernel((i, j) => 0.64 * q[i] * x[j] + 0.25, 30, 40),
        ],
        targets,
        g.map((a) => g.map((c) => a * c)),
      );
      // (37) without the input and the output layer: weights and biases alone.
      const [C, r] = [0.64, 0.25 / 0.64];
      const [slope, constant] = [1.69 * 0.16 * C * Math.exp(C), 1.69 * r * C * Math.exp(C)];
      const limit = velocity(
        [
          kernel((i, j) => constant + slope * dot(Z[i], Z[j]), 40, 40),
          kernel((i, j) => constant + slope * dot(Q[i], Z[j]), 30, 40),
        ],
        targets,
      );
      const accuracy = (f: Matrix) =>
        f.filter((row, i) => row.indexOf(Math.max(...row)) === test.labels[i]).length / 30;
      const halfSquares = (f: Matrix) => 5 * rms(f, targets) ** 2;
      let now = initial;
      let descent = initial;
      let flow = initial;
      let step = 0;
      for (const row of rows) {
        for (; step < row.step; step++) {
          now = moved(now, 0.05, own(now));
          descent = moved(descent, 0.05, limit(descent));
          for (let part = 0; part < 4; part++) flow = rungeKutta(limit, flow, 0.05 / 4);
        }
        const close = (key: keyof Row, value: number) =>
          expect(Math.abs(row[key] - value) / (1 + value), `${key} at step ${step}`).toBeLessThan(
            1e-5,
          );
        expect(row).toMatchObject({ size: 1, repetition, time: 0.05 * step });
        close('moved', rms(now[1], initial[1]));
        close('distanceToDescent', rms(now[1], descent[1]));
        close('distanceToFlow', rms(now[1], flow[1]));
        close('trainLoss', halfSquares(now[0]));
        close('predictedTrainLoss', halfSquares(descent[0]));
        close('accuracy', accuracy(now[1]));
        close('predictedAccuracy', accuracy(descent[1]));
      }
      expect(step).toBe(30);
      // What is compared is no rounding.
      const last = rows.at(-1)!;
      for (const key of ['moved', 'distanceToDescent', 'distanceToFlow'] as const) {
        expect(last[key]).toBeGreaterThan(0.02);
      }
      expect(Math.abs(last.distanceToFlow - last.distanceToDescent)).toBeGreaterThan(1e-4);
    },
  );
});

it('begins where the prediction begins, and moves', async () => {
  const { rows, progress } = await computed(settingsOf(), 4);
  expect(rows.map(({ step }) => step)).toEqual([0, 1, 2, 4, 9, 20]);
  expect(rows[0]).toMatchObject({ time: 0, moved: 0, distanceToFlow: 0, distanceToDescent: 0 });
  expect(rows[0].trainLoss).toBe(rows[0].predictedTrainLoss);
  expect(rows[0].accuracy).toBe(rows[0].predictedAccuracy);
  expect(rows.at(-1)!.trainLoss).toBeLessThan(rows[0].trainLoss);
  expect(progress).toEqual(Array.from({ length: 20 }, (_, step) => (step + 1) / 20));
});

it('predicts flow and descent that agree as the rate falls, in proportion to it', async () => {
  const gaps = await Promise.all(
    [0.4, 0.2, 0.1].map(async (rate) => {
      const { rows } = await computed(settingsOf({ rate, steps: 8 / rate, snapshots: 2 }), 16);
      const { time, distanceToFlow, distanceToDescent, moved } = rows.at(-1)!;
      expect(time).toBeCloseTo(8, 12);
      return Math.abs(distanceToFlow - distanceToDescent) / moved;
    }),
  );
  expect(gaps[0]).toBeGreaterThan(1e-3);
  // A gap of first order halves with the rate; by the second order a little more or less.
  expect(gaps[0] / gaps[1]).toBeGreaterThan(1.6);
  expect(gaps[0] / gaps[1]).toBeLessThan(2.6);
  expect(gaps[1] / gaps[2]).toBeGreaterThan(1.7);
  expect(gaps[1] / gaps[2]).toBeLessThan(2.4);
});

it('comes closer to the limit as the network grows', async () => {
  const settings = settingsOf({ size: [4, 16, 64], repetitions: 3, snapshots: 2 });
  const distances: number[] = [];
  for (const size of settings.size) {
    let sum = 0;
    for (let repetition = 0; repetition < settings.repetitions; repetition++) {
      const { distanceToDescent, moved } = (await computed(settings, size, repetition)).rows.at(
        -1,
      )!;
      sum += distanceToDescent / moved;
    }
    distances.push(sum / settings.repetitions);
  }
  // Effects of a finite size are of order size^-1/2: half for four times the size. Means of three
  // networks of one fixed seed.
  expect(distances[1] / distances[0]).toBeLessThan(0.75);
  expect(distances[2] / distances[1]).toBeLessThan(0.75);
});

it('has numbers that are not finite where training diverges', async () => {
  const { rows } = await computed(settingsOf({ rate: 1e25, steps: 60 }), 4);
  expect(rows).toHaveLength(6);
  expect(Number.isFinite(rows.at(-1)!.moved)).toBe(false);
  expect(rows.at(-1)!.accuracy).toBe(0);
});

it('plans a shard a network, with as many rows as it computes', async () => {
  const settings = settingsOf({ repetitions: 2, snapshots: 4 });
  const { shards, parts } = trainingDynamics.plan(settings);
  expect(shards.map(({ id }) => id)).toEqual(['4-0', '4-1', '16-0', '16-1']);
  for (const { task, rows, cost } of shards) {
    const { size, repetition } = task as DynamicsTask;
    const found = await computed(settings, size, repetition);
    expect(found.rows).toHaveLength(rows);
    for (const row of found.rows) expect(row).toMatchObject({ size, repetition });
    expect(cost).toBeGreaterThan(0);
  }
  expect(parts.map(({ part, shards, rows, work }) => [part, shards, rows, work])).toEqual([
    ['D = L = 4', 2, 8, 2 * 20 * 40],
    ['D = L = 16', 2, 8, 2 * 20 * 40],
  ]);
});
