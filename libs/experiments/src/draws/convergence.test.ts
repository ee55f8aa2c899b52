import { describe, expect, it } from 'vitest';
import { pick, samplesOf, settingsOf } from '../../test/support.ts';
import { estimateDraws } from './estimates.ts';

const sizes = [48, 96, 192] as const;

/** Quantities of tanh at z = 0 and 1 in the limit: e - 1 and 2 (e - 1). */
const quantities = [
  { quantity: 'variance', z: 0, limit: Math.E - 1 },
  { quantity: 'variance', z: 1, limit: 2 * (Math.E - 1) },
  { quantity: 'covariance', z: [0, 1], limit: Math.E - 1 },
];

describe('residual networks with L = D', () => {
  // Three levels of Richardson extrapolation (Richardson, 1911) remove exactly the deviations of
  // order 1/L and 1/L^2; what is left is below a fifth of a standard error here. The false-alarm
  // rate at 3.9 standard errors is 1e-4 for each of three correlated comparisons. From 48 to 192,
  // deviations of order 1/sqrt(L) would be halved; taking that for granted must miss the limit.
  it('approach the transition density (34) at the rate 1/L, and not at 1/sqrt(L)', async () => {
    const estimates = await Promise.all(
      sizes.map(async (size, seed) => {
        const given = { width: size, depth: size, coordinates: 'all', processes: 'resnet' };
        const settings = settingsOf({ ...given, draws: 2000, seed });
        return estimateDraws(settings, await samplesOf(settings)).finiteDepth;
      }),
    );
    for (const { quantity, z, limit } of quantities) {
      const found = estimates.map((each) => pick(each, quantity, { z })[0]);
      const values = found.map(({ value }) => value!);
      const deviations = values.map((value) => limit - value);
      /** z-score of the weighted sum, whose weights sum to 1, as an estimate of the limit. */
      const score = (weights: readonly number[]) =>
        (weights.reduce((sum, weight, i) => sum + weight * values[i], 0) - limit) /
        Math.hypot(...weights.map((weight, i) => weight * found[i].se!));

      expect(Math.abs(score([1 / 3, -2, 8 / 3]))).toBeLessThan(3.9);
      expect(Math.abs(score([-1, 0, 2]))).toBeGreaterThan(5);
      expect(deviations).toEqual(deviations.toSorted((a, b) => b - a));
      expect(score([0, 0, 1])).toBeLessThan(-5);
    }
  });
});
