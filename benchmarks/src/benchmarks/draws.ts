import type { Benchmark } from '../benchmark.ts';
import { contest, type PeerWay } from '../network-draws.ts';

const bar = '>= 250 x';
const ways: PeerWay[] = [
  { name: 'PyTorch, one network at a time', module: 'torch', batch: 1, bar },
  { name: 'PyTorch, 4 networks at a time', module: 'torch', batch: 4, bar },
  { name: 'NumPy, one network at a time', module: 'numpy', batch: 1 },
];

/** The work of Figure 2 of [PF22] beside scripts that make the weights. */
export const draws: Benchmark = {
  name: 'draws',
  description: 'Draws of x_T for two inputs, tanh, L = D = 500, one thread',
  async run({ rounds, quick }) {
    const size = { width: quick ? 50 : 500, depth: quick ? 20 : 500, inputs: [0, 1] };
    const counts = quick ? { draws: 20, peerDraws: 4 } : { draws: 300, peerDraws: 2 };
    const common = { size, rounds, ...counts };
    return [
      ...(await contest({ ...common, process: 'resnet', title: 'recursion', bar: '<= 2' }, ways)),
      ...(await contest({ ...common, process: 'sde', title: 'diffusion' }, ways)),
    ];
  },
};
