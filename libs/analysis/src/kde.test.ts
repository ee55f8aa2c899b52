import { describe, expect, test } from 'vitest';
import { highestDensityLevels, kde1, kde2, type UniformGrid } from './kde.ts';

/** Points of an additive recurrence: spread out like uniform draws, and the same on every run. */
function recurrence(length: number, increment: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => ((i + 1) * increment) % 1);
}

/** Skewed and two-peaked, so that a shifted or mirrored estimate is seen. */
const values = recurrence(700, 0.618033988749895).map((u) => (u < 0.7 ? -Math.log(1 - u) : 4 * u));
const partners = recurrence(700, 0.7548776662466927).map((u, i) => 3 * u * u - 0.5 * values[i]);

const gaussian = (x: number, bandwidth: number) =>
  Math.exp(-0.5 * (x / bandwidth) ** 2) / (bandwidth * Math.sqrt(2 * Math.PI));

const directSum = (at: number, bandwidth: number) =>
  values.reduce((sum, value) => sum + gaussian(at - value, bandwidth), 0) / values.length;

/** Interpolating a function linearly over a step s errs by at most s^2 / 8 of its second derivative,
 * which for a Gaussian is at most its peak over its variance. The cut-off adds 1e-8 of the peak. */
const tolerance1 = (step: number, bandwidth: number) =>
  gaussian(0, bandwidth) * (step ** 2 / (8 * bandwidth ** 2) + 1e-8);

const sum = (numbers: Float64Array) => numbers.reduce((total, number) => total + number, 0);

describe('kde1', () => {
  const stepOf = ({ min, max, points }: UniformGrid) => (max - min) / (points - 1);

  test.each([
    ['a fine grid', { min: -2, max: 6, points: 801 }, 0.2],
    ['a coarse grid', { min: -2, max: 6, points: 41 }, 0.2],
    ['a grid that leaves out half of the values', { min: 0.5, max: 1.5, points: 101 }, 0.3],
    ['a wide bandwidth', { min: 0, max: 4, points: 101 }, 3],
  ])('is the direct sum of Gaussians within its error bound on %s', (_, grid, bandwidth) => {
    const { x, density } = kde1(values, { grid, bandwidth });
    const bound = tolerance1(stepOf(grid), bandwidth);
    for (let i = 0; i < x.length; i++) {
      expect(Math.abs(density[i] - directSum(x[i], bandwidth))).toBeLessThanOrEqual(bound);
    }
  });

  test('the error bound tells bandwidths apart that differ by one per cent', () => {
    const grid = { min: -2, max: 6, points: 801 };
    const { x, density } = kde1(values, { grid, bandwidth: 0.2 });
    const worst = Math.max(...x.map((at, i) => Math.abs(density[i] - directSum(at, 0.202))));
    expect(worst).toBeGreaterThan(tolerance1(stepOf(grid), 0.2));
  });

  test.each([0.5, 0.1, 0.001])('integrates to one with the bandwidth %d', (bandwidth) => {
    const grid = { min: -10, max: 15, points: 501 };
    const { density } = kde1(values, { grid, bandwidth });
    expect(sum(density) * stepOf(grid)).toBeCloseTo(1, 10);
  });

  test('the default bandwidth is the standard deviation times n^(-1/5)', () => {
    // The deviations from the mean 3 are -2, -1, 1 and 2.
    const { bandwidth } = kde1(Float32Array.of(1, 2, 4, 5), {
      grid: { min: 0, max: 6, points: 7 },
    });
    expect(bandwidth).toBeCloseTo(Math.sqrt(10 / 3) * 4 ** -0.2, 12);
  });

  test('skips non-finite values', () => {
    const grid = { min: -2, max: 6, points: 101 };
    const spoilt = Float64Array.of(NaN, ...values, Infinity, -Infinity);
    expect(kde1(spoilt, { grid })).toEqual(kde1(values, { grid }));
  });

  test('its nodes hit both ends of the grid exactly', () => {
    const { x } = kde1(values, { grid: { min: -0.3, max: 0.7, points: 11 }, bandwidth: 0.1 });
    expect([x[0], x[10]]).toEqual([-0.3, 0.7]);
  });

  test('refuses an empty grid, a bandwidth that does not suit it, and values without spread', () => {
    const grid = { min: 0, max: 1, points: 11 };
    const at = (bad: Partial<UniformGrid>) => () => kde1(values, { grid: { ...grid, ...bad } });
    expect(at({ max: 0 })).toThrow('kde1: grid reaches from 0 to 0');
    expect(at({ points: 1 })).toThrow('kde1: grid has 1 points');
    expect(() => kde1(values, { grid, bandwidth: 0 })).toThrow('bandwidth is 0');
    expect(() => kde1(values, { grid, bandwidth: 1.5 })).toThrow('at most the length 1');
    expect(() => kde1(Float64Array.of(1, 1), { grid })).toThrow("Scott's rule needs two distinct");
    expect(() => kde1(Float64Array.of(1), { grid })).toThrow("Scott's rule needs two distinct");
    expect(() => kde1(Float64Array.of(NaN), { grid, bandwidth: 1 })).toThrow('none of the 1');
  });
});

describe('kde2', () => {
  const xGrid = { min: -1, max: 5, points: 61 };
  const yGrid = { min: -3, max: 4, points: 36 };

  test('is the direct sum of Gaussian products within its error bound', () => {
    const bandwidths = [0.3, 0.5] as const;
    const { x, y, density } = kde2(values, partners, { xGrid, yGrid, bandwidths });
    const peak = gaussian(0, 0.3) * gaussian(0, 0.5);
    const bound = (peak / 8) * ((0.1 / 0.3) ** 2 + (0.2 / 0.5) ** 2) + 2e-8 * peak;
    expect(density).toHaveLength(61 * 36);
    for (let j = 0; j < y.length; j++) {
      for (let i = 0; i < x.length; i++) {
        let direct = 0;
        for (let n = 0; n < values.length; n++) {
          direct += gaussian(x[i] - values[n], 0.3) * gaussian(y[j] - partners[n], 0.5);
        }
        const error = Math.abs(density[j * x.length + i] - direct / values.length);
        expect(error).toBeLessThanOrEqual(bound);
      }
    }
  });

  test('summing over y gives kde1 of the xs', () => {
    const wide = { min: -8, max: 9, points: 86 };
    const { density } = kde2(values, partners, { xGrid, yGrid: wide, bandwidths: [0.2, 0.4] });
    const marginal = kde1(values, { grid: xGrid, bandwidth: 0.2 }).density;
    for (let i = 0; i < 61; i++) {
      const column = density.filter((_, node) => node % 61 === i);
      expect(sum(column) * 0.2).toBeCloseTo(marginal[i], 10);
    }
  });

  test('the default bandwidths are the standard deviations times n^(-1/6)', () => {
    const xs = Float64Array.of(1, 2, 4, 5);
    const { bandwidths } = kde2(xs, xs.map(Math.sqrt), { xGrid, yGrid });
    const roots = [1, Math.SQRT2, 2, Math.sqrt(5)];
    const mean = roots.reduce((a, b) => a + b) / 4;
    const deviation = Math.sqrt(roots.reduce((total, root) => total + (root - mean) ** 2, 0) / 3);
    expect(bandwidths[0]).toBeCloseTo(Math.sqrt(10 / 3) * 4 ** (-1 / 6), 12);
    expect(bandwidths[1]).toBeCloseTo(deviation * 4 ** (-1 / 6), 12);
  });

  test('skips pairs with a non-finite member', () => {
    const xs = Float64Array.of(NaN, ...values, 1e3);
    const ys = Float64Array.of(1e3, ...partners, Infinity);
    expect(kde2(xs, ys, { xGrid, yGrid })).toEqual(kde2(values, partners, { xGrid, yGrid }));
  });

  test('refuses columns of different lengths and bandwidths that do not suit the grid', () => {
    expect(() => kde2(values, partners.subarray(1), { xGrid, yGrid })).toThrow(
      'kde2: 700 xs and 699 ys',
    );
    const bandwidths = [1, 8] as const;
    expect(() => kde2(values, partners, { xGrid, yGrid, bandwidths })).toThrow(
      'kde2: the y bandwidth is 8, must be positive and at most the length 7',
    );
  });
});

describe('highestDensityLevels', () => {
  test('of a Gaussian are the densities at its central quantiles', () => {
    const density = Float64Array.from({ length: 4001 }, (_, i) => gaussian((i - 2000) / 250, 1));
    // The quantiles of the standard normal at (1 + p) / 2.
    const [half, most] = highestDensityLevels(density, [0.5, 0.9]);
    expect(half).toBeCloseTo(gaussian(0.6744897501960817, 1), 2);
    expect(most).toBeCloseTo(gaussian(1.6448536269514722, 1), 2);
  });

  test('of a correlated bivariate Gaussian are (1 - p) of its peak, in the order asked', () => {
    const correlation = 0.8;
    const density = Float64Array.from({ length: 401 * 401 }, (_, node) => {
      const x = ((node % 401) - 200) / 30;
      const y = (Math.floor(node / 401) - 200) / 30;
      return gaussian(x, 1) * gaussian(y - correlation * x, Math.sqrt(1 - correlation ** 2));
    });
    const peak = 1 / (2 * Math.PI * Math.sqrt(1 - correlation ** 2));
    const probabilities = [0.9, 0.1, 0.3, 0.7, 0.5];
    const levels = highestDensityLevels(density, probabilities);
    levels.forEach((level, i) => expect(level / peak).toBeCloseTo(1 - probabilities[i], 2));
  });

  test('does not depend on the scale of the density', () => {
    expect(highestDensityLevels(Float64Array.of(1, 3, 2, 4), [0.5, 0.69])).toEqual([3, 3]);
    expect(highestDensityLevels(Float64Array.of(10, 30, 20, 40), [0.5, 0.71])).toEqual([30, 20]);
  });

  test('refuses probabilities outside (0, 1) and densities without mass', () => {
    const density = Float64Array.of(1, 2);
    expect(() => highestDensityLevels(density, [0])).toThrow('0 must be between 0 and 1');
    expect(() => highestDensityLevels(density, [0.5, 1])).toThrow('1 must be between 0 and 1');
    expect(() => highestDensityLevels(Float64Array.of(0, 0), [0.5])).toThrow('zero everywhere');
    expect(() => highestDensityLevels(Float64Array.of(1, NaN), [0.5])).toThrow('finite');
    expect(() => highestDensityLevels(Float64Array.of(), [0.5])).toThrow('finite');
    expect(() => highestDensityLevels(Float64Array.of(-1, 1), [0.5])).toThrow('nowhere negative');
  });
});
