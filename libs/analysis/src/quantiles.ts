/** A quantile of a sample. */
export interface Quantile {
  readonly value: number;
  /** Null where the sample is too small to have order statistics on both sides. */
  readonly se: number | null;
}

/** Half the width, in binomial standard deviations, of the ranks that a standard error is taken from. */
const RANKS = 2;

/**
 * The p-quantile of ascending values, by linear interpolation between order statistics. The number of
 * draws below the true quantile is binomial, so the order statistics two of its standard deviations
 * below and above are four standard errors apart.
 */
export function quantile(sorted: Float32Array, p: number): Quantile {
  const last = sorted.length - 1;
  const spread = RANKS * Math.sqrt(sorted.length * p * (1 - p));
  const [low, high] = [p * last - spread, p * last + spread];
  return {
    value: orderStatistic(sorted, p * last),
    se:
      low >= 0 && high <= last
        ? (orderStatistic(sorted, high) - orderStatistic(sorted, low)) / (2 * RANKS)
        : null,
  };
}

/** NaN of no values. */
function orderStatistic(sorted: Float32Array, rank: number): number {
  const below = Math.floor(rank);
  const share = rank - below;
  return share === 0 ? sorted[below] : sorted[below] + share * (sorted[below + 1] - sorted[below]);
}
