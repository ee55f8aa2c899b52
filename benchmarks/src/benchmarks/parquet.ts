import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Benchmark } from '../benchmark.ts';
import { runScript } from '../child.ts';
import { inRounds } from '../rounds.ts';

const writer = new URL('../write-parquet.js', import.meta.url);

/** No peer stands beside it: Debian's pandas has no engine for Parquet. */
export const parquet: Benchmark = {
  name: 'parquet',
  description: 'Ten million rows of the table draws into a Parquet file, in a process of its own',
  async run({ rounds, quick }) {
    const { ours } = await inRounds(rounds, {
      ours: async () => {
        const scratch = mkdtempSync(join(tmpdir(), 'resdiff-bench-'));
        try {
          return await runScript(writer, [join(scratch, 'draws.parquet'), quick ? '10' : '10000']);
        } finally {
          rmSync(scratch, { recursive: true, force: true });
        }
      },
    });
    return [
      {
        subject: 'resdiff: CPU time of the process',
        unit: 'CPU s',
        values: ours.map(({ cpuSeconds }) => cpuSeconds),
        bar: '<= 4',
      },
      {
        subject: 'resdiff: peak memory',
        unit: 'MB',
        values: ours.map(({ peakBytes }) => peakBytes / 1e6),
        bar: '<= 300',
      },
    ];
  },
};
