import { logDeterminant, singularValues } from '@resdiff/sampler';

/** What is kept of a Jacobian. */
export interface MatrixStatistics {
  readonly trace: number;
  readonly squaredNorm: number;
  readonly inverseSquaredNorm: number;
  readonly logDeterminant: number;
  readonly smallestSingularValue: number;
  readonly largestSingularValue: number;
}

/** Of a matrix D x D, row-major; norms and trace are divided by D. */
export function matrixStatistics(matrix: Float64Array, width: number): MatrixStatistics {
  const values = singularValues(matrix, width);
  const mean = (of: (value: number) => number) =>
    values.reduce((sum, value) => sum + of(value) / width, 0);
  let trace = 0;
  for (let d = 0; d < width; d++) trace += matrix[d * (width + 1)] / width;
  return {
    trace,
    squaredNorm: mean((value) => value ** 2),
    inverseSquaredNorm: mean((value) => value ** -2),
    logDeterminant: logDeterminant(matrix, width).logAbs,
    smallestSingularValue: values[width - 1],
    largestSingularValue: values[0],
  };
}

/** The Frobenius norm of A B - I, over sqrt(D). */
export function identityError(A: Float64Array, B: Float64Array, width: number): number {
  let squares = 0;
  const row = new Float64Array(width);
  for (let i = 0; i < width; i++) {
    row.fill(0);
    row[i] = -1;
    for (let k = 0; k < width; k++) {
      const a = A[i * width + k];
      for (let j = 0; j < width; j++) row[j] += a * B[k * width + j];
    }
    for (const value of row) squares += value * value;
  }
  return Math.sqrt(squares / width);
}
