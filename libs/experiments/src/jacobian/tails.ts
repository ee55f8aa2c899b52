/** sqrt(D) times the skewness of log|c e + s z|^2, z ~ N(0, I_D), at most: it is largest at D = 1. */
const LOG_SKEWNESS = 3;

/** A bound of the skewness of the sum of such logarithms over layers. */
export function logSkewness(width: number, layers: number): number {
  return LOG_SKEWNESS / Math.sqrt(width * layers);
}

/** Products of independent matrices c I + A, D x D, with entries N(0, k/D) in A. */
export interface MatrixProduct {
  readonly width: number;
  /** c. */
  readonly centre: number;
  /** k. */
  readonly variance: number;
}

/** Variances over squared means after 0, 1, ... factors. */
export interface RelativeVariances {
  /** Of tr g. */
  readonly trace: Float64Array;
  /** Of |g|^2, the Frobenius norm. */
  readonly squaredNorm: Float64Array;
}

/**
 * Exact at every width. With P = g g^T, v = k/D and M = c^2 + k, a factor takes E (tr P)^2 to
 * M^2 E (tr P)^2 + (4 c^2 v + 2 v^2 D) E tr P^2, E tr P^2 to
 * (c^4 + 2 c^2 v (1 + D) + v^2 D (D + 1)) E tr P^2 + (2 c^2 v + v^2 D) E (tr P)^2, and
 * E (tr g)^2 to c^2 E (tr g)^2 + v E tr P.
 */
export function relativeVariances(
  { width, centre, variance }: MatrixProduct,
  factors: number,
): RelativeVariances {
  const v = variance / width;
  const c2 = centre ** 2;
  const mean = c2 + variance;
  const growth = c2 ** 2 + 2 * c2 * v * (1 + width) + v ** 2 * width * (width + 1);
  const trace = new Float64Array(factors + 1);
  const squaredNorm = new Float64Array(factors + 1);
  // E tr P^2 over (E tr P)^2.
  let concentration = 1 / width;
  for (let l = 0; l < factors; l++) {
    trace[l + 1] = Math.expm1((l + 1) * Math.log1p(variance / c2)) / width ** 2;
    squaredNorm[l + 1] =
      squaredNorm[l] + ((4 * c2 * v + 2 * v ** 2 * width) / mean ** 2) * concentration;
    concentration =
      (growth * concentration + (2 * c2 * v + v ** 2 * width) * (1 + squaredNorm[l])) / mean ** 2;
  }
  return { trace, squaredNorm };
}

/** The same of |e^T g|^2, e a unit vector: a product of independent |c e + s z|^2, s^2 = k/D. */
export function relativeRowVariance(
  { width, centre, variance }: MatrixProduct,
  factors: number,
): number {
  const c2 = centre ** 2;
  const one = (4 * c2 * variance + 2 * variance ** 2) / width / (c2 + variance) ** 2;
  return Math.expm1(factors * Math.log1p(one));
}
