import { copiedInput, tanh } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import { collapsedCost, ntkCost } from '@resdiff/sampler';
import { expect, it } from 'vitest';
import { functionsWork, normalsOf, ntkWork, pairWork, trainingWork } from './work.ts';

/** Of a width that needs no padding. */
const network = { width: 64, depth: 7, T: 1, sigmaW: 1, sigmaB: 1, activation: tanh };
const initial = (count: number) =>
  Array.from({ length: count }, (_, i) => copiedInput(i + 1, network.width));
const seeded = { key: seedKey(1), stream: streams.resnet, keep: 1 };
const cost = (count: number) =>
  collapsedCost({ ...seeded, network, increment: 'recursion', initial: initial(count) });

it('counts the normals that the sampler says it draws', () => {
  expect(normalsOf(pairWork(network, 10))).toBe(10 * cost(2).normals);
  const functions = functionsWork(network, { nodes: 5, rank: 5 }, 10);
  expect(normalsOf(functions)).toBe(10 * cost(5).normals);
  // A width of which the sampler's one more coordinate, that of the biases, needs no padding.
  const odd = { ...network, width: 63 };
  const { normals } = ntkCost({ network: odd, initial: [copiedInput(1, 63), copiedInput(2, 63)] });
  // The processor keeps the normals of the way there; a GPU draws them once more on the way back.
  expect(normalsOf(ntkWork(odd, 10))).toBeCloseTo((10 * 1.5 * normals * 63) / 64, 6);
});

it('counts no less for more nodes, a higher rank, or a way back', () => {
  const least = functionsWork(network, { nodes: 12, rank: 6 }, 1);
  for (const more of [
    functionsWork(network, { nodes: 13, rank: 6 }, 1),
    functionsWork(network, { nodes: 12, rank: 6.5 }, 1),
  ]) {
    expect(more.multiplyAdds).toBeGreaterThan(least.multiplyAdds);
    expect(more.products).toBeGreaterThanOrEqual(least.products);
  }
  expect(ntkWork(network, 1).multiplyAdds).toBeGreaterThan(2 * pairWork(network, 1).multiplyAdds);
});

/** Multiplications of the products of matrices of a step, one after another. */
function multiplications(size: number, batch: number): number {
  const product = (rows: number, inner: number, columns: number) => rows * inner * columns;
  let count = product(batch, 784, size) + product(784, batch, size);
  for (let layer = 0; layer < size; layer++) {
    const there = product(batch, size, size);
    const weights = product(size, batch, size);
    const back = product(batch, size, size);
    count += there + weights + back;
  }
  return count + product(batch, size, 10) + product(10, batch, size) + product(batch, 10, size);
}

it('counts the products of a step of SGD', () => {
  expect(trainingWork({ size: 7, batch: 30 }).multiplyAdds).toBe(multiplications(7, 30));
});
