import { normalDensity } from '@resdiff/networks';

/** Beyond it the normal density is below 1e-18 of its peak. */
const reach = 9.2;

/**
 * E f(h), h ~ N(0, variance), f analytic near the real line, by the trapezoidal rule. Its error
 * falls like exp(-2 pi a/(step sqrt(variance))), a the distance of the poles of f from the real
 * line: for tanh (a = pi/2) and its like it is at rounding for every variance, where Gauss-Hermite
 * would need thousands of nodes. For a kink it is of the order of step^2.
 */
export function gaussianMean(f: (h: number) => number, variance: number): number {
  const deviation = Math.sqrt(variance);
  const { step, count } = mesh(deviation);
  let sum = 0;
  for (let k = -count; k <= count; k++) sum += normalDensity(k * step) * f(deviation * k * step);
  return sum * step;
}

/** E f(h) f(h'), (h, h') centred Gaussians of these variances and this covariance; as `gaussianMean`. */
export function gaussianProduct(
  f: (h: number) => number,
  variance: number,
  otherVariance: number,
  covariance: number,
): number {
  const slope = variance === 0 ? 0 : covariance / variance;
  const residual = otherVariance - slope * covariance;
  if (residual <= otherVariance * 4 * Number.EPSILON) {
    return gaussianMean((h) => f(h) * f(slope * h), variance);
  }
  return gaussianMean((h) => f(h) * gaussianMean((g) => f(slope * h + g), residual), variance);
}

function mesh(deviation: number): { step: number; count: number } {
  const step = 0.25 / Math.max(1, deviation);
  return { step, count: Math.ceil(reach / step) };
}
