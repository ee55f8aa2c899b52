import type { GpuBenchmark } from '../benchmark.ts';
import { operations, type Operation } from '../gpu/operations.ts';
import { openProcess } from '../gpu/process.ts';
import { inRounds } from '../rounds.ts';

const units: Readonly<Record<Operation, { readonly name: string; readonly size: number }>> = {
  multiplyAdds: { name: 'G/s', size: 1e9 },
  products: { name: 'G/s', size: 1e9 },
  roots: { name: 'G/s', size: 1e9 },
  bytes: { name: 'GB/s', size: 1e9 },
  kernels: { name: 'k/s', size: 1e3 },
};

/** The rates that the others are held against, by kernels in WGSL that do nothing else. */
export const gpuLimits: GpuBenchmark = {
  name: 'gpu-limits',
  description: 'What the card can do at most: operations a second, wall time',
  async run({ rounds, quick }, { device }) {
    const limits = await openProcess(device, { kind: 'limits', quick });
    try {
      const measured = await inRounds(rounds, { limits: limits.measure });
      return (Object.keys(operations) as Operation[]).map((kind) => ({
        subject: operations[kind],
        unit: units[kind].name,
        values: measured.limits.map(({ rates }) => rates![kind] / units[kind].size),
      }));
    } finally {
      await limits.close();
    }
  },
};
