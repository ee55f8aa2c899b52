import { expect, it } from 'vitest';
import { isNearNormal, logNormalSkewness } from './near-normal.ts';

it('takes means for normal by the skewness of their draws', () => {
  // exp(s z) has the skewness (e^{s^2} + 2) (e^{s^2} - 1)^{1/2}.
  expect(logNormalSkewness(Math.E - 1)).toBeCloseTo((Math.E + 2) * Math.sqrt(Math.E - 1), 12);
  for (const skewness of [1, -1]) {
    expect(isNearNormal(skewness, 400)).toBe(true);
    expect(isNearNormal(skewness, 399)).toBe(false);
  }
  expect(isNearNormal(NaN, 1e9)).toBe(false);
});
