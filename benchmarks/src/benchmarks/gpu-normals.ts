import type { GpuBenchmark } from '../benchmark.ts';
import { contest } from '../gpu/contest.ts';
import { normalsWork } from '../gpu/work.ts';
import type { Peer } from '../peers.ts';

/** The random numbers alone, which everything else takes most of its time for. */
export const gpuNormals: GpuBenchmark = {
  name: 'gpu-normals',
  description: 'Billions of N(0, 1) numbers a second into a buffer that stays on the card, f32',
  async run(options, gpu) {
    const count = options.quick ? 2 ** 12 : 2 ** 25;
    const calls = options.quick ? 2 : 200;
    const own = {
      title: 'normals',
      unit: 'G/s',
      show: (seconds: number) => (count * calls) / seconds / 1e9,
      work: () => normalsWork(count * calls),
      ours: [
        {
          name: 'resdiff',
          job: { kind: 'normals', count, calls } as const,
          on: gpu,
          bar: '>= 50 % of the ceiling',
        },
      ],
      peers: [
        {
          name: 'PyTorch randn',
          measure: async (peer: Peer) => {
            const { perSecond } = await peer.run('normals_torch.py', ['cuda', count, calls]);
            return { seconds: (count * calls) / Number(perSecond) };
          },
        },
      ],
    };
    return contest(own, gpu, options);
  },
};
