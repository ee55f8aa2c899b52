import { describe, expect, test } from 'vitest';
import { ExplosionError, explosionTime, limitMeanField } from './dynamics.ts';
import { limitMeanFieldByOde } from './dynamics-ode.ts';
import { copiedInputsMeanField, type MeanField } from './moments.ts';
import { solveOde } from './ode.ts';
import type { LimitParameters } from './parameters.ts';

const general: MeanField = {
  m: Float64Array.of(0.3, -0.8, 1.1),
  lambda: Float64Array.of(0.9, 0.1, 0.5, 0.1, 1.4, -0.7, 0.5, -0.7, 1.3),
};

/** p2^2 (sigmaB^2 + sigmaW^2 q) - sigmaW^2 (p2 m + p1^2)^2, whose sign chooses the closed form. */
function discriminant({ m, lambda }: MeanField, parameters: LimitParameters): number {
  const { p1, p2, sigmaW, sigmaB } = parameters;
  return p2 ** 2 * (sigmaB ** 2 + sigmaW ** 2 * lambda[0]) - (sigmaW * (p2 * m[0] + p1 ** 2)) ** 2;
}

/** One case of each sign: tan, coth, and the rational function between them. */
const cases: [string, number, MeanField, LimitParameters][] = [
  ['Cc > 0', 1, copiedInputsMeanField([0]), { p1: 0.5, p2: 0.5, sigmaW: 1, sigmaB: 1 }],
  ['Cc < 0', -1, copiedInputsMeanField([1]), { p1: 1, p2: 0.3, sigmaW: 1.2, sigmaB: 0.2 }],
  ['Cc = 0', 0, copiedInputsMeanField([0]), { p1: 1, p2: 1, sigmaW: 1, sigmaB: 1 }],
];

describe('limitMeanFieldByOde', () => {
  test.each(cases)('agrees with the closed forms to 1e-8: %s', (_, sign, start, parameters) => {
    expect(Math.sign(discriminant(start, parameters))).toBe(sign);
    const explosion = explosionTime(start.m[0], start.lambda[0], parameters);
    for (const fraction of [0, 0.1, 0.5, 0.9]) {
      const exact = limitMeanField(start, parameters, fraction * explosion);
      const solved = limitMeanFieldByOde(start, parameters, fraction * explosion);
      expect(Math.abs(solved.m[0] / exact.m[0] - 1) || 0).toBeLessThan(1e-8);
      expect(Math.abs(solved.lambda[0] / exact.lambda[0] - 1) || 0).toBeLessThan(1e-8);
    }
  });

  test.each<[string, LimitParameters, number]>([
    ['tanh', { p1: 1, p2: 0, sigmaW: 1, sigmaB: 1 }, 5],
    ['swish', { p1: 0.5, p2: 0.5, sigmaW: 1, sigmaB: 1 }, 1.5],
    ['a negative curvature', { p1: 0.7, p2: -0.6, sigmaW: 1.2, sigmaB: 0.5 }, 0.7],
    ['no weights', { p1: 0.7, p2: 0.6, sigmaW: 0, sigmaB: 0.5 }, 3],
  ])('agrees on several inputs that are not copied: %s', (_, parameters, T) => {
    const exact = limitMeanField(general, parameters, T);
    const solved = limitMeanFieldByOde(general, parameters, T);
    exact.m.forEach((value, i) => expect(Math.abs(value - solved.m[i])).toBeLessThan(1e-8));
    exact.lambda.forEach((value, i) =>
      expect(Math.abs(value / solved.lambda[i] - 1)).toBeLessThan(1e-8),
    );
  });

  test('refuses times from the explosion on', () => {
    const [, , start, parameters] = cases[0];
    expect(() => limitMeanFieldByOde(start, parameters, 5)).toThrow(ExplosionError);
  });
});

describe('explosionTime', () => {
  test.each(cases)(
    'is where m and q of the differential equation go to infinity: %s',
    (_, __, start, { p1, p2, sigmaW, sigmaB }) => {
      // In the time s of dt = ds/(1 + sqrt S), m grows like an exponential and t converges.
      const [, , t] = solveOde(
        (_, [m, q], slope) => {
          const S = sigmaB ** 2 + sigmaW ** 2 * q;
          const pace = 1 / (1 + Math.sqrt(S));
          slope[0] = (p2 / 2) * S * pace;
          slope[1] = (p2 * m + p1 ** 2) * S * pace;
          slope[2] = pace;
        },
        [start.m[0], start.lambda[0], 0],
        60 / (Math.abs(p2) * sigmaW),
      );
      const time = explosionTime(start.m[0], start.lambda[0], { p1, p2, sigmaW, sigmaB });
      expect(Math.abs(t / time - 1)).toBeLessThan(1e-8);
    },
  );
});
