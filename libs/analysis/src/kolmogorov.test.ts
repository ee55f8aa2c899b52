import { describe, expect, test } from 'vitest';
import {
  kolmogorovMean,
  kolmogorovPValue,
  kolmogorovSd,
  kolmogorovSurvival,
} from './kolmogorov.ts';

describe('kolmogorovSurvival', () => {
  test.each([
    [1.2238478702170825, 0.1],
    [1.3580986393225505, 0.05],
    [1.6276236115189504, 0.01],
    [1.9494746035043753, 0.001],
  ])('the critical value %f', (x, probability) => {
    expect(kolmogorovSurvival(x) / probability - 1).toBeLessThan(1e-12);
    expect(kolmogorovSurvival(x) / probability - 1).toBeGreaterThan(-1e-12);
  });

  test('is the plain series, which needs many terms near 0', () => {
    for (const x of [0.15, 0.3, 0.6, 0.999999, 1, 1.000001, 2]) {
      let sum = 0;
      for (let k = 1; k < 200; k++) sum += 2 * (-1) ** (k - 1) * Math.exp(-2 * (k * x) ** 2);
      expect(kolmogorovSurvival(x)).toBeCloseTo(sum, 14);
    }
  });

  test('has its limits', () => {
    expect(kolmogorovSurvival(0)).toBe(1);
    expect(kolmogorovSurvival(1e-3)).toBe(1);
    expect(kolmogorovSurvival(40)).toBe(0);
  });

  test('has the stated mean and standard deviation', () => {
    let [first, second] = [0, 0];
    const step = 1e-3;
    for (let x = step / 2; x < 6; x += step) {
      first += kolmogorovSurvival(x) * step;
      second += 2 * x * kolmogorovSurvival(x) * step;
    }
    expect(kolmogorovMean).toBeCloseTo(0.8687311606, 10);
    expect(first).toBeCloseTo(kolmogorovMean, 8);
    expect(Math.sqrt(second - first ** 2)).toBeCloseTo(kolmogorovSd, 6);
  });
});

test('kolmogorovPValue scales by the effective number of values', () => {
  expect(kolmogorovPValue(0.1, 400)).toBe(kolmogorovSurvival(2));
  expect(kolmogorovPValue(0.1, 800, 800)).toBe(kolmogorovSurvival(2));
});
