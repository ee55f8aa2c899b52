/**
 * A factor F (size x rank, row-major) of a positive semi-definite matrix, F F^T, by pivoted Cholesky
 * in f64. What is left of a diagonal element below 1e-13 of it counts as zero.
 */
export function psdFactor(
  matrix: Float64Array,
  size: number,
): { readonly factor: Float64Array; readonly rank: number } {
  const left = Float64Array.from({ length: size }, (_, i) => matrix[i * size + i]);
  const columns: Float64Array[] = [];
  for (;;) {
    let pivot = -1;
    for (let i = 0; i < size; i++) {
      const counts = left[i] > 1e-13 * matrix[i * size + i];
      if (counts && (pivot < 0 || left[i] > left[pivot])) pivot = i;
    }
    if (pivot < 0) break;
    const root = Math.sqrt(left[pivot]);
    const column = matrix.slice(pivot * size, (pivot + 1) * size);
    for (const earlier of columns) {
      const by = earlier[pivot];
      for (let i = 0; i < size; i++) column[i] -= earlier[i] * by;
    }
    for (let i = 0; i < size; i++) {
      column[i] = left[i] > 0 ? column[i] / root : 0;
      left[i] -= column[i] ** 2;
    }
    column[pivot] = root;
    left[pivot] = 0;
    columns.push(column);
  }
  const rank = columns.length;
  const factor = new Float64Array(size * rank);
  columns.forEach((column, k) => column.forEach((value, i) => (factor[i * rank + k] = value)));
  return { factor, rank };
}
