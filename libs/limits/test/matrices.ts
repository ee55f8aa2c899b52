import { CholeskyDecomposition, Matrix } from 'ml-matrix';

/** L of L L^T = covariance, positive definite, row-major. */
export function cholesky(covariance: Float64Array, size: number): Matrix {
  return new CholeskyDecomposition(Matrix.from1DArray(size, size, covariance))
    .lowerTriangularMatrix;
}

export const matrix = (entries: ArrayLike<number>, size: number) =>
  Matrix.from1DArray(size, entries.length / size, Array.from(entries));
