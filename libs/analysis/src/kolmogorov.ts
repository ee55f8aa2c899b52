/** Mean of the Kolmogorov distribution, the limit of sqrt(n) times the distance: 0.86873. */
export const kolmogorovMean = Math.sqrt(Math.PI / 2) * Math.LN2;

/** Standard deviation of the Kolmogorov distribution: 0.26033. */
export const kolmogorovSd = Math.sqrt(Math.PI ** 2 / 12 - (Math.PI / 2) * Math.LN2 ** 2);

/**
 * P(K > x), K of the Kolmogorov distribution (Kolmogorov, 1933), to double precision: the
 * alternating series for large x, its theta transform for small.
 */
export function kolmogorovSurvival(x: number): number {
  if (x <= 0) return 1;
  let sum = 0;
  if (x < 1) {
    for (let k = 1; k <= 9; k += 2) sum += Math.exp(-((k * Math.PI) ** 2) / (8 * x * x));
    return 1 - (Math.sqrt(2 * Math.PI) / x) * sum;
  }
  for (let k = 1; k <= 5; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * (k * x) ** 2);
  return sum;
}

/**
 * The asymptotic p-value of a Kolmogorov-Smirnov distance between independent samples of n and m
 * values, or of n values from a known distribution if m is left out. It is not for clustered
 * values, which are fewer than they seem.
 */
export function kolmogorovPValue(distance: number, n: number, m = Infinity): number {
  const effective = m === Infinity ? n : (n * m) / (n + m);
  return kolmogorovSurvival(Math.sqrt(effective) * distance);
}
