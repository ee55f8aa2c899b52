import { kolmogorovPValue, ksTwoSample } from '@resdiff/analysis';

/** The asymptotic p-value of the two-sample Kolmogorov-Smirnov distance. */
export function ksPValue(a: Float64Array, b: Float64Array): number {
  return kolmogorovPValue(ksTwoSample(a, b).distance, a.length, b.length);
}

/** The mean of independent values with its standard error. */
export function mean(values: Float64Array): { mean: number; se: number } {
  const count = values.length;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i];
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (values[i] - mean) ** 2;
  return { mean, se: Math.sqrt(squares / (count - 1) / count) };
}

/** How many standard errors the mean of independent values is away from `expected`. */
export function zScore(values: Float64Array, expected: number): number {
  const estimate = mean(values);
  return (estimate.mean - expected) / estimate.se;
}

/** How many standard errors the means of two independent samples are apart. */
export function zScoreTwoSample(a: Float64Array, b: Float64Array): number {
  const [x, y] = [mean(a), mean(b)];
  return (x.mean - y.mean) / Math.hypot(x.se, y.se);
}

/** The two-sided p-value of a Poisson count. */
export function poissonPValue(count: number, expected: number): number {
  let logFactorial = 0;
  for (let k = 2; k <= count; k++) logFactorial += Math.log(k);
  const probability = Math.exp(count * Math.log(expected) - expected - logFactorial);
  let atLeast = 0;
  for (let k = count, term = probability; term > 1e-17 * atLeast; term *= expected / ++k) {
    atLeast += term;
  }
  let atMost = 0;
  for (let k = count, term = probability; term > 1e-17 * atMost; term *= k-- / expected) {
    atMost += term;
  }
  return Math.min(1, 2 * Math.min(atLeast, atMost));
}
