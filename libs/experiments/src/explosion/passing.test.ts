import { describe, expect, it } from 'vitest';
import { passingTime } from './passing.ts';

describe('the time at which a path passes a threshold', () => {
  const exponential = Array.from({ length: 6 }, (_, i) => 2 * Math.exp(0.3 * i));

  it('is exact for exponential growth, whatever the step', () => {
    // 2 e^{0.3 t / 0.1} = 5 at t = 0.1 log(2.5) / 0.3.
    expect(passingTime(exponential, 5, 0.1)).toBeCloseTo((0.1 * Math.log(2.5)) / 0.3, 14);
  });

  it.each([
    ['passed from the start', [4, 5], 3, 0],
    ['reached at a layer', [1, 2, 4], 2, 0.5],
    ['never passed', [1, 2, 1.5], 2.5, null],
    ['passed where the path is infinite', [1, 2, Infinity, Infinity], 100, 1],
    ['passed from 0, in proportion', [0, 4], 1, 0.125],
    ['passed for the first time', [1, 4, 1, 16], 2, 0.25],
    ['of a path that is lost', [1, NaN, NaN], 2, 0.5],
  ])('%s', (_, path, threshold, time) => {
    expect(passingTime(path, threshold, 0.5)).toBe(time);
  });
});
