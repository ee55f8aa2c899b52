/** Terms of a Taylor polynomial of degree 18 at a step of length 1/2: the next is below 1e-22. */
const terms = 18;

/**
 * X_T of the linear equation X' = A X, X_0 = start, to rounding: Taylor polynomials of the
 * exponential over steps of length at most 1/(2 norm). It stops where X leaves the finite numbers.
 *
 * @param apply X to A X.
 * @param norm at least the operator norm of A.
 */
export function linearFlow(
  apply: (X: Float64Array) => Float64Array,
  norm: number,
  start: Float64Array,
  T: number,
): Float64Array {
  const steps = Math.max(1, Math.ceil(2 * norm * T));
  // It never comes to so long a time: whatever grows at all is long beyond the finite numbers.
  if (steps === Infinity) return start.map(() => NaN);
  const dt = T / steps;
  let state = start;
  for (let step = 0; step < steps; step++) {
    let term = state;
    const sum = Float64Array.from(state);
    for (let n = 1; n <= terms; n++) {
      term = apply(term).map((value) => (value * dt) / n);
      term.forEach((value, i) => (sum[i] += value));
    }
    state = sum;
    if (!state.every(Number.isFinite)) break;
  }
  return state;
}
