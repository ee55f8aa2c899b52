/** Pivoted Cholesky factor of a positive semi-definite matrix, in f64. */

/**
 * Factors the n x n matrix at `a` (row-major, symmetric, of which the lower triangle is read) into
 * R R^T: R[i][k] stands at row i, column k for k < rank. What is left of a diagonal element counts as
 * zero unless it is above `tolerance` times that element, so rows of any scale are treated alike.
 *
 * @param residual room for n f64, which is left negative at the rows that were pivots: the last of
 *   such a row that is not 0 stands in the column of which it was the pivot
 * @param factor room for n x n f64, which receives R
 * @returns the rank
 */
export function pivotedCholesky(
  a: usize,
  residual: usize,
  factor: usize,
  n: i32,
  tolerance: f64,
): i32 {
  const row = (<usize>n) << 3;
  for (let i = 0; i < n; i++) {
    store<f64>(residual + ((<usize>i) << 3), load<f64>(a + <usize>i * (row + 8)));
  }
  for (let k = 0; k < n; k++) {
    let pivot = 0;
    let best: f64 = 0;
    for (let i = 0; i < n; i++) {
      const d = load<f64>(residual + ((<usize>i) << 3));
      if (d > best && d > tolerance * load<f64>(a + <usize>i * (row + 8))) {
        best = d;
        pivot = i;
      }
    }
    if (best == 0) return k;
    const root = sqrt(best);
    const pivotRow = factor + <usize>pivot * row;
    for (let i = 0; i < n; i++) {
      const own = factor + <usize>i * row;
      let d = load<f64>(a + <usize>max(i, pivot) * row + ((<usize>min(i, pivot)) << 3));
      for (let j: usize = 0; j < (<usize>k) << 3; j += 8)
        d -= load<f64>(own + j) * load<f64>(pivotRow + j);
      d /= root;
      const left = residual + ((<usize>i) << 3);
      if (i == pivot) {
        d = root;
        store<f64>(left, -1);
      } else if (load<f64>(left) < 0) d = 0;
      else store<f64>(left, max(0, load<f64>(left) - d * d));
      store<f64>(own + ((<usize>k) << 3), d);
    }
  }
  return n;
}
