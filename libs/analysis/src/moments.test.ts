import { describe, expect, test } from 'vitest';
import { moments, pairMoments } from './moments.ts';

/** Normals by Box-Muller from a multiplicative congruential generator. */
function normals(seed: number): () => number {
  let state = seed;
  const uniform = () => (state = (state * 48271) % 2147483647) / 2147483647;
  for (let i = 0; i < 10; i++) uniform();
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

const column = (count: number, next: () => number) => Float64Array.from({ length: count }, next);
const mean = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, x) => sum + x, 0) / values.length;

describe('independent values: the textbook formulas', () => {
  const normal = normals(1);
  const xs = column(500, () => Math.exp(normal()));
  const ys = xs.map((x) => 0.4 * x + normal());
  const dx = xs.map((x) => x - mean(xs));
  const dy = ys.map((y) => y - mean(ys));
  const n = xs.length;
  const mu = (p: number, q: number) => mean(dx.map((x, i) => x ** p * dy[i] ** q));

  test('mean and variance', () => {
    const result = moments(xs);
    const variance = (mu(2, 0) * n) / (n - 1);
    expect(result).toMatchObject({ count: n, draws: n });
    expect(result.mean).toBeCloseTo(mean(xs), 13);
    expect(result.variance).toBeCloseTo(variance, 12);
    expect(result.meanSe).toBeCloseTo(Math.sqrt(variance / n), 14);
    expect(result.varianceSe).toBeCloseTo(Math.sqrt((mu(4, 0) - mu(2, 0) ** 2) / (n - 1)), 12);
  });

  test('covariance and correlation', () => {
    const result = pairMoments(xs, ys);
    const rho = mu(1, 1) / Math.sqrt(mu(2, 0) * mu(0, 2));
    // Delta method: Kendall & Stuart, The Advanced Theory of Statistics, section 10.9.
    const delta =
      mu(2, 2) / mu(1, 1) ** 2 +
      (mu(4, 0) / mu(2, 0) ** 2 +
        mu(0, 4) / mu(0, 2) ** 2 +
        (2 * mu(2, 2)) / (mu(2, 0) * mu(0, 2))) /
        4 -
      mu(3, 1) / (mu(1, 1) * mu(2, 0)) -
      mu(1, 3) / (mu(1, 1) * mu(0, 2));
    expect(result.covariance).toBeCloseTo((mu(1, 1) * n) / (n - 1), 12);
    expect(result.covarianceSe).toBeCloseTo(Math.sqrt((mu(2, 2) - mu(1, 1) ** 2) / (n - 1)), 12);
    expect(result.correlation).toBeCloseTo(rho, 13);
    expect(result.correlationSe).toBeCloseTo(Math.abs(rho) * Math.sqrt(delta / (n - 1)), 12);
  });

  test('clusters of equal values count once', () => {
    const repeated = column(5 * n, () => 0).map((_, i) => xs[Math.floor(i / 5)]);
    const [many, once] = [moments(repeated, { clusterSize: 5 }), moments(xs)];
    expect(many.draws).toBe(n);
    expect(many.meanSe).toBeCloseTo(once.meanSe!, 13);
    expect(many.varianceSe).toBeCloseTo(once.varianceSe!, 12);
  });
});

describe('numerical stability', () => {
  test('a large offset leaves the variance as it is', () => {
    const normal = normals(2);
    const base = column(10_000, () => Math.round(normal() * 2 ** 20) / 2 ** 20);
    const shifted = base.map((x) => x + 2 ** 30);
    const { mean: m, variance } = moments(shifted);
    expect(m - 2 ** 30).toBeCloseTo(moments(base).mean, 6);
    expect(variance! / moments(base).variance! - 1).toBeLessThan(1e-12);
  });

  test('single-precision columns are summed in double precision', () => {
    const xs = new Float32Array(2_000_000).map((_, i) => (i % 2 === 0 ? 1000.25 : 1000.75));
    const result = moments(xs, { clusterSize: 2 });
    expect(result.mean).toBe(1000.5);
    expect(result.variance).toBeCloseTo(0.0625, 6);
    expect(result.meanSe).toBe(0);
  });
});

describe('coverage of 95% intervals, 400 samples of 150 draws of 8 dependent pairs', () => {
  // x = a + e, y = x/2 + f with a, e, f N(0, 1), a shared by the draw: variance 2, covariance 1.
  const truth = { mean: 0, variance: 2, covariance: 1, correlation: 1 / Math.sqrt(3) };
  type Quantity = keyof typeof truth;

  function coverage(clusterSize: number): Record<Quantity, number> {
    const normal = normals(3);
    const hits = { mean: 0, variance: 0, covariance: 0, correlation: 0 };
    const [samples, draws, size] = [400, 150, 8];
    for (let sample = 0; sample < samples; sample++) {
      const xs = new Float64Array(draws * size);
      const ys = new Float64Array(draws * size);
      for (let draw = 0; draw < draws; draw++) {
        const [shared, sharedY] = [normal(), normal()];
        for (let i = draw * size; i < (draw + 1) * size; i++) {
          xs[i] = shared + normal();
          ys[i] = xs[i] / 2 + (sharedY + normal()) / Math.SQRT2;
        }
      }
      const result = { ...moments(xs, { clusterSize }), ...pairMoments(xs, ys, { clusterSize }) };
      for (const quantity of Object.keys(truth) as Quantity[]) {
        const error = Math.abs(result[quantity]! - truth[quantity]);
        if (error < 1.96 * result[`${quantity}Se`]!) hits[quantity] += 1 / samples;
      }
    }
    return hits;
  }

  // The count of hits has standard deviation 0.011; 0.90 is four of them below the 0.945 that 150
  // draws reach, so a false alarm has probability below 1e-4.
  test('clustered standard errors cover', () => {
    for (const share of Object.values(coverage(8))) {
      expect(share).toBeGreaterThan(0.9);
      expect(share).toBeLessThan(0.985);
    }
  });

  test('negative control: standard errors that ignore the clusters are too small', () => {
    const share = coverage(1);
    expect(share.mean).toBeLessThan(0.75);
    expect(share.variance).toBeLessThan(0.88);
  });
});

describe('degenerate columns', () => {
  test('one draw has no standard errors', () => {
    const xs = Float64Array.of(1, 2, 3, 6);
    const result = moments(xs, { clusterSize: 4 });
    expect(result).toMatchObject({ draws: 1, mean: 3, meanSe: null, varianceSe: null });
    expect(result.variance).toBeCloseTo(14 / 3, 14);
    expect(pairMoments(xs, xs, { clusterSize: 4 })).toMatchObject({
      covarianceSe: null,
      correlation: 1,
      correlationSe: null,
    });
  });

  test('one value has no variance', () => {
    expect(moments(Float64Array.of(7))).toMatchObject({ mean: 7, variance: null });
    expect(pairMoments(Float64Array.of(7), Float64Array.of(7))).toMatchObject({
      covariance: null,
      correlation: null,
    });
  });

  test('a constant column has no correlation', () => {
    const xs = Float64Array.of(1, 1, 1);
    expect(pairMoments(xs, Float64Array.of(1, 2, 3))).toMatchObject({
      covariance: 0,
      correlation: null,
      correlationSe: null,
    });
  });

  test('what is not a whole number of draws is refused, with the numbers', () => {
    expect(() => moments(new Float64Array(10), { clusterSize: 4 })).toThrow(
      'moments: 10 values are not a whole number of draws of 4 values',
    );
    expect(() => moments(new Float64Array(0))).toThrow('empty');
    expect(() => moments(new Float64Array(2), { clusterSize: 0 })).toThrow('clusterSize is 0');
    expect(() => pairMoments(new Float64Array(2), new Float64Array(3))).toThrow('2 and 3 values');
  });
});
