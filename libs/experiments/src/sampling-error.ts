import type { ResidualNetwork } from '@resdiff/networks';

/** Values from which on second moments are near enough to normal, with the degrees given here. */
const FEWEST_VALUES = 100;
/** Degrees of freedom from which on a test has power, unless there are few draws at all. */
const FEWEST_DEGREES = 5;

/**
 * The log-variance, at most about, of the scale of a coordinate at a finite width: given the norms of
 * the states it is Gaussian, and d log|x|^2 has the quadratic variation 4 phi'(0)^2 sigmaW^2 dt / D,
 * halved as the variance of the coordinate is an average over time.
 */
export function scaleScatter({
  activation,
  width,
  sigmaW,
  T,
}: Pick<ResidualNetwork, 'activation' | 'width' | 'sigmaW' | 'T'>): number {
  const slope = Number.isFinite(activation.atZero.dphi) ? activation.atZero.dphi : 1;
  return (2 * (slope * sigmaW) ** 2 * T) / width;
}

export interface SampleSize {
  /** Independent draws. */
  readonly draws: number;
  /** Coordinates that are averaged over in a draw; by default 1. */
  readonly coordinates?: number;
  /** Log-variance of their common scale. */
  readonly scatter: number;
}

/** Degrees of freedom of the standard error of a mean over draws. */
export function meanDegrees(draws: number): number {
  return draws - 1;
}

/**
 * Degrees of freedom that make Student's quantile a bound for variances, covariances and correlations
 * over their standard errors; 0 where they should not be judged.
 *
 * A sample's standard error e of a mean square has the relative variance (k - 1)/n in e^2, k being the
 * kurtosis of x^2 - v: 15 for Gaussians, so e has the 2n/14 degrees of a chi-square with that variance
 * (Satterthwaite, 1946). As a small variance comes with a small e, half of them are needed: with
 * (n - 1)/14 the rate of deviations beyond quantiles at 1 % / 2 to 1 % / 56 stays at or below 1.4 times
 * the stated one from 100 draws on; with n - 1 it is 14 times at 100. A scale exp(s/2), s of the given
 * variance t, makes k - 1 = (105 e^{6t} - 60 e^{3t} + 18 e^t - 3)/(3 e^t - 1)^2 - 1. Averages over
 * coordinates, which share the scale, are nearer to normal.
 */
export function secondMomentDegrees({ draws, coordinates = 1, scatter }: SampleSize): number {
  if (draws * coordinates < FEWEST_VALUES) return 0;
  const e = (times: number) => Math.exp(times * scatter);
  const one = (105 * e(6) - 60 * e(3) + 18 * e(1) - 3) / (3 * e(1) - 1) ** 2 - 1;
  return sufficient(draws, one - 13 * (1 - 1 / coordinates));
}

/** The same of means of log-normal draws, the logarithms of which have this variance. */
export function logNormalMeanDegrees({ draws, scatter }: SampleSize): number {
  const e = (times: number) => Math.exp(times * scatter);
  return sufficient(draws, e(4) + 2 * e(3) + 3 * e(2) - 5);
}

function sufficient(draws: number, divisor: number): number {
  const degrees = Math.floor((draws - 1) / divisor);
  return degrees >= Math.min(FEWEST_DEGREES, Math.floor((draws - 1) / 2)) ? degrees : 0;
}
