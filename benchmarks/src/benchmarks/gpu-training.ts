import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GpuBenchmark, Row } from '../benchmark.ts';
import { contest, type GpuContest, type GpuPeer } from '../gpu/contest.ts';
import { trainingWork } from '../gpu/work.ts';
import { checkLosses, peerSteps, type TrainingSteps } from '../training-problem.ts';

/** Steps of SGD by ONNX Runtime, whose graphs are the same on every device, beside PyTorch. */
export const gpuTraining: GpuBenchmark = {
  name: 'gpu-training',
  description: 'Steps of SGD of a completed tanh network, batches of 200, mean squared error',
  async run(options, gpu) {
    const rows: Row[] = [];
    for (const steps of options.quick ? QUICK : STEPS) {
      const scratch = mkdtempSync(join(tmpdir(), 'resdiff-bench-'));
      try {
        const file = join(scratch, 'problem.f32');
        const job = { kind: 'training', steps } as const;
        const title = `D = L = ${steps.size}`;
        const own: GpuContest = {
          title,
          unit: 'ms a step',
          show: (seconds) => 1000 * seconds,
          work: () => trainingWork(steps),
          ours: [
            { name: 'resdiff, ONNX Runtime, WebGPU', job: { ...job, file }, on: gpu },
            { name: 'resdiff, ONNX Runtime, CUDA', job, on: gpu.cuda },
          ],
          peers: [
            peer('PyTorch, autograd', 'autograd', steps, file),
            peer('PyTorch, backward by hand', 'by-hand', steps, file),
          ],
          check: (name, { losses }, expected) =>
            checkLosses(`${title}: ${name}`, losses!, expected.losses!),
        };
        rows.push(...(await contest(own, gpu, options)));
      } finally {
        rmSync(scratch, { recursive: true, force: true });
      }
    }
    return rows;
  },
};

const QUICK: TrainingSteps[] = [{ size: 2, count: 8, batch: 4, warmup: 1, steps: 2 }];
const STEPS: TrainingSteps[] = [
  { size: 50, steps: 200 },
  { size: 100, steps: 100 },
  { size: 200, steps: 50 },
  { size: 500, steps: 10 },
].map((each) => ({ ...each, count: 2000, batch: 200, warmup: 5 }));

function peer(
  name: string,
  way: 'autograd' | 'by-hand',
  steps: TrainingSteps,
  file: string,
): GpuPeer {
  return { name, measure: (found) => peerSteps(found, way, file, steps, 'cuda') };
}
