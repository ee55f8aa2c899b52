import type { GpuBenchmark, Row } from '../benchmark.ts';
import { contest } from '../gpu/contest.ts';
import type { Facts } from '../gpu/jobs.ts';
import { peerDraws } from '../gpu/peer-draws.ts';
import { functionsWork } from '../gpu/work.ts';

/** The work of Figure 4 of [PF22]; the nodes are chosen on the processor, before the timing. */
export const gpuFunctions: GpuBenchmark = {
  name: 'gpu-functions',
  description: '10,000 draws of functions at 400 points of [-2, 2], tanh, to the host',
  async run(options, gpu) {
    const rows: Row[] = [];
    for (const size of options.quick ? [16] : [100, 500]) {
      const [points, draws] = options.quick ? [60, 4] : [400, 10_000];
      const [batch, weighty] = options.quick ? [2, 2] : [5000, 64];
      const square = { width: size, depth: size };
      const known = (facts: Facts) => ({ nodes: facts.nodes!, rank: facts.rank! });
      const own = {
        title: `L = D = ${size}`,
        unit: `s for ${draws}`,
        show: (seconds: number) => seconds,
        work: (facts: Facts) => functionsWork(square, known(facts), draws),
        ours: [
          {
            name: 'resdiff, collapsed',
            job: { kind: 'functions', size, points, draws } as const,
            on: gpu,
            bar: '>= 50 % of the ceiling',
          },
        ],
        peers: [
          peerDraws(
            {
              name: 'PyTorch, with weights',
              script: 'recursion_torch.py',
              size: { ...square, inputs: spaced(points) },
              batch: weighty,
              draws: 2 * weighty,
            },
            draws,
          ),
          peerDraws(
            {
              name: 'PyTorch, collapsed, at our nodes',
              script: 'collapsed_torch.py',
              size: (facts) => ({ ...square, inputs: nodes(known(facts).nodes) }),
              batch,
              draws,
              args: ['--points', points],
            },
            draws,
          ),
        ],
      };
      rows.push(...(await contest(own, gpu, options)));
    }
    return rows;
  },
};

function spaced(count: number): number[] {
  return Array.from({ length: count }, (_, i) => (4 * i) / (count - 1) - 2);
}

/** Those of Chebyshev's, from the right to the left. */
function nodes(count: number): number[] {
  return Array.from({ length: count }, (_, k) => 2 * Math.cos((Math.PI * k) / (count - 1)));
}
