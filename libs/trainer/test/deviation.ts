import { expect } from 'vitest';

/** The largest error over the largest true entry; 0 where both are 0, NaN where there is a NaN. */
export function deviation(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual).toHaveLength(expected.length);
  const truth = Array.from(expected);
  const error = Math.max(...truth.map((value, i) => Math.abs(value - actual[i])));
  return error === 0 ? 0 : error / Math.max(...truth.map(Math.abs));
}
