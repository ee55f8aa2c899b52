import { logNormalSkewness } from '../near-normal.ts';
import type { FiniteWidthSettings } from './settings.ts';

/**
 * The skewness of `relativeIncrements` of ReLU: that of width 1, where it is largest. Between snapshots X grows by a log-normal factor of variance
 * e^{T/snapshots} - 1.
 */
export function reluIncrementSkewness({ T, snapshots }: FiniteWidthSettings): number {
  return logNormalSkewness(Math.expm1(T / snapshots)) / Math.sqrt(snapshots);
}

/** a T / snapshots up to which increments have at least four moments: as many as 1 / (2 a T / snapshots). */
const MOST_REVERSION_SPAN = 1 / 8;

/**
 * The same of the Ornstein-Uhlenbeck process, by a bound from the first increment: from Y it is as exp(2 a Y B), B the noise between snapshots, and
 * Y^2 is Y_0^2 and a part of the stationary 1/(2a).
 */
export function ornsteinUhlenbeckIncrementSkewness(settings: FiniteWidthSettings): number {
  const { T, snapshots, reversion: a, initialY } = settings;
  const span = T / snapshots;
  if (a * span > MOST_REVERSION_SPAN) return Infinity;
  return logNormalSkewness(Math.expm1(4 * a ** 2 * span * (initialY ** 2 + 1 / (2 * a))));
}

/** The skewness of the mean of so many chi-squared numbers over the degrees of a width. */
export function relativeStepSkewness(width: number, steps: number): number {
  return Math.sqrt(8 / (width * steps));
}
