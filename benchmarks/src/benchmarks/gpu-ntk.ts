import type { GpuBenchmark } from '../benchmark.ts';
import { contest } from '../gpu/contest.ts';
import { peerDraws } from '../gpu/peer-draws.ts';
import { ntkWork } from '../gpu/work.ts';

/** Tangent kernels without weights, beside PyTorch's autograd with them and the same method there. */
export const gpuNtk: GpuBenchmark = {
  name: 'gpu-ntk',
  description: '10,000 draws of tangent kernels of two inputs, tanh, L = D = 500, to the host',
  async run(options, gpu) {
    const [width, depth, draws] = options.quick ? [16, 4, 4] : [500, 500, 10_000];
    const [batch, weighty] = options.quick ? [2, 2] : [1000, 8];
    const size = { width, depth, inputs: [1, 2] };
    const own = {
      title: `L = D = ${depth}`,
      unit: `s for ${draws}`,
      show: (seconds: number) => seconds,
      work: () => ntkWork(size, draws),
      ours: [
        {
          name: 'resdiff, without weights',
          job: { kind: 'ntk', size, draws } as const,
          on: gpu,
          bar: '>= 50 % of the ceiling',
        },
      ],
      peers: [
        peerDraws(
          {
            name: 'PyTorch, with weights, autograd',
            script: 'ntk_torch.py',
            size,
            batch: weighty,
            draws: 2 * weighty,
          },
          draws,
        ),
        peerDraws(
          {
            name: 'PyTorch, without weights',
            script: 'ntk_collapsed_torch.py',
            size,
            batch,
            draws: 2 * batch,
          },
          draws,
        ),
      ],
    };
    return contest(own, gpu, options);
  },
};
