/** A rule for E f(u), u ~ N(0, 1), with Hermite polynomials at its nodes. */
export interface HermiteRule {
  /** In increasing order, each with its negative, at which the weight is the same. */
  readonly nodes: Float64Array;
  /** Of the polynomials: the degrees below it. */
  readonly terms: number;
  /** he_k, orthonormal for u ~ N(0, 1), at the nodes times the weights, a row for each k. */
  readonly weighted: Float64Array;
}

/** @param weights of the nodes. */
export function hermiteRule(
  nodes: Float64Array,
  weights: (n: number) => number,
  terms: number,
): HermiteRule {
  const count = nodes.length;
  const weighted = new Float64Array(terms * count);
  for (let n = 0; n < count; n++) {
    let [previous, current] = [0, weights(n)];
    for (let k = 0; k < terms; k++) {
      weighted[k * count + n] = current;
      const next = (nodes[n] * current - Math.sqrt(k) * previous) / Math.sqrt(k + 1);
      [previous, current] = [current, next];
    }
  }
  return { nodes, terms, weighted };
}

/** E phi(sqrt(variance) u) he_k(u) for each k. */
export function hermiteCoefficients(
  { nodes, terms, weighted }: HermiteRule,
  phi: (x: number) => number,
  variance: number,
): Float64Array {
  const deviation = Math.sqrt(variance);
  const values = nodes.map((u) => phi(deviation * u));
  const half = nodes.length >> 1;
  return Float64Array.from({ length: terms }, (_, k) => {
    const at = (n: number) => weighted[k * nodes.length + n] * values[n];
    // Two by two, so that what is 0 by symmetry, as the mean of an odd phi, is 0 and not rounding.
    let sum = nodes.length % 2 === 1 ? at(half) : 0;
    for (let n = 0; n < half; n++) sum += at(n) + at(nodes.length - 1 - n);
    return sum;
  });
}

/** sum_k a_k b_k rho^k: by Mehler's expansion the product moment of two Gaussians of correlation rho. */
export function mehlerSeries(a: Float64Array, b: Float64Array, rho: number): number {
  let sum = 0;
  for (let k = a.length - 1; k >= 0; k--) sum = a[k] * b[k] + rho * sum;
  return sum;
}
