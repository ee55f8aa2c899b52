import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** A symmetric matrix as sum_i values[i] v_i v_i^T, without the terms that are rounding errors. */
export interface SymmetricEigen {
  readonly size: number;
  /** Descending, positive: as many as the numerical rank. */
  readonly values: Float64Array;
  /** An eigenvector v_i of unit length a row, in the order of the values. */
  readonly vectors: Float64Array;
}

/**
 * The eigenvalues and eigenvectors of a positive semi-definite matrix. Eigenvalues up to
 * size * 2.2e-16 of the largest cannot be told from 0 and are left out. So are, before the
 * decomposition, coordinates whose rows are zero, as those of the margins of images: it takes time
 * cubic in the others.
 *
 * @param matrix Symmetric, size x size row-major; finite.
 */
export function positiveEigen(matrix: Float64Array, size: number): SymmetricEigen {
  // A zero on the diagonal of such a matrix is alone in its row.
  const kept = Array.from({ length: size }, (_, i) => i).filter((i) => matrix[i * size + i] !== 0);
  if (kept.length === 0) return { size, values: new Float64Array(), vectors: new Float64Array() };
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
    new Matrix(kept.map((i) => kept.map((j) => matrix[i * size + j]))),
    { assumeSymmetric: true },
  );
  const largest = Math.max(...realEigenvalues);
  const order = realEigenvalues
    .map((_, index) => index)
    .filter((index) => realEigenvalues[index] > size * Number.EPSILON * largest)
    .sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
  const vectors = new Float64Array(order.length * size);
  order.forEach((index, i) => {
    kept.forEach((j, row) => (vectors[i * size + j] = eigenvectorMatrix.get(row, index)));
  });
  return { size, values: Float64Array.from(order, (index) => realEigenvalues[index]), vectors };
}

/** v_i^T M for every eigenvector, a row each; M has `size` rows and `columns` columns. */
export function projections(
  { size, values, vectors }: SymmetricEigen,
  matrix: Float64Array,
  columns: number,
): Float64Array {
  const projected = new Float64Array(values.length * columns);
  for (let i = 0; i < values.length; i++) {
    for (let j = 0; j < size; j++) {
      const component = vectors[i * size + j];
      for (let c = 0; c < columns; c++) {
        projected[i * columns + c] += component * matrix[j * columns + c];
      }
    }
  }
  return projected;
}

/** sum_i v_i c_i^T over rows c_i of coefficients, transposed: a column of them a row. */
export function combinations(
  { size, values, vectors }: SymmetricEigen,
  coefficients: Float64Array,
  columns: number,
): Float64Array {
  const combined = new Float64Array(columns * size);
  for (let i = 0; i < values.length; i++) {
    for (let c = 0; c < columns; c++) {
      const coefficient = coefficients[i * columns + c];
      for (let j = 0; j < size; j++) combined[c * size + j] += coefficient * vectors[i * size + j];
    }
  }
  return combined;
}
