import { findActivation } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import type { ShardContext } from '@resdiff/runtime';
import { directLawSampler } from '@resdiff/sampler';
import { validateBatch, type Batch } from '@resdiff/tables';
import { expect, it } from 'vitest';
import { rowsOf } from '../../test/shard-session.ts';
import { lawOf, parameterLawsSettings, statesOf, type ParameterLawsSettings } from './settings.ts';
import { computeParameterLaws, planParameterLaws, type ParameterLawsTask } from './shards.ts';
import { momentsTable } from './table.ts';

const settingsOf = (given: Record<string, unknown> = {}) =>
  parameterLawsSettings.parse({ width: 2, blocks: 6, blockDraws: 5, ...given });

type Row = Readonly<Record<(typeof momentsTable)['columns'][number]['name'], number>>;

const idle: Pick<ShardContext, 'signal' | 'progress'> = {
  signal: new AbortController().signal,
  progress: () => {},
};

function computed(settings: ParameterLawsSettings, task: ParameterLawsTask, context = idle): Row[] {
  const { batches } = computeParameterLaws(settings, task, context);
  return [...(batches as Iterable<Batch<typeof momentsTable>>)].flatMap((batch) => {
    validateBatch(momentsTable, batch);
    return rowsOf(batch) as unknown as Row[];
  });
}

const all = (settings: ParameterLawsSettings, shardSize?: number) =>
  planParameterLaws(settings, shardSize).shards.flatMap(({ task, rows }) => {
    const found = computed(settings, task as ParameterLawsTask);
    expect(found).toHaveLength(rows);
    return found;
  });

it('rows do not depend on how blocks are cut into shards', () => {
  const settings = settingsOf();
  const whole = all(settings);
  // Of 4 coordinates of both inputs: 4 drifts and 10 covariances.
  expect(whole).toHaveLength(3 * 6 * 14);
  for (const size of [1, 4, 6]) expect(all(settings, size)).toEqual(whole);
  expect(all(settingsOf({ seed: 2 }))).not.toEqual(whole);
});

it('a row is the mean or the covariance of the draws of its block', () => {
  const settings = settingsOf({ step: 0.1 });
  const sampler = directLawSampler({
    law: lawOf(settings, 'general'),
    depth: 1,
    T: 0.1,
    activation: findActivation('swish')!,
    psi: findActivation('tanh')!,
    increment: 'recursion',
    initial: statesOf(settings),
    key: seedKey('1'),
    stream: streams.parameterLawDirect,
    keep: 2,
  });
  const start = statesOf(settings).flatMap((x) => [...x]);
  const draws = Array.from({ length: 5 }, (_, i) =>
    [...sampler.draw(10 + i).states].map((x, at) => x - start[at]),
  );
  const mean = (of: (dx: number[]) => number) => draws.reduce((sum, dx) => sum + of(dx), 0) / 5;
  for (const row of computed(settings, { law: 'general', first: 2, count: 1 })) {
    const [a, b] = [2 * row.input + row.coordinate, 2 * row.otherInput + row.otherCoordinate];
    expect(row).toMatchObject({ law: 2, block: 2 });
    const [meanA, meanB] = [mean((dx) => dx[a]), mean((dx) => dx[b])];
    const covariance = (5 / 4) * (mean((dx) => dx[a] * dx[b]) - meanA * meanB);
    expect(row.value).toBeCloseTo((row.moment === 0 ? meanA : covariance) / 0.1, 10);
    if (row.moment === 0) expect(a).toBe(b);
    else expect(a).toBeLessThanOrEqual(b);
  }
});

it('a shard says how far it is, and ends when it is told to', () => {
  const told: number[] = [];
  const task = { law: 'iid', first: 0, count: 2 } as const;
  computed(settingsOf(), task, { ...idle, progress: (fraction) => void told.push(fraction) });
  expect(told).toEqual([0.5, 1]);
  const signal = AbortSignal.abort(new Error('stopped'));
  expect(() => computed(settingsOf(), task, { ...idle, signal })).toThrow('stopped');
});

it('a plan covers every block of every law once', () => {
  const { shards, parts } = planParameterLaws(settingsOf({ blocks: 103, width: 5 }), 10);
  const blocks = shards.flatMap(({ task }) => {
    const { law, first, count } = task as ParameterLawsTask;
    return Array.from({ length: count }, (_, i) => `${law} ${first + i}`);
  });
  expect(blocks).toHaveLength(3 * 103);
  expect(new Set(blocks).size).toBe(3 * 103);
  expect(new Set(shards.map(({ id }) => id)).size).toBe(33);
  expect(parts.map(({ part, rows, work }) => [part, rows, work])).toEqual(
    ['iid', 'matrix-gaussian', 'general'].map((law) => [law, 103 * 65, 103 * 5]),
  );
});

it('a plan of too many shards is refused', () => {
  expect(() => planParameterLaws(settingsOf({ blocks: 10_000 }), 1)).toThrow(
    'A shard size of 1 cuts the blocks into more than 10000 shards; it must be at least 4.',
  );
});
