import { findActivation, type Activation } from '@resdiff/networks';
import { describe, expect, test } from 'vitest';
import { limitMeanField } from './dynamics.ts';
import { hermiteExpectations } from '../test/hermite-expectations.ts';
import {
  gaussianExpectations,
  mehlerExpectations,
  MOST_EXPANDED,
  slopeExpectations,
} from './gaussian-expectations.ts';
import { gaussianMean, gaussianProduct } from './gaussian-mean.ts';
import { copiedInputsMeanField } from './moments.ts';
import { networkMeanField } from './network-recursion.ts';
import { limitParameters } from './parameters.ts';
import { eulerMeanField } from './scheme-recursion.ts';
import { coordinateLaw } from './transition.ts';

const law = { sigmaW: 1, sigmaB: 1 };
const activation = (name: string) => findActivation(name)!;
const start = copiedInputsMeanField([0, 1]);

describe('networkMeanField', () => {
  test.each([
    [10, 1.14099, 1.84989, 1.0164],
    [50, 1.53792, 2.83982, 1.47572],
    [100, 1.62056, 3.09599, 1.58316],
    [500, 1.69729, 3.35922, 1.68839],
  ])('tanh, L = %i: the reference variances and covariance', (L, v1, v2, c) => {
    const end = networkMeanField(start, activation('tanh'), law, 1, L);
    const { mean, covariance } = coordinateLaw(start, end);
    // By symmetry, to the last bit.
    expect([...mean]).toEqual([0, 1]);
    expect(Math.abs(covariance[0] - v1)).toBeLessThan(6e-6);
    expect(Math.abs(covariance[3] - v2)).toBeLessThan(6e-6);
    expect(Math.abs(covariance[1] - c)).toBeLessThan(6e-6);
    expect(covariance[2]).toBe(covariance[1]);
  });

  test('swish, L = 500: the reference moments', () => {
    const end = networkMeanField(start, activation('swish'), law, 1, 500);
    const { mean, covariance } = coordinateLaw(start, end);
    [0.29068, 1.79076].forEach((m, i) => expect(Math.abs(mean[i] - m)).toBeLessThan(6e-6));
    expect(Math.abs(covariance[0] - 0.29119)).toBeLessThan(6e-6);
    expect(Math.abs(covariance[3] - 0.79477)).toBeLessThan(6e-6);
    expect(Math.abs(covariance[1] - 0.33889)).toBeLessThan(6e-6);
  });

  test('identity: q grows by (1 + k T / L)^L, exactly', () => {
    const end = networkMeanField(start, activation('identity'), { sigmaW: 1.3, sigmaB: 0.4 }, 2, 7);
    const k = 1.3 ** 2;
    const r = 0.4 ** 2 / k;
    const growth = (1 + (k * 2) / 7) ** 7;
    [0, 0, 0, 1].forEach((lambda, i) => {
      expect(end.lambda[i]).toBeCloseTo((lambda + r) * growth - r, 12);
    });
  });

  test('relu: one layer, by hand', () => {
    // x = z + h+, h ~ N(0, dt S): E x = z + sqrt(dt S / (2 pi)), E x^2 = z^2 + 2 z E h+ + dt S / 2.
    const end = networkMeanField(copiedInputsMeanField([0.5]), activation('relu'), law, 0.3, 1);
    const variance = 0.3 * 1.25;
    const half = Math.sqrt(variance / (2 * Math.PI));
    expect(end.m[0]).toBeCloseTo(0.5 + half, 14);
    expect(end.lambda[0]).toBeCloseTo(0.25 + half + variance / 2, 14);
  });

  test('relu has no limit: its mean grows like sqrt(L)', () => {
    const mean = (L: number) => networkMeanField(start, activation('relu'), law, 1, L).m[0];
    expect(mean(400) / mean(100)).toBeGreaterThan(3);
  });

  test.each(['tanh', 'swish', 'gelu', 'sin', 'softplus-shifted'])(
    '%s: converges to the limit at first order in 1/L',
    (name) => {
      const limit = limitMeanField(start, limitParameters(activation(name), law), 1);
      const error = (L: number) =>
        networkMeanField(start, activation(name), law, 1, L).lambda[1] - limit.lambda[1];
      expect(error(200) / error(400)).toBeGreaterThan(1.85);
      expect(error(200) / error(400)).toBeLessThan(2.15);
    },
  );

  test('refuses a depth or a time that is none', () => {
    const run = (T: number, L: number) => networkMeanField(start, activation('tanh'), law, T, L);
    expect(() => run(1, 0)).toThrow('The depth L is 0');
    expect(() => run(1, 2.5)).toThrow('The depth L is 2.5');
    expect(() => run(-1, 3)).toThrow('The time T is -1');
  });
});

describe('eulerMeanField', () => {
  const swish = limitParameters(activation('swish'), { sigmaW: 1.2, sigmaB: 0.7 });

  test('with p2 = 0: (lambda + r)(1 + k dt)^L - r', () => {
    const parameters = { p1: 0.8, p2: 0, sigmaW: 1.2, sigmaB: 0.7 };
    const end = eulerMeanField(start, parameters, 1.5, 9);
    const k = (0.8 * 1.2) ** 2;
    const r = 0.7 ** 2 / 1.2 ** 2;
    [0, 0, 0, 1].forEach((lambda, i) => {
      expect(end.lambda[i]).toBeCloseTo((lambda + r) * (1 + (k * 1.5) / 9) ** 9 - r, 12);
    });
    expect([...end.m]).toEqual([0, 1]);
  });

  test('one step is the law of x + b + p1 sqrt(dt) g, by hand', () => {
    const { lambda, m } = eulerMeanField(start, swish, 0.5, 1);
    const S = [0.49, 0.49 + 1.44];
    const b = S.map((value) => 0.25 * value * 0.5);
    const x = [0 + b[0], 1 + b[1]];
    m.forEach((value, i) => expect(value).toBeCloseTo(x[i], 15));
    expect(lambda[0]).toBeCloseTo(x[0] ** 2 + 0.25 * 0.5 * S[0], 14);
    expect(lambda[3]).toBeCloseTo(x[1] ** 2 + 0.25 * 0.5 * S[1], 14);
    expect(lambda[1]).toBeCloseTo(x[0] * x[1] + 0.25 * 0.5 * 0.49, 14);
  });

  test('converges to the limit at first order', () => {
    const limit = limitMeanField(start, swish, 1).lambda[3];
    const error = (L: number) => eulerMeanField(start, swish, 1, L).lambda[3] - limit;
    expect(error(2000) / error(4000)).toBeCloseTo(2, 2);
  });
});

describe('Gaussian expectations by quadrature', () => {
  const kernels: [string, (v: number, w: number, c: number) => number][] = [
    ['erf', (v, w, c) => (2 / Math.PI) * Math.asin((2 * c) / Math.sqrt((1 + 2 * v) * (1 + 2 * w)))],
    ['sin', (v, w, c) => Math.exp(-(v + w) / 2) * Math.sinh(c)],
  ];

  test.each(kernels)('%s: the closed kernel', (name, exact) => {
    const { product, mean } = mehlerExpectations(activation(name).phi, 160);
    for (const [v, w, c] of [
      [0.3, 0.5, 0.1],
      [0.3, 0.5, -0.35],
      [1e-3, 2e-3, 1e-3],
      [1, 1, 1],
      [0.7, 0.7, -0.7],
      [0, 1, 0],
      [1, 0, 0],
    ] as const) {
      expect(product(v, w, c)).toBeCloseTo(exact(v, w, c), 12);
      expect(mean(v)).toBeCloseTo(0, 15);
    }
  });

  test.each(['tanh', 'swish', 'gelu', 'erf', 'sin', 'sigmoid-centred', 'softplus-shifted'])(
    '%s: as many nodes as the variance asks for',
    (name) => {
      const { phi } = activation(name);
      const few = gaussianExpectations(activation(name));
      const many = hermiteExpectations(phi, 220);
      for (const [variance, digits] of [
        [0.02, 15],
        [0.1, 15],
        [0.5, 12],
        [1, 12],
      ] as const) {
        expect(few.mean(variance)).toBeCloseTo(many.mean(variance), digits);
        for (const [other, correlation] of [
          [variance, 0.6],
          [variance, -1],
          [variance / 30, 1],
          [variance / 5, 0],
        ]) {
          const covariance = correlation * Math.sqrt(variance * other);
          const exact = many.product(variance, other, covariance);
          expect(few.product(variance, other, covariance)).toBeCloseTo(exact, digits);
        }
      }
    },
  );

  test.each(['tanh', 'swish', 'gelu', 'erf', 'sigmoid-centred'])(
    '%s: variances above 1, by the trapezoidal rule',
    (name) => {
      const { phi, dphi } = activation(name);
      for (const [f, { mean, product }] of [
        [phi, gaussianExpectations(activation(name))],
        [dphi, slopeExpectations(activation(name))],
      ] as const) {
        for (const [variance, tolerance] of [
          [1.5, 1e-11],
          [4, 1e-11],
          [MOST_EXPANDED, 2e-7],
        ]) {
          const size = gaussianMean((h) => f(h) ** 2, variance);
          const error = (value: number, exact: number) => Math.abs(value - exact) / size;
          expect(error(mean(variance), gaussianMean(f, variance))).toBeLessThan(tolerance);
          expect(error(product(variance, variance, variance), size)).toBeLessThan(tolerance);
          const [other, covariance] = [0.3 * variance, -0.4 * variance];
          expect(
            error(
              product(variance, other, covariance),
              gaussianProduct(f, variance, other, covariance),
            ),
          ).toBeLessThan(tolerance);
        }
      }
    },
  );

  test.each([
    [30, 30, 1],
    [30, 12, -0.9],
    [90, 0.1, 0.9999],
    [1e3, 1e3, 0.99],
    [1e6, 300, 0.2],
    [1e4, 1e6, -0.999],
  ])('erf: variances %f and %f of correlation %f, by closed kernels', (v, w, rho) => {
    const c = rho * Math.sqrt(v * w);
    const determinant = 1 + 2 * v + 2 * w + 4 * (v * w - c * c);
    const arcsine = (2 / Math.PI) * Math.atan2(2 * c, Math.sqrt(determinant));
    const [values, slopes] = [gaussianExpectations, slopeExpectations].map((of) =>
      of(activation('erf')).product(v, w, c),
    );
    expect(values).toBeCloseTo(arcsine, 12);
    expect(Math.abs((slopes * Math.PI * Math.sqrt(determinant)) / 4 - 1)).toBeLessThan(1e-11);
    // Of many inputs variances are as exact, and covariances are expanded.
    const many = gaussianExpectations(activation('erf'), 9);
    const square = (2 / Math.PI) * Math.atan2(2 * v, Math.sqrt(1 + 4 * v));
    expect(many.product(v, v, v)).toBeCloseTo(square, 12);
    expect(Math.abs(many.product(v, w, c) - arcsine)).toBeLessThan(0.02);
    // Negative control: the expansion of the variance.
    const expanded = mehlerExpectations(activation('erf').phi, 640).product(v, v, v);
    expect(Math.abs(expanded - square)).toBeGreaterThan(1e-7);
  });

  test('relu: quadrature is off by 1e-4 to 1e-2 where its closed form is exact', () => {
    const relu: Activation = activation('relu');
    const quadrature = mehlerExpectations(relu.phi, 64).product(1, 1, 0.5);
    const error = Math.abs(quadrature - relu.gaussian!.product(1, 1, 0.5));
    expect(error).toBeGreaterThan(1e-5);
    expect(error).toBeLessThan(1e-2);
  });
});
