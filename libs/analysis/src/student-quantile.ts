import { normalQuantile } from './normal-quantile.ts';

/**
 * The quantile of Student's distribution with a whole number of degrees of freedom, by bisection.
 *
 * @throws {RangeError} if p is not between 0 and 1, or the degrees are not a positive whole number.
 */
export function studentQuantile(p: number, degrees: number): number {
  if (!(p > 0 && p < 1)) {
    throw new RangeError(`studentQuantile: p is ${p}; it must be between 0 and 1.`);
  }
  if (!(Number.isInteger(degrees) && degrees > 0)) {
    throw new RangeError(
      `studentQuantile: there are ${degrees} degrees of freedom; it must be a positive whole number.`,
    );
  }
  if (p === 1 / 2) return 0;
  if (p < 1 / 2) return -studentQuantile(1 - p, degrees);
  // Its tails are heavier than the normal's.
  let low = normalQuantile(p);
  let high = 2 * low + 1;
  while (studentCdf(high, degrees) < p) high *= 2;
  for (let step = 0; step < 200 && high - low > 1e-14 * high; step++) {
    const middle = (low + high) / 2;
    if (studentCdf(middle, degrees) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(T <= t) for t >= 0, a finite sum (Abramowitz & Stegun, 26.7.3 and 26.7.4). */
function studentCdf(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const cosine = Math.cos(angle);
  const odd = degrees % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k < degrees; k += 2) {
    term *= (cosine * cosine * (k - 1)) / k;
    sum += term;
  }
  const within = odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
  return (1 + within) / 2;
}
