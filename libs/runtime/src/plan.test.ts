import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { drawsPlan } from '../test/draws.ts';
import { RunError } from './errors.ts';
import { checkPlan, defaultRunFolder, runId } from './plan.ts';

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
