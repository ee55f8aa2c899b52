import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Benchmark } from '../benchmark.ts';
import { runScript, type ChildUsage } from '../child.ts';
import { inRounds } from '../rounds.ts';
import { ratios } from '../statistics.ts';

const command = new URL('../../../apps/cli/bin/resdiff.js', import.meta.url);
const pipeline = new URL('../../../pipelines/figure-2.yaml', import.meta.url);
const quickly = ['draws=40', 'width=50', 'depth=20'].flatMap((setting) => ['--set', setting]);
const POLL_MS = 10;

interface Times extends ChildUsage {
  /** From the start to the first line of progress. */
  readonly firstLine: number;
  /** From the start to the first shard on disk. */
  readonly firstShard: number;
}

/** The whole command, from the shell to the figure, with one worker and with two. */
export const workers: Benchmark = {
  name: 'workers',
  description: '`resdiff run pipelines/figure-2.yaml` in a fresh folder with 1 and 2 workers',
  async run({ rounds, quick }) {
    const settings = quick ? quickly : [];
    const times = await inRounds(rounds, {
      1: () => runPipeline(1, settings),
      2: () => runPipeline(2, settings),
    });
    const wall = (count: number) => times[count].map(({ wallSeconds }) => wallSeconds);
    const each = [1, 2].flatMap((count) => {
      const subject = count === 1 ? '1 worker' : `${count} workers`;
      const rows = times[count];
      return [
        { subject: `${subject}: wall time`, unit: 's', values: wall(count) },
        {
          subject: `${subject}: CPU time`,
          unit: 'CPU s',
          values: rows.map(({ cpuSeconds }) => cpuSeconds),
        },
        {
          subject: `${subject}: peak memory`,
          unit: 'MB',
          values: rows.map(({ peakBytes }) => peakBytes / 1e6),
          bar: '< 400',
        },
        {
          subject: `${subject}: first line of progress`,
          unit: 's',
          values: rows.map(({ firstLine }) => firstLine),
          bar: '< 2',
        },
        {
          subject: `${subject}: first finished shard`,
          unit: 's',
          values: rows.map(({ firstShard }) => firstShard),
          bar: '< 2',
        },
      ];
    });
    const speedUp = ratios(wall(1), wall(2));
    return [
      ...each,
      { subject: 'wall time, 1 worker over 2', unit: 'x', values: speedUp, bar: '>= 1.8' },
    ];
  },
};

async function runPipeline(count: number, settings: readonly string[]): Promise<Times> {
  const scratch = mkdtempSync(join(tmpdir(), 'resdiff-bench-'));
  const folder = join(scratch, 'run');
  const start = performance.now();
  let firstShard = NaN;
  const watch = setInterval(() => {
    if (hasShard(join(folder, 'shards'))) {
      firstShard = (performance.now() - start) / 1000;
      clearInterval(watch);
    }
  }, POLL_MS);
  let firstLine = NaN;
  const args = ['run', fileURLToPath(pipeline), '--workers', String(count), '--out', folder];
  try {
    const usage = await runScript(command, [...args, ...settings], (line, seconds) => {
      if (Number.isNaN(firstLine) && /\d+\/\d+ shards/.test(line)) firstLine = seconds;
    });
    return { ...usage, firstLine, firstShard };
  } finally {
    clearInterval(watch);
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** A shard is done when its receipt is there. */
function hasShard(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.json'));
}
