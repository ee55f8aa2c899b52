import { expect, it } from 'vitest';
import { ratios, spread } from './statistics.ts';

it('takes the middle, or the mean of the two in the middle', () => {
  expect(spread([9, 1, 4])).toEqual({ median: 4, least: 1, most: 9 });
  expect(spread([9, 1, 4, 5])).toEqual({ median: 4.5, least: 1, most: 9 });
  expect(spread([7])).toEqual({ median: 7, least: 7, most: 7 });
});

it('divides round by round', () => {
  expect(ratios([6, 8], [3, 2])).toEqual([2, 4]);
});
