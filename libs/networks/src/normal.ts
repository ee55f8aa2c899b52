const inverseRoot2Pi = 1 / Math.sqrt(2 * Math.PI);

/** Below this, the series at 0; above it, the continued fraction of the tail. */
const tailStart = 1.5;

/** The standard normal density, to full relative precision into its tails. */
export function normalDensity(x: number): number {
  // exp(-x^2 / 2) with the square split, so that its rounding error is not exponentiated.
  if (Math.abs(x) > 40) return 0;
  const head = Math.round(x * 16) / 16;
  return inverseRoot2Pi * Math.exp(-(head * head) / 2) * Math.exp(-((x - head) * (x + head)) / 2);
}

/** The standard normal distribution function, to full relative precision into its left tail. */
export function normalCdf(x: number): number {
  if (x < -tailStart) return upperTail(-x);
  if (x > tailStart) return 1 - upperTail(x);
  return 1 / 2 + centralMass(x);
}

/** The error function. */
export function erf(x: number): number {
  const y = x * Math.SQRT2;
  if (Math.abs(y) > tailStart) return Math.sign(x) * (1 - 2 * upperTail(Math.abs(y)));
  return 2 * centralMass(y);
}

/** P(0 < Z < x) = density(x) (x + x^3/3 + x^5/(3 5) + ...), whose terms have one sign. */
function centralMass(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 3; Math.abs(term) > Math.abs(sum) * 1e-17; n += 2) {
    term *= (x * x) / n;
    sum += term;
  }
  return normalDensity(x) * sum;
}

/** P(Z > x), x > 0, by Laplace's continued fraction: density(x) / (x + 1/(x + 2/(x + ...))). */
function upperTail(x: number): number {
  let fraction = x;
  for (let n = Math.ceil(440 / (x * x)) + 8; n > 0; n--) fraction = x + n / fraction;
  return normalDensity(x) / fraction;
}
