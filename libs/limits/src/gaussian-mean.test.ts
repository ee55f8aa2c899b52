import { erf } from '@resdiff/networks';
import { describe, expect, test } from 'vitest';
import { integrate } from './gauss-quadrature.ts';
import { gaussianMean, gaussianProduct } from './gaussian-mean.ts';

const relative = (value: number, exact: number) => Math.abs(value / exact - 1);

describe('gaussianMean', () => {
  test.each([0, 1e-6, 0.3, 1, 7, 40])('variance %f: closed forms', (variance) => {
    expect(
      relative(
        gaussianMean(() => 1, variance),
        1,
      ),
    ).toBeLessThan(1e-14);
    expect(Math.abs(gaussianMean((h) => h ** 3, variance))).toBeLessThan(1e-12 * (1 + variance));
    expect(gaussianMean((h) => h ** 4, variance) - 3 * variance ** 2).toBeCloseTo(0, 9);
    const cosine = gaussianMean(Math.cos, variance);
    expect(cosine).toBeCloseTo(Math.exp(-variance / 2), 13);
  });

  test.each([0.5, 3, 50, 1e4])('variance %f: tanh, whose poles are near', (variance) => {
    const s = Math.sqrt(variance);
    const density = (z: number) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    const exact = 2 * integrate((z) => density(z) * Math.tanh(s * z) ** 2, 0, 12, 1e-15);
    expect(
      relative(
        gaussianMean((h) => Math.tanh(h) ** 2, variance),
        exact,
      ),
    ).toBeLessThan(1e-12);
  });
});

describe('gaussianProduct', () => {
  test.each([
    [0.3, 0.5, 0.1],
    [4, 9, -5],
    [2, 2, 2],
    [2, 2, -2],
    [0, 1, 0],
    [1, 0, 0],
  ])('variances %f, %f and covariance %f: erf and sin', (v, w, c) => {
    const arcsine = (2 / Math.PI) * Math.asin((2 * c) / Math.sqrt((1 + 2 * v) * (1 + 2 * w)));
    expect(gaussianProduct(erf.phi, v, w, c)).toBeCloseTo(arcsine, 13);
    const sine = Math.exp(-(v + w) / 2) * Math.sinh(c);
    expect(gaussianProduct(Math.sin, v, w, c)).toBeCloseTo(sine, 13);
  });
});
