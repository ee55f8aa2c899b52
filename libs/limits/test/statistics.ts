import { normals, seedKey } from '@resdiff/random';

/** The mean of independent values with its standard error. */
export function mean(values: ArrayLike<number>): { mean: number; se: number } {
  const { length } = values;
  let sum = 0;
  for (let i = 0; i < length; i++) sum += values[i];
  let squares = 0;
  for (let i = 0; i < length; i++) squares += (values[i] - sum / length) ** 2;
  return { mean: sum / length, se: Math.sqrt(squares / (length - 1) / length) };
}

/** How many standard errors the mean of independent values is away from `expected`. */
export function zScore(values: ArrayLike<number>, expected: number): number {
  const estimate = mean(values);
  return (estimate.mean - expected) / estimate.se;
}

/** The N(0, 1) numbers of one draw. */
export function drawNormals(seed: number, draw: number, count: number): Float64Array {
  return normals({ key: seedKey(seed), stream: 0, draw, layer: 0 }, count);
}

/** The entries of a statistic over draws: one array an entry. */
export function sample(
  draws: number,
  statistic: (draw: number) => ArrayLike<number>,
): Float64Array[] {
  const rows = Array.from({ length: draws }, (_, draw) => statistic(draw));
  return Array.from(rows[0], (_, i) => Float64Array.from(rows, (row) => row[i]));
}

/** The largest |z score| over the entries of a statistic. */
export function largestZ(samples: readonly Float64Array[], expected: ArrayLike<number>): number {
  return Math.max(...samples.map((values, i) => Math.abs(zScore(values, expected[i]))));
}
