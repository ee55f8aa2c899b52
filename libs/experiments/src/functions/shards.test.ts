import { activationNames, findActivation } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import { ShardStopped, UserError } from '@resdiff/runtime';
import { directSampler, directFeedforwardSampler, type Draw } from '@resdiff/sampler';
import { copiedInput } from '@resdiff/networks';
import { ksTwoSample, kolmogorovPValue } from '@resdiff/analysis';
import { validateBatch, type Batch } from '@resdiff/tables';
import { describe, expect, it } from 'vitest';
import { rowsOf } from '../../test/shard-session.ts';
import { networksOf } from './networks.ts';
import { functionsSettings, type FunctionsSettings } from './settings.ts';
import {
  computeFunctions,
  planFunctions,
  type FunctionsNotes,
  type FunctionsTask,
} from './shards.ts';
import { functionsTable, grids, type FunctionsTable } from './table.ts';

const settingsOf = (given: Record<string, unknown> = {}): FunctionsSettings =>
  functionsSettings.parse({
    activations: 'tanh',
    depths: 4,
    widths: 6,
    draws: 9,
    tablePoints: 5,
    curves: 2,
    points: 41,
    ...given,
  });

const open = { signal: new AbortController().signal, progress: () => undefined };

function computed(settings: FunctionsSettings, task: FunctionsTask) {
  const { batches, notes } = computeFunctions(settings, task, open);
  const [batch, ...others] = [...(batches as Iterable<Batch<FunctionsTable>>)];
  expect(others).toEqual([]);
  validateBatch(functionsTable, batch);
  return { batch, notes: notes as FunctionsNotes };
}

const allOf = (settings: FunctionsSettings, shardSize?: number) =>
  planFunctions(settings, shardSize).shards.map(({ task }) =>
    computed(settings, task as FunctionsTask),
  );

const rough = { kind: 'feedforward', sigmaW: 1.5, sigmaB: 0.2, depths: 30 };

describe.each([
  ['interpolated', { depths: [4, 5], widths: [6, 8], activations: 'swish' }, 'interpolated'],
  ['homogeneous', { activations: 'relu', sigmaB: 0 }, 'homogeneous'],
  ['at each input, as ReLU is not smooth', { activations: 'relu' }, 'direct'],
  ['at each input, as the function is rough', rough, 'direct'],
])('functions drawn %s', (_, given, kind) => {
  const settings = settingsOf(given);
  const rows = allOf(settings).flatMap(({ batch }) => rowsOf(batch));

  it('say so', () => {
    for (const { notes } of allOf(settings)) {
      expect(notes.method.kind).toBe(kind);
      expect(notes.diverged).toEqual({});
    }
  });

  it('are the same in shards of any size, in any order', () => {
    for (const size of [1, 2, 4, 9]) {
      const shards = planFunctions(settings, size).shards.map(({ task }) => task as FunctionsTask);
      const found = shards
        .toReversed()
        .map((task) => rowsOf(computed(settings, task).batch))
        .toReversed();
      expect(found.flat()).toEqual(rows);
    }
  });

  it('have a row for each input of the table, and the first draws for each of a curve', () => {
    const expected = networksOf(settings).flatMap(({ activation, depth, width }) =>
      Array.from({ length: 9 }, (__, draw) => draw).flatMap((draw) =>
        [...Array<string>(5).fill('table'), ...Array<string>(draw < 2 ? 41 : 0).fill('curve')].map(
          (grid) => ({ activation: activation.name, depth, width, draw, grid }),
        ),
      ),
    );
    expect(
      rows.map(({ activation, depth, width, draw, grid }) => ({
        activation: activationNames[activation as number],
        depth,
        width,
        draw,
        grid: grids[grid as number],
      })),
    ).toEqual(expected);
    expect(rows.slice(0, 5).map(({ z }) => z)).toEqual([-2, -1, 0, 1, 2]);
    expect(rows.slice(5, 46).map(({ z }) => (z as number).toFixed(1))).toEqual(
      Array.from({ length: 41 }, (__, i) => ((i - 20) / 10 || 0).toFixed(1)),
    );
  });

  it('have the values of the curve in the table', () => {
    const values = rows.map(({ value }) => value);
    for (const from of [0, 46]) {
      expect(values.slice(from, from + 5)).toEqual(
        [0, 10, 20, 30, 40].map((i) => values[from + 5 + i]),
      );
    }
    expect(new Set(values).size).toBeGreaterThan(100);
  });
});

it.each([
  ['residual', { kind: 'residual' }],
  ['feedforward', { ...rough, depths: 12 }],
])('%s functions have the law of the network whose weights are made', (kind, given) => {
  const settings = settingsOf({ ...given, draws: 4000, curves: 0 });
  const rows = allOf(settings).flatMap(({ batch }) => rowsOf(batch));
  const [network] = networksOf(settings);
  const shared = { key: seedKey(1), keep: 1, initial: [-2, 1].map((z) => copiedInput(z, 6)) };
  const activation = findActivation('tanh')!;
  const sampler =
    kind === 'residual'
      ? directSampler({
          ...shared,
          network: { ...network, activation, T: 1 },
          increment: 'recursion',
          stream: streams.resnetDirect,
        })
      : directFeedforwardSampler({
          ...shared,
          network: { ...network, activation },
          increment: 'feedforward',
          stream: streams.feedforwardDirect,
        });
  const direct: Draw[] = Array.from({ length: 4000 }, (_, draw) => sampler.draw(draw));
  const at = (z: number) =>
    Float32Array.from(rows.filter((row) => row.z === z).map(({ value }) => value as number));
  const pValue = (x: Float32Array, y: Float32Array) =>
    kolmogorovPValue(ksTwoSample(x, y).distance, x.length, y.length);
  const [first, second] = [0, 1].map((i) => Float32Array.from(direct, ({ states }) => states[i]));
  const product = (x: Float32Array, y: Float32Array) => x.map((value, i) => value * y[i]);
  // Six p-values in the two cases, each above 1e-5: a false alarm at 6e-5.
  expect(pValue(at(-2), first)).toBeGreaterThan(1e-5);
  expect(pValue(at(1), second)).toBeGreaterThan(1e-5);
  expect(pValue(product(at(-2), at(1)), product(first, second))).toBeGreaterThan(1e-5);
  const wider = at(-2).map((value) => 1.3 * value);
  expect(pValue(wider, first)).toBeLessThan(1e-5);
});

it('draws other numbers for another seed', () => {
  const values = ['1', '2', '4294967297'].map((seed) =>
    String(allOf(settingsOf({ seed }))[0].batch.columns.value),
  );
  expect(new Set(values).size).toBe(3);
});

it('has NaN in every row of draws that leave the finite numbers, and says after which layer', () => {
  const settings = settingsOf({ activations: 'swish', T: 46, sigmaW: 5, depths: 92, draws: 20 });
  const found = allOf(settings);
  const rows = found.flatMap(({ batch }) => rowsOf(batch));
  const lost = new Set(rows.filter(({ value }) => Number.isNaN(value)).map(({ draw }) => draw));
  const counted = found.flatMap(({ notes }) => Object.values(notes.diverged));
  expect(lost.size).toBeGreaterThan(0);
  expect(counted.reduce((sum, count) => sum + count, 0)).toBe(lost.size);
  for (const { draw, value } of rows) expect(Number.isNaN(value)).toBe(lost.has(draw));
});

it('stops when it is told to, and says how far it is', () => {
  const settings = settingsOf();
  const controller = new AbortController();
  const told: number[] = [];
  const progress = (fraction: number) => {
    told.push(fraction);
    if (told.length === 4) controller.abort(new ShardStopped());
  };
  const task = planFunctions(settings).shards[0].task as FunctionsTask;
  expect(() => computeFunctions(settings, task, { signal: controller.signal, progress })).toThrow(
    ShardStopped,
  );
  expect(told).toEqual([0, 1 / 9, 2 / 9, 3 / 9]);
});

describe('a plan', () => {
  it('covers every draw of every network once, in order', () => {
    for (const given of [{ activations: ['tanh', 'swish'], widths: [3, 6] }, rough]) {
      const settings = settingsOf({ ...given, draws: 103 });
      for (const size of [undefined, 1, 10, 103, 104]) {
        const { shards, parts } = planFunctions(settings, size);
        const tasks = shards.map(({ task }) => task as FunctionsTask);
        expect(
          tasks.flatMap(({ activation, width, first, count }) =>
            Array.from({ length: count }, (_, i) => `${activation} ${width} ${first + i}`),
          ),
        ).toEqual(
          networksOf(settings).flatMap(({ activation, width }) =>
            Array.from({ length: 103 }, (_, draw) => `${activation.name} ${width} ${draw}`),
          ),
        );
        expect(new Set(shards.map(({ id }) => id)).size).toBe(shards.length);
        const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0);
        expect(sum(shards.map(({ rows }) => rows))).toBe(sum(parts.map(({ rows }) => rows)));
        expect(sum(shards.map(({ cost }) => cost))).toBeCloseTo(
          sum(parts.map(({ seconds }) => seconds)),
          10,
        );
      }
    }
  });

  it('gives whole functions that are drawn at each input shards of their own', () => {
    const { shards } = planFunctions(
      settingsOf({ ...rough, widths: 500, depths: 500, draws: 100, tablePoints: 21, points: 401 }),
    );
    const counts = shards.map(({ task }) => (task as FunctionsTask).count);
    expect(counts.slice(0, 2)).toEqual([1, 1]);
    expect(counts[2]).toBeGreaterThan(5);
  });

  it('refuses a shard size that makes too many shards', () => {
    const plan = () => planFunctions(settingsOf({ draws: 20_000_001 }), 2000);
    expect(plan).toThrow(UserError);
    expect(plan).toThrow('it must be at least 2001.');
  });
});
