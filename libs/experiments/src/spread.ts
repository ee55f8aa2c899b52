/** The mean of some numbers, and how they spread. */
export interface Spread {
  readonly count: number;
  /** NaN of no numbers. */
  readonly mean: number;
  /** Standard deviation of one of them; null of fewer than two. */
  readonly sd: number | null;
  /** Standard error of the mean; null of fewer than two. */
  readonly se: number | null;
}

export function spread(values: readonly number[]): Spread {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count < 2) return { count, mean, sd: null, se: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const sd = Math.sqrt(squares / (count - 1));
  return { count, mean, sd, se: sd / Math.sqrt(count) };
}

/** Standard error of a share of `count` independent images. */
export function binomialError(share: number, count: number): number {
  return Math.sqrt((share * (1 - share)) / count);
}

/** A share in percent. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
