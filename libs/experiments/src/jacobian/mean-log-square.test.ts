import { expect, it } from 'vitest';
import { meanLogSquare } from './mean-log-square.ts';

const EULER = 0.5772156649015329;

it.each([
  [1, -EULER - 2 * Math.LN2],
  [2, -EULER],
  [3, 2 - EULER - 2 * Math.LN2],
  [4, 1 - EULER],
  [1000, Math.log(500) - 1e-3 - 1 / 3e6],
])('of a centre of 0 is the digamma function at %i / 2', (width, digamma) => {
  for (const variance of [1e-6, 1.7, 1e6]) {
    const expected = Math.log((2 * variance) / width) + digamma;
    expect(meanLogSquare({ width, centre: 0, variance })).toBeCloseTo(expected, 11);
  }
});

/** The exponential integral E_1 by its series. */
function exponentialIntegral(x: number): number {
  let [sum, term] = [-EULER - Math.log(x), -1];
  for (let k = 1; k < 200; k++) {
    term *= -x / k;
    sum += term / k;
  }
  return sum;
}

it('of width 2 is that of the logarithmic potential of the plane', () => {
  for (const [centre, variance] of [
    [1, 1],
    [1, 0.3],
    [0.2, 5],
    [3, 12],
  ]) {
    const expected = Math.log(centre ** 2) + exponentialIntegral(centre ** 2 / variance);
    expect(meanLogSquare({ width: 2, centre, variance })).toBeCloseTo(expected, 11);
  }
});

it('has the series in a small variance', () => {
  // Of log|1 + s z|^2 at width 1: -s^2 - 3 s^4/2 - 5 s^6 - 105 s^8/4 - ...
  for (const k of [1e-4, 1e-3]) {
    const series = -k - (3 * k ** 2) / 2 - 5 * k ** 3 - (105 * k ** 4) / 4;
    expect(Math.abs(meanLogSquare({ width: 1, centre: 1, variance: k }) / series - 1)).toBeLessThan(
      300 * k ** 4 + 1e-11,
    );
  }
  expect(meanLogSquare({ width: 7, centre: 2, variance: 0 })).toBe(Math.log(4));
});
