/**
 * How far a mean of this many draws is from normal, by its skewness, at most, for it to be judged. The
 * two tails of Student's statistic are then off by parts that nearly cancel: of log-normal draws the
 * false-alarm rate is at most 1.5 times the one that is stated.
 */
const MOST_SKEWNESS = 0.05;

/** Whether the mean of draws of this skewness is near enough to normal to be held against theory. */
export function isNearNormal(skewness: number, draws: number): boolean {
  return Math.abs(skewness) / Math.sqrt(draws) <= MOST_SKEWNESS;
}

/** The skewness of a log-normal number whose variance is this many times its squared mean. */
export function logNormalSkewness(relativeVariance: number): number {
  return (relativeVariance + 3) * Math.sqrt(relativeVariance);
}
