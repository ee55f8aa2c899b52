import { findActivation } from '@resdiff/networks';
import { describe, expect, test } from 'vitest';
import { largestZ, sample } from '../test/statistics.ts';
import { empiricalTangentKernel, type SmallNetwork } from '../test/tangent-kernel.ts';
import { linearNetworkGradient, linearNetworkNtk } from './linear-network.ts';
import { copiedInputsMeanField } from './moments.ts';
import { networkNtk } from './network-ntk.ts';
import { limitNtk } from './ntk.ts';
import { CurvatureError, limitParameters } from './parameters.ts';

const named = (name: string) => findActivation(name)!;
const law = { sigmaW: 1, sigmaB: 1 };
const start = copiedInputsMeanField([1, 2]);
const tanh = limitParameters(named('tanh'), law);
const linear = { ...law, slope: 1, T: 1, depth: 12 };

describe('limitNtk', () => {
  test('the reference numbers, z = 1, 2', () => {
    const { weights, biases } = limitNtk(start.lambda, tanh, 1);
    expect(weights[1]).toBeCloseTo(2 * Math.E + 1, 14);
    expect(weights[1]).toBeCloseTo(6.43656, 5);
    expect(biases[1]).toBeCloseTo(Math.E - 1, 14);
  });

  test('in all (lambda_0 + r) C E', () => {
    const parameters = { p1: 0.7, p2: 0, sigmaW: 1.3, sigmaB: 0.4 };
    const { weights, biases } = limitNtk(Float64Array.of(-0.3, 2), parameters, 1.7);
    const C = (0.7 * 1.3) ** 2 * 1.7;
    [-0.3, 2].forEach((lambda, i) => {
      const total = (lambda + 0.4 ** 2 / 1.3 ** 2) * C * Math.exp(C);
      expect(weights[i] + biases[i]).toBeCloseTo(total, 13);
    });
  });

  test('is continuous down to no weights and no time', () => {
    const at = (sigmaW: number, T: number) =>
      limitNtk(Float64Array.of(2), { ...tanh, sigmaW, sigmaB: 0.5 }, T);
    expect(at(0, 3).biases[0]).toBeCloseTo(0.75, 15);
    expect(at(0, 3).weights[0]).toBe(0);
    for (const sigmaW of [1e-9, 1e-4, 0.1]) {
      // To third order in C.
      const C = 3 * sigmaW ** 2;
      const expected = 2 * C * (1 + C + (C * C) / 2) + 0.75 * (C / 2 + (C * C) / 3 + C ** 3 / 8);
      expect(Math.abs(at(sigmaW, 3).weights[0] / expected - 1)).toBeLessThan(C ** 3 + 1e-14);
    }
    const [below, above] = [0.5 - 1e-13, 0.5 + 1e-13].map((C) => at(Math.sqrt(C), 1).weights[0]);
    expect(above - below).toBeLessThan(1e-11);
    expect(at(1, 0).weights[0]).toBe(0);
  });

  test('refuses curvature', () => {
    const swish = limitParameters(named('swish'), law);
    expect(() => limitNtk(start.lambda, swish, 1)).toThrow(CurvatureError);
    expect(() => limitNtk(start.lambda, swish, 1)).toThrow("phi''(0) = 0.5");
  });
});

describe('networkNtk', () => {
  test.each([
    [20, 3.1689, 1.0277, 5e-5],
    [50, 4.40043, 1.30314, 6e-6],
    [100, 5.16503, 1.46365, 6e-6],
    [200, 5.70471, 1.57336, 6e-6],
    [500, 6.11316, 1.65474, 6e-6],
  ])('tanh, L = %i: the reference numbers', (L, weights, biases, digits) => {
    const found = networkNtk(start, named('tanh'), law, 1, L);
    expect(Math.abs(found.weights[1] - weights)).toBeLessThan(digits);
    expect(Math.abs(found.biases[1] - biases)).toBeLessThan(digits);
  });

  test('identity: the exact formulas of linear networks', () => {
    const found = networkNtk(start, named('identity'), law, 1, 12);
    const exact = linearNetworkNtk(start.lambda, linear);
    start.lambda.forEach((_, i) => {
      expect(found.weights[i]).toBeCloseTo(exact.weights[i], 12);
      expect(found.biases[i]).toBeCloseTo(exact.biases[i], 12);
    });
  });

  // |z| < 4.5 for both kernels, a false alarm at 1.4e-5 a case; a width of 80 changes a tenth of that.
  test.each(['tanh', 'swish', 'relu'])('%s: wide networks drawn at random', (name) => {
    const network: SmallNetwork = { ...law, activation: named(name), width: 80, depth: 4, T: 1 };
    const { weights, biases } = networkNtk(start, network.activation, law, 1, 4);
    const samples = sample(40, (draw) => {
      const kernel = empiricalTangentKernel(network, [1, 2], draw);
      return [kernel.weights, kernel.biases];
    });
    expect(largestZ(samples, [weights[1], biases[1]])).toBeLessThan(4.5);
    // Negative control: the limit is far away at this depth.
    const limit = limitNtk(start.lambda, tanh, 1);
    if (name === 'tanh') {
      expect(largestZ(samples, [limit.weights[1], limit.biases[1]])).toBeGreaterThan(20);
    }
  });
});

describe('linear networks', () => {
  test('the reference numbers', () => {
    const { weights, biases } = linearNetworkNtk(start.lambda, linear);
    expect(weights[1].toFixed(10)).toBe('5.6230624366');
    expect(biases[1].toFixed(10)).toBe('1.6130352902');
  });

  test('converge to the limit as depth grows', () => {
    const limit = limitNtk(start.lambda, tanh, 1);
    const { weights, biases } = linearNetworkNtk(start.lambda, { ...linear, depth: 1e7 });
    expect(weights[1] / limit.weights[1]).toBeCloseTo(1, 6);
    expect(biases[1] / limit.biases[1]).toBeCloseTo(1, 6);
    expect(linearNetworkGradient({ ...linear, depth: 1e7 })).toBeCloseTo(Math.E, 6);
  });

  test('one layer, by hand, and no weights', () => {
    const { weights, biases } = linearNetworkNtk(Float64Array.of(3), {
      sigmaW: 2,
      sigmaB: 0.5,
      slope: 0.5,
      T: 0.7,
      depth: 1,
    });
    expect(weights[0]).toBeCloseTo(0.25 * 4 * 0.7 * 3, 14);
    expect(biases[0]).toBeCloseTo(0.25 * 0.25 * 0.7, 14);
    const none = linearNetworkNtk(Float64Array.of(3), { ...linear, sigmaW: 0 });
    expect(none.weights[0]).toBe(0);
    expect(none.biases[0]).toBeCloseTo(1, 14);
  });

  // |z| < 4.5 for three statistics: a false alarm at 2e-5 a case.
  test.each([1, 3])('are exact on average at width %i', (width) => {
    const network: SmallNetwork = {
      sigmaW: 1.1,
      sigmaB: 0.6,
      activation: {
        ...named('identity'),
        phi: (x) => 0.8 * x,
        dphi: () => 0.8,
      },
      width,
      depth: 4,
      T: 1.3,
    };
    const z = [1, -0.5] as const;
    const exact = { ...network, slope: 0.8 };
    const { weights, biases } = linearNetworkNtk(Float64Array.of(z[0] * z[1]), exact);
    const gradient = linearNetworkGradient(exact);
    const samples = sample(10_000, (draw) =>
      Object.values(empiricalTangentKernel(network, [...z], draw)),
    );
    expect(largestZ(samples, [weights[0], biases[0], gradient])).toBeLessThan(4.5);
    // Negative control: what depth infinity would give.
    const limit = limitNtk(Float64Array.of(-0.5), { ...network, p1: 0.8, p2: 0 }, 1.3);
    const wrong = [limit.weights[0], limit.biases[0], Math.exp(0.64 * 1.21 * 1.3)];
    expect(largestZ(samples, wrong)).toBeGreaterThan(6);
  });
});
