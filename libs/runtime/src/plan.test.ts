import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { drawsPlan } from '../test/draws.ts';
import { drawsSweep } from '../test/sweep.ts';
import { RunError } from './errors.ts';
import { checkPlan } from './check-plan.ts';
import { defaultRunFolder, runId, type RunPlan } from './plan.ts';

const plan = drawsPlan({ draws: 10, shardSize: 5 });

describe('runId', () => {
  it('is the SHA-256 of what determines the results, spelled out', () => {
    const text = '{"config":{"draws":10},"experiment":"draws","seed":"7","versions":{"draws":"1"}}';
    const expected = createHash('sha256').update(text).digest('hex').slice(0, 12);
    expect(runId(plan)).toBe(expected);
    expect(defaultRunFolder(plan)).toBe(`runs/test-draws/${expected}`);
  });

  it('does not depend on the shard layout or the name of the pipeline', () => {
    const other = { ...drawsPlan({ draws: 10, shardSize: 3 }), pipeline: 'other' };
    expect(runId(other)).toBe(runId(plan));
  });

  it('depends on experiment, config, seed and versions', () => {
    const others = [
      { ...plan, experiment: 'functions' },
      { ...plan, config: { draws: 11 } },
      { ...plan, seed: '8' },
      { ...plan, versions: { draws: '2' } },
    ].map(runId);
    expect(new Set([runId(plan), ...others]).size).toBe(5);
  });
});

describe('a sweep', () => {
  const sweep = drawsSweep(
    [
      { draws: 10, seed: '7' },
      { draws: 5, seed: '8' },
    ],
    5,
  );
  const [first, second] = sweep.points ?? [];
  const [shard] = sweep.shards;

  it('has an id that depends on its points and their columns, as spelled out', () => {
    const points = sweep.points?.map(({ id, columns }) => {
      const { point, gridDraws, gridSeed, gridEven, gridLaw } = columns;
      return `{"columns":{"gridDraws":${gridDraws},"gridEven":${gridEven},"gridLaw":"${gridLaw}","gridSeed":"${gridSeed}","point":${point}},"id":"${id}"}`;
    });
    const text = `{"config":{},"experiment":"draws","points":[${points?.join()}],"seed":"7","versions":{"draws":"1"}}`;
    const expected = createHash('sha256').update(text).digest('hex').slice(0, 12);
    expect(runId(sweep)).toBe(expected);
    expect(runId({ ...sweep, points: [first] })).not.toBe(expected);
    expect(runId({ ...sweep, points: [first, { ...second, columns: {} }] })).not.toBe(expected);
    expect(first.id).toBe(runId(plan));
  });

  it('is accepted', () => {
    expect(() => checkPlan(sweep)).not.toThrow();
  });

  it.each([
    [{ points: [] }, 'a sweep of no points'],
    [{ config: 3 }, 'a sweep whose config is 3, not an object'],
    [{ points: [first, { ...second, seed: '9' }] }, `point 1 with the id ${second.id}: as a run`],
    [{ points: [first, { ...second, id: 'abc' }] }, 'point 1 with the id abc: as a run'],
    [{ points: [first, first] }, `the point ${first.id} twice`],
    [{ pointColumns: [] }, 'point 0 with a value of point, which is none of the columns'],
    [
      { points: [first, { ...second, columns: { ...second.columns, gridEven: 1 } }] },
      'point 1 with 1 in the column gridEven of the type boolean',
    ],
    [
      { points: [first, { ...second, columns: { ...second.columns, gridLaw: 'seed 9' } }] },
      'point 1 with "seed 9" in the column gridLaw of the type category',
    ],
    [
      { points: [first, { ...second, columns: { ...second.columns, point: 0.5 } }] },
      'point 1 with 0.5 in the column point of the type int32',
    ],
    [{ points: [{ ...first, columns: { point: 0 } }, second] }, 'point 0 without a value of'],
    [{ shards: [{ ...shard, point: 2 }] }, `the shard ${shard.id} of point 2: points are 0 to 1`],
    [{ shards: [{ ...shard, point: 1 }] }, `whose shards begin with ${second.id}-`],
    [{ shards: sweep.shards.toReversed() }, 'of point 0 after one of point 1'],
    [{ points: undefined }, 'the shard'],
  ])('is refused if it breaks its contract: %#', (change, message) => {
    const check = () => checkPlan({ ...sweep, ...change } as RunPlan);
    expect(check).toThrow(RunError);
    expect(check).toThrow(message);
  });
});

describe('checkPlan', () => {
  const shard = { id: 'a', task: null, rows: 1, cost: 1 };

  it('accepts a plan', () => {
    expect(() => checkPlan(plan)).not.toThrow();
  });

  it.each([
    [[], /no shards/],
    [[{ ...shard, id: '../escape' }], /"\.\.\/escape"/],
    [[{ ...shard, id: '' }], /""/],
    [[shard, { ...shard, id: 'A' }], /two shards with the id A/],
    [[{ ...shard, rows: 1.5 }], /1\.5 rows/],
    [[{ ...shard, cost: NaN }], /NaN seconds/],
  ])('refuses %j', (shards, message) => {
    const check = () => checkPlan({ ...plan, shards });
    expect(check).toThrow(RunError);
    expect(check).toThrow(message);
  });
});
