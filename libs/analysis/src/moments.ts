import { drawMeans, standardError, type Sample } from './draws.ts';

/** Moments of one column; a standard error is null where there is only one draw. */
export interface Moments {
  /** Values, draws x clusterSize. */
  count: number;
  draws: number;
  mean: number;
  meanSe: number | null;
  /** With divisor count - 1; null for a single value. */
  variance: number | null;
  varianceSe: number | null;
}

/** Joint moments of two columns; null where one draw, one value or a constant column leaves none. */
export interface PairMoments {
  count: number;
  draws: number;
  /** With divisor count - 1. */
  covariance: number | null;
  covarianceSe: number | null;
  correlation: number | null;
  correlationSe: number | null;
}

export interface ClusterOptions {
  /** Consecutive values that belong to one draw and may depend on each other; by default 1. */
  clusterSize?: number | undefined;
}

/**
 * Mean and variance of a column whose draws are independent of each other, the `clusterSize`
 * values within a draw being identically distributed but not independent.
 *
 * Standard errors are by influence functions: the standard deviation over draws (divisor
 * draws - 1) of the draw's average influence, over sqrt(draws). For clusterSize 1 they are
 * s / sqrt(n) and sqrt((m4 - m2^2) / (n - 1)).
 *
 * @throws {RangeError} if there are no values, or not a whole number of draws.
 */
export function moments(xs: Sample, { clusterSize = 1 }: ClusterOptions = {}): Moments {
  const means = drawMeans('moments', xs.length, clusterSize, (i) => xs[i]);
  const mean = average(means);
  const squares = drawMeans('moments', xs.length, clusterSize, (i) => (xs[i] - mean) ** 2);
  return {
    count: xs.length,
    draws: means.length,
    mean,
    meanSe: standardError(means),
    variance: unbiased(average(squares), xs.length),
    varianceSe: standardError(squares),
  };
}

/**
 * Covariance and correlation of two columns of the same draws: `xs[i]` and `ys[i]` are a pair.
 * Clusters and standard errors are as in `moments`; for clusterSize 1 that of the correlation is
 * the delta method's.
 *
 * @throws {RangeError} if the columns differ in length, have no values, or not a whole number of
 *   draws.
 */
export function pairMoments(
  xs: Sample,
  ys: Sample,
  { clusterSize = 1 }: ClusterOptions = {},
): PairMoments {
  if (xs.length !== ys.length) {
    throw new RangeError(
      `pairMoments: the columns have ${xs.length} and ${ys.length} values; they must be pairs.`,
    );
  }
  const over = (value: (i: number) => number) =>
    drawMeans('pairMoments', xs.length, clusterSize, value);
  const meanX = average(over((i) => xs[i]));
  const meanY = average(over((i) => ys[i]));
  const xx = over((i) => (xs[i] - meanX) ** 2);
  const yy = over((i) => (ys[i] - meanY) ** 2);
  const xy = over((i) => (xs[i] - meanX) * (ys[i] - meanY));
  const covariance = average(xy);
  return {
    count: xs.length,
    draws: xy.length,
    covariance: unbiased(covariance, xs.length),
    covarianceSe: standardError(xy),
    ...correlation(xx, yy, xy),
  };
}

/** From the draws' averages of the centred squares and products. */
function correlation(
  xx: Float64Array,
  yy: Float64Array,
  xy: Float64Array,
): Pick<PairMoments, 'correlation' | 'correlationSe'> {
  const varianceX = average(xx);
  const varianceY = average(yy);
  const scale = Math.sqrt(varianceX) * Math.sqrt(varianceY);
  if (scale === 0) return { correlation: null, correlationSe: null };
  const rho = average(xy) / scale;
  const influence = xy.map(
    (product, draw) => product / scale - (rho / 2) * (xx[draw] / varianceX + yy[draw] / varianceY),
  );
  return { correlation: rho, correlationSe: standardError(influence) };
}

function unbiased(meanProduct: number, count: number): number | null {
  return count > 1 ? meanProduct * (count / (count - 1)) : null;
}

/** The mean in two passes, the second of which corrects the rounding of the first. */
function average(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  const first = sum / values.length;
  let rest = 0;
  for (const value of values) rest += value - first;
  return first + rest / values.length;
}
