import type { Benchmark } from '../benchmark.ts';
import { contest, type PeerWay } from '../network-draws.ts';

const ways: PeerWay[] = [
  { name: 'PyTorch, one network at a time', module: 'torch', batch: 1 },
  { name: 'PyTorch, 16 networks at a time', module: 'torch', batch: 16 },
];

/** Any number of inputs through the same weights: a factor of their Gram matrix a layer. */
export const inputs: Benchmark = {
  name: 'inputs',
  description: 'Draws of x_T for 3 and 16 inputs on [-2, 2], tanh, L = D = 100, one thread',
  async run({ rounds, quick }) {
    const counts = quick ? { draws: 20, peerDraws: 16 } : { draws: 500, peerDraws: 64 };
    const rows = [];
    for (const count of [3, 16]) {
      const size = { width: quick ? 32 : 100, depth: quick ? 10 : 100, inputs: grid(count) };
      const title = `${count} inputs`;
      rows.push(...(await contest({ size, rounds, ...counts, process: 'resnet', title }, ways)));
    }
    return rows;
  },
};

/** Points evenly spaced from -2 to 2. */
function grid(count: number): number[] {
  return Array.from({ length: count }, (_, i) => (4 * i) / (count - 1) - 2);
}
