import {
  executeRun,
  inlineExecutor,
  openRunFolder,
  serveShards,
  workOnShards,
} from '@resdiff/runtime';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Benchmark } from '../benchmark.ts';
import { runScript } from '../child.ts';
import { readyShards } from '../ready-shards.ts';
import { inRounds } from '../rounds.ts';
import { ratios } from '../statistics.ts';

const script = new URL('../merge-run.js', import.meta.url);

/** Seconds that a shard of a long run takes to compute. */
const SHARD_SECONDS = 30;

/** What becomes of shards once their rows are there. */
export const merge: Benchmark = {
  name: 'merge',
  description:
    'Shards of 1 MB of the table draws: into a run folder, and merged by another process',
  async run({ rounds, quick }) {
    const [few, many, written] = quick ? [4, 16, 4] : [250, 1000, 100];
    const folder = mkdtempSync(join(tmpdir(), 'resdiff-bench-'));
    try {
      for (const count of [few, many]) await makeShards(join(folder, String(count)), count);
      const times = await inRounds(rounds, {
        few: () => runScript(script, [unmerged(join(folder, String(few)))]),
        many: () => runScript(script, [unmerged(join(folder, String(many)))]),
      });
      const overheads = await inRounds(rounds, { runtime: () => secondsAShard(written) });
      const peaks = (name: 'few' | 'many') => times[name].map(({ peakBytes }) => peakBytes / 1e6);
      return [
        {
          subject: `merging ${many} shards: CPU time of the process`,
          unit: 'CPU s',
          values: times.many.map(({ cpuSeconds }) => cpuSeconds),
          bar: '< 5',
        },
        { subject: `merging ${few} shards: peak memory`, unit: 'MB', values: peaks('few') },
        { subject: `merging ${many} shards: peak memory`, unit: 'MB', values: peaks('many') },
        {
          subject: `peak memory, ${many} shards over ${few}`,
          unit: 'x',
          values: ratios(peaks('many'), peaks('few')),
          bar: '< 1.5',
        },
        {
          subject: 'a run without the computing: wall time a shard',
          unit: 'ms',
          values: overheads.runtime.map((seconds) => 1000 * seconds),
        },
        {
          subject: `the same of a shard of ${SHARD_SECONDS} s`,
          unit: '%',
          values: overheads.runtime.map((seconds) => (100 * seconds) / SHARD_SECONDS),
          bar: '< 5',
        },
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function makeShards(folder: string, count: number): Promise<void> {
  const { plan, compute } = await readyShards(count);
  (await openRunFolder(folder, plan)).lock.release();
  const ids = plan.shards.map(({ id }) => id);
  const executor = inlineExecutor(serveShards(compute));
  await workOnShards(folder, ids, { executor, schema: plan.schema });
}

/** The folder without its merged tables. */
function unmerged(folder: string): string {
  for (const table of ['draws.parquet', 'draws.arrow'])
    rmSync(join(folder, table), { force: true });
  return folder;
}

/** Wall seconds that a run takes for a shard whose rows are there: writing, recording, merging. */
async function secondsAShard(count: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'resdiff-bench-'));
  try {
    const { plan, compute } = await readyShards(count);
    const executor = inlineExecutor(serveShards(compute));
    const start = performance.now();
    const run = await executeRun(plan, { folder, executor });
    run.complete();
    return (performance.now() - start) / 1000 / count;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
