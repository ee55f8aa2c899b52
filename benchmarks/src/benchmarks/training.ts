import type { Benchmark, Row } from '../benchmark.ts';
import { contest, type PeerWay } from '../network-training.ts';

const autograd: PeerWay = { name: 'PyTorch, autograd', way: 'autograd' };
const byHand: PeerWay = { name: 'PyTorch, backward by hand', way: 'by-hand', bar: '>= 1 x' };

/** Steps of SGD at the widths of figure 6 of [PF22] beside PyTorch, and of gradient descent. */
export const training: Benchmark = {
  name: 'training',
  description: 'Steps of a completed tanh network, mean squared error, one thread',
  async run({ rounds, quick }) {
    const rows: Row[] = [];
    const sizes = quick ? [{ size: 10, steps: 4 }] : sgdSizes;
    for (const { size, steps } of sizes) {
      const title = `SGD, batches of 200, D = L = ${size}`;
      const natural = size <= 100 ? { ...autograd, bar: '>= 1.54 x' } : autograd;
      const job = { size, count: quick ? 400 : 2000, batch: 200, warmup: 3, steps };
      rows.push(...(await contest({ ...job, title, rounds }, [natural, byHand])));
    }
    const [size, count] = quick ? [10, 2500] : [50, 20_000];
    const title = `gradient descent, ${count} images, D = L = ${size}`;
    const job = { size, count, batch: count, warmup: 1, steps: 2 };
    rows.push(...(await contest({ ...job, title, rounds }, [{ ...autograd, bar: '>= 1.11 x' }])));
    return rows;
  },
};

/** About half a second of steps each. */
const sgdSizes = [
  { size: 20, steps: 600 },
  { size: 50, steps: 100 },
  { size: 100, steps: 25 },
  { size: 200, steps: 6 },
];
