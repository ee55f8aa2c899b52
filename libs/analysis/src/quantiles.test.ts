import { expect, it } from 'vitest';
import { normals } from '../test/random.ts';
import { moments } from './moments.ts';
import { normalQuantile } from './normal-quantile.ts';
import { normalDensity } from './normal.ts';
import { quantile } from './quantiles.ts';

it('interpolates between order statistics', () => {
  const sorted = Float32Array.of(1, 2, 4, 8);
  expect(quantile(sorted, 0.5).value).toBe(3);
  expect(quantile(sorted, 1 / 3).value).toBeCloseTo(2, 12);
  expect(quantile(sorted, 0.95).value).toBeCloseTo(4 + 0.85 * 4, 6);
});

it('has no standard error of a few values, nor a value of none', () => {
  expect(quantile(Float32Array.of(1, 2, 4, 8), 0.05)).toEqual({
    value: expect.closeTo(1.15, 6) as number,
    se: null,
  });
  expect(quantile(new Float32Array(0), 0.5)).toEqual({ value: NaN, se: null });
});

it('has a standard error of 0 where all values are the same', () => {
  expect(quantile(new Float32Array(100).fill(3), 0.5)).toEqual({ value: 3, se: 0 });
  // Weights that add up to 1 would round 1e20 to a number beside it.
  const [large] = Float32Array.of(1e20);
  for (const p of [0.05, 0.37, 0.95]) {
    expect(quantile(new Float32Array(1000).fill(large), p).value).toBe(large);
  }
});

it.each([0.05, 0.5, 0.95])('estimates its own error, at p = %d', (p) => {
  const n = 1000;
  const normal = normals(5);
  const samples = Array.from({ length: 400 }, () =>
    quantile(Float32Array.from({ length: n }, normal).sort(), p),
  );
  const expected = Math.sqrt((p * (1 - p)) / n) / normalDensity(normalQuantile(p));
  const { mean, meanSe, variance } = moments(Float64Array.from(samples, ({ value }) => value));
  const sd = Math.sqrt(variance!);
  // The bias is below a tenth of a standard error of one, and 4.5 errors of the mean are 0.22 of it.
  expect(Math.abs(mean - normalQuantile(p))).toBeLessThan(4.5 * meanSe! + 0.1 * expected);
  expect(sd / expected).toBeGreaterThan(0.84);
  expect(sd / expected).toBeLessThan(1.16);
  // An error that is 12 % off in each of 400 samples is known in the mean to 0.6 %.
  const errors = moments(Float64Array.from(samples, ({ se }) => se!));
  expect(errors.mean / expected).toBeGreaterThan(0.93);
  expect(errors.mean / expected).toBeLessThan(1.1);
});
