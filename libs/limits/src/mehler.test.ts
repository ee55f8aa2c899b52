import { gelu, sin, swish, tanh } from '@resdiff/networks';
import { describe, expect, it } from 'vitest';
import { feedforwardCovariances } from './feedforward.ts';
import { mehlerCovariances } from './mehler.ts';

describe("Mehler's expansion", () => {
  // Inputs z copied through a first layer: variances up to 6.8, correlations from -1 to 1.
  const z = [-2, -1.9, 0.1, 1, 2];
  it.each([
    ['tanh', tanh, { sigmaW: 1.30414584, sigmaB: 0.2 }, 1e-7],
    ['tanh without biases', tanh, { sigmaW: 1.2, sigmaB: 0 }, 1e-7],
    ['swish', swish, { sigmaW: 1.1, sigmaB: 0.1 }, 1e-7],
    ['gelu', gelu, { sigmaW: 1.1, sigmaB: 0.1 }, 1e-7],
    ['sine', sin, { sigmaW: 1, sigmaB: 0.3 }, 1e-9],
  ])('is the quadrature of each pair: %s', (_, activation, law, tolerance) => {
    const first = Float64Array.from(
      { length: 25 },
      (__, at) => law.sigmaB ** 2 + law.sigmaW ** 2 * z[Math.floor(at / 5)] * z[at % 5],
    );
    for (const layers of [0, 1, 4]) {
      const exact = feedforwardCovariances(first, activation, law, layers)[layers];
      mehlerCovariances(first, activation, law, layers).forEach((value, at) => {
        expect(Math.abs(value - exact[at])).toBeLessThan(tolerance);
      });
    }
  });
});
