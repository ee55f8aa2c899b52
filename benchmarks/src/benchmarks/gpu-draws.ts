import type { GpuBenchmark } from '../benchmark.ts';
import { contest } from '../gpu/contest.ts';
import { peerDraws } from '../gpu/peer-draws.ts';
import { pairWork } from '../gpu/work.ts';

/** The work of Figure 2 of [PF22], beside PyTorch with weights and without. */
export const gpuDraws: GpuBenchmark = {
  name: 'gpu-draws',
  description: '10,000 draws of x_T for two inputs, tanh, L = D = 500, to the host',
  async run(options, gpu) {
    const [width, depth, draws] = options.quick ? [16, 4, 8] : [500, 500, 10_000];
    const [batch, weighty] = options.quick ? [4, 2] : [10_000, 256];
    const size = { width, depth, inputs: [0, 1] };
    const own = {
      title: `L = D = ${depth}`,
      unit: `s for ${draws}`,
      show: (seconds: number) => seconds,
      work: () => pairWork(size, draws),
      ours: [
        {
          name: 'resdiff, collapsed',
          job: { kind: 'draws', size, draws } as const,
          on: gpu,
          bar: '< 1 s, >= 50 % of the ceiling',
        },
      ],
      peers: [
        peerDraws(
          {
            name: 'PyTorch, with weights',
            script: 'recursion_torch.py',
            size,
            batch: weighty,
            draws: 2 * weighty,
          },
          draws,
        ),
        peerDraws(
          { name: 'PyTorch, collapsed', script: 'collapsed_torch.py', size, batch, draws },
          draws,
        ),
      ],
    };
    return contest(own, gpu, options);
  },
};
