import { describe, expect, it } from 'vitest';
import { packJobs, type PackedJob, type PackingOptions } from './pack-jobs.ts';

interface Costed {
  readonly id: string;
  readonly cost: number;
}

/** A generator of uniform numbers for cases; Source: Park and Miller, CACM 31 (1988). */
function uniforms(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

const shardsOf = (costs: readonly number[]): Costed[] =>
  costs.map((cost, index) => ({ id: `s${index}`, cost }));

/** The wall time of a job by definition: every worker takes the next shard when it is free. */
function simulate(job: PackedJob, shards: readonly Costed[], workers: number): number {
  const costs = new Map(shards.map(({ id, cost }) => [id, cost]));
  const free = Array.from({ length: workers }, () => 0);
  for (const id of job.shards) {
    free.sort((a, b) => a - b);
    free[0] += costs.get(id) as number;
  }
  return Math.max(...free);
}

function randomCase(seed: number): { shards: Costed[]; options: PackingOptions } {
  const uniform = uniforms(seed);
  const spread = 4 * uniform();
  const shards = shardsOf(
    Array.from({ length: 1 + Math.floor(200 * uniform()) }, () => Math.exp(spread * uniform())),
  );
  const options = {
    workersPerJob: 1 + Math.floor(4 * uniform()),
    minSeconds: 100 * uniform(),
    mostJobs: 1 + Math.floor(60 * uniform()),
  };
  return { shards, options };
}

describe('packJobs', () => {
  it('gives every shard to one job, long ones first, and each job its least duration', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const { shards, options } = randomCase(seed);
      const { workersPerJob, minSeconds, mostJobs } = options;
      const jobs = packJobs(shards, options);
      const costs = new Map(shards.map(({ id, cost }) => [id, cost]));

      expect(jobs.flatMap((job) => job.shards).sort()).toEqual(shards.map(({ id }) => id).sort());
      expect(jobs.length).toBeLessThanOrEqual(mostJobs);
      for (const job of jobs) {
        const lengths = job.shards.map((id) => costs.get(id) as number);
        expect(lengths).toEqual(lengths.toSorted((a, b) => b - a));
        expect(job.seconds).toBeCloseTo(simulate(job, shards, workersPerJob), 9);
        expect(job.seconds >= minSeconds || jobs.length === 1).toBe(true);
      }
      const seconds = jobs.map((job) => job.seconds);
      expect(seconds).toEqual(seconds.toSorted((a, b) => b - a));
      expect(packJobs(shards, options)).toEqual(jobs);
    }
  });

  it('stays within 4/3 of the shortest possible longest job', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const uniform = uniforms(seed);
      const costs = Array.from({ length: 8 }, () => 1 + Math.floor(20 * uniform()));
      const jobs = packJobs(shardsOf(costs), { workersPerJob: 1, minSeconds: 0, mostJobs: 3 });
      const best = Math.min(...splits(costs, 3).map((loads) => Math.max(...loads)));
      expect(jobs[0].seconds).toBeLessThanOrEqual((4 / 3) * best);
    }
  });

  it('makes a job of each shard that is long enough, and fills others with the rest', () => {
    const jobs = packJobs(shardsOf([5, 600, 700, 5, 300, 300]), {
      workersPerJob: 1,
      minSeconds: 600,
      mostJobs: 100,
    });
    expect(jobs.map(({ seconds }) => seconds)).toEqual([700, 605, 605]);
  });

  it('makes as many jobs as are asked for at most, and one of what is too short for one', () => {
    const options = { workersPerJob: 1, minSeconds: 10, mostJobs: 4 };
    expect(packJobs(shardsOf(Array<number>(100).fill(20)), options)).toHaveLength(4);
    expect(packJobs(shardsOf([1, 2, 3]), options)).toEqual([
      { shards: ['s2', 's1', 's0'], seconds: 6 },
    ]);
    expect(packJobs(shardsOf([0, 0]), options)).toEqual([{ shards: ['s0', 's1'], seconds: 0 }]);
    expect(packJobs([], options)).toEqual([]);
  });

  it('packs 10,000 shards evenly', () => {
    const uniform = uniforms(7);
    const shards = shardsOf(Array.from({ length: 10_000 }, () => 1 + 60 * uniform()));
    const jobs = packJobs(shards, { workersPerJob: 2, minSeconds: 300, mostJobs: 1001 });
    const total = shards.reduce((sum, { cost }) => sum + cost, 0);
    const fewest = Math.floor(total / 2 / 300);
    expect(jobs.length).toBeGreaterThan(0.95 * fewest);
    expect(jobs[0].seconds).toBeLessThan(300 + 61);
    expect(new Set(jobs.flatMap((job) => job.shards)).size).toBe(10_000);
  });
});

/** The loads of every way to share the costs among `bins`. */
function splits(costs: readonly number[], bins: number): number[][] {
  if (costs.length === 0) {
    return [Array<number>(bins).fill(0)];
  }
  const [first, ...rest] = costs;
  return splits(rest, bins).flatMap((loads) =>
    loads.map((_, bin) => loads.map((load, index) => (index === bin ? load + first : load))),
  );
}
