/**
 * The log density of N(0, K) at y, from the quadratic form y^T K^{-1} y, log det K and the length
 * of y.
 */
export function gaussianLogDensity(
  quadratic: number,
  logDeterminant: number,
  count: number,
): number {
  return -(quadratic + logDeterminant + count * Math.log(2 * Math.PI)) / 2;
}

export const sum = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((total, value) => total + value, 0);
