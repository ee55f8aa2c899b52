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

test.each([0, 0.3, 40, 1e8])(
  'variance %f: the mean of an odd function is 0 exactly',
  (variance) => {
    for (const f of [Math.tanh, Math.sin, erf.phi]) expect(gaussianMean(f, variance)).toBe(0);
  },
);

describe('gaussianMean of deviations from 1000 on', () => {
  const sech = (x: number) => 1 / Math.cosh(x);

  test.each([1000, 1e6, 1e20, 1e100])('deviation %f: what is left of the plateau', (deviation) => {
    const variance = deviation ** 2;
    // 1 - tanh^2 and (1 - tanh^2)^2 have the integrals 2 and 4/3, over which the density is 1/sqrt(2 pi)/s.
    const density = 1 / Math.sqrt(2 * Math.PI) / deviation;
    const tail = deviation === 1000 ? 1e-6 : 1e-12;
    expect(
      relative(
        gaussianMean((h) => sech(h) ** 2, variance),
        2 * density,
      ),
    ).toBeLessThan(tail);
    expect(
      relative(
        gaussianMean((h) => sech(h) ** 4, variance),
        (4 / 3) * density,
      ),
    ).toBeLessThan(tail);
    expect(
      relative(
        gaussianMean((h) => erf.phi(h) ** 2, variance),
        1,
      ),
    ).toBeLessThan(2 * density + 1e-14);
  });

  test.each([999.9999, 1000])('deviation %f: one rule goes over into the other', (deviation) => {
    for (const [f, exact] of [
      [() => 1, 1],
      [(h: number) => h ** 2, deviation ** 2],
      [(h: number) => h ** 4, 3 * deviation ** 4],
    ] as const) {
      expect(relative(gaussianMean(f, deviation ** 2), exact)).toBeLessThan(1e-13);
    }
    const tanh = gaussianMean((h) => Math.tanh(h) ** 2, deviation ** 2);
    expect(relative(tanh, 1 - 2 / Math.sqrt(2 * Math.PI) / deviation)).toBeLessThan(1e-9);
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

  test.each([0.99, 0.9999, -1, 1])('unlike variances of correlation %f, in either order', (rho) => {
    const [v, w] = [0.01, 25];
    const c = rho * 0.5;
    const arcsine = (2 / Math.PI) * Math.asin((2 * c) / Math.sqrt(1.02 * 51));
    expect(gaussianProduct(erf.phi, v, w, c)).toBeCloseTo(arcsine, 13);
    expect(gaussianProduct(erf.phi, w, v, c)).toBeCloseTo(arcsine, 13);
    // Negative control: nodes that suit h alone are too far apart for h', 50 times as wide.
    const coarse = gaussianMean((h) => erf.phi(h) * erf.phi(50 * h), v);
    const exact = (2 / Math.PI) * Math.asin(1 / Math.sqrt(1.02 * 51));
    expect(Math.abs(coarse - exact)).toBeGreaterThan(1e-6);
  });
});
