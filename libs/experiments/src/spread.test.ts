import { describe, expect, it } from 'vitest';
import { binomialError, percent, spread } from './spread.ts';

describe('a spread', () => {
  it('has mean, standard deviation and the standard error of the mean', () => {
    expect(spread([2, 4, 4, 4, 5, 5, 7, 9])).toEqual({
      count: 8,
      mean: 5,
      sd: Math.sqrt(32 / 7),
      se: Math.sqrt(32 / 7 / 8),
    });
  });

  it('of one or of none has no error', () => {
    expect(spread([3])).toEqual({ count: 1, mean: 3, sd: null, se: null });
    expect(spread([])).toEqual({ count: 0, mean: NaN, sd: null, se: null });
  });
});

it('a share has a binomial error, and is written in percent', () => {
  expect(binomialError(0.8, 400)).toBeCloseTo(0.02, 15);
  expect(binomialError(1, 400)).toBe(0);
  expect(percent(0.85364)).toBe('85.36 %');
});
