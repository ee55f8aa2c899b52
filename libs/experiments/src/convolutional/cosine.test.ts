import { normals, seedKey } from '@resdiff/random';
import { expect, it } from 'vitest';
import { cosine } from './cosine.ts';

/** The three products of draws of (x, y) with E x^2 = 1, E y^2 = 4, E x y = 1, two numbers each. */
function draws(count: number, seed: number) {
  const z = normals({ key: seedKey(seed), stream: 0, draw: 0, layer: 0 }, 4 * count);
  const products = (f: (x: number, y: number) => number) =>
    Float64Array.from({ length: count }, (_, draw) => {
      const pair = [z.subarray(4 * draw, 4 * draw + 2), z.subarray(4 * draw + 2, 4 * draw + 4)];
      const values = pair.map(([a, b]) => f(a, a + Math.sqrt(3) * b));
      return (values[0] + values[1]) / 2;
    });
  return [products((x, y) => x * y), products((x) => x * x), products((_, y) => y * y)] as const;
}

it('has the error that it scatters by, over 200 samples', () => {
  const found = Array.from({ length: 200 }, (_, seed) => cosine(...draws(400, seed)));
  const z = found.map(({ value, se }) => (value - 0.5) / se);
  const mean = z.reduce((sum, each) => sum + each, 0) / z.length;
  const variance = z.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (z.length - 1);
  // Each beyond four of its standard errors, 1 / sqrt(200) and sqrt(2 / 200), at a rate of 6e-5.
  expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(1 / 200));
  expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / 200));
});

it('is 1 of a site with itself and none of states that are zero', () => {
  const [, xx] = draws(10, 1);
  const own = cosine(xx, xx, xx);
  expect(own.value).toBeCloseTo(1, 14);
  expect(own.se).toBeCloseTo(0, 14);
  const zero = new Float64Array(10);
  expect(cosine(zero, zero, xx)).toEqual({ value: NaN, se: NaN });
});
