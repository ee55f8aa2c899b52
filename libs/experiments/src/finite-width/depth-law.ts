import type { NormalLaw } from '@resdiff/limits';

/** Where the trapezoidal rule ends, in standard deviations, and its step: both errors are below 1e-11. */
const REACH = 7;
const STEP = 1 / 32;

/**
 * Mean and variance of log X_T / X_0 of the ReLU network of width 1 and depth L, X_0 > 0: a sum of L
 * independent log(1 + z sqrt(T/L)), z ~ N(0, 1), for T/L up to 1/64. They tend to -T/2 and T.
 */
export function reluDepthLaw({ depth, T }: { readonly depth: number; readonly T: number }) {
  const step = Math.sqrt(T / depth);
  const [mean, square] = [1, 2].map((power) => normalMean((z) => Math.log1p(step * z) ** power));
  const law: NormalLaw = { mean: depth * mean, variance: depth * (square - mean ** 2) };
  return law;
}

function normalMean(f: (z: number) => number): number {
  let sum = 0;
  let mass = 0;
  for (let z = -REACH; z <= REACH; z += STEP) {
    const weight = Math.exp((-z * z) / 2);
    mass += weight;
    sum += weight * f(z);
  }
  return sum / mass;
}
