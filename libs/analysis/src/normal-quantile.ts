import { normalCdf, normalDensity } from '@resdiff/networks';

/**
 * The standard normal quantile: the x with normalCdf(x) = p, by Newton's method on its
 * logarithm.
 *
 * @throws {RangeError} if p is not between 0 and 1.
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) {
    throw new RangeError(`normalQuantile: p is ${p}; it must be between 0 and 1.`);
  }
  if (p === 1 / 2) return 0;
  if (p > 1 / 2) return -normalQuantile(1 - p);
  // log of the distribution function is concave: from the left, Newton's method does not overshoot.
  let x = -Math.sqrt(-2 * Math.log(p));
  for (let step = 0; step < 100; step++) {
    const cdf = normalCdf(x);
    const next = x - (cdf / normalDensity(x)) * Math.log(cdf / p);
    if (Math.abs(next - x) <= 1e-15 * Math.abs(x)) return next;
    x = next;
  }
  return x;
}
