import { CholeskyDecomposition, EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { requireFinite } from './matrices.ts';

/** Relative to the largest entry: what printing and reading a matrix may change. */
const symmetryTolerance = 1e-12;

/**
 * Refuses what is not a covariance: a matrix of another size, with entries that are not finite, not
 * symmetric, or with an eigenvalue below 0 by more than rounding.
 *
 * @param matrix size x size, row-major.
 * @param what its name in messages, such as Sigma_I.
 * @throws {RangeError} with the shape, the entries or the eigenvalue.
 */
export function checkCovariance(matrix: Float64Array, size: number, what: string): void {
  if (matrix.length !== size * size) {
    throw new RangeError(`${what} is ${shape(matrix)}; it must be ${size} x ${size}.`);
  }
  requireFinite(matrix, size, what);
  requireSymmetry(matrix, size, what);
  const smallest = smallestEigenvalue(matrix, size);
  if (smallest !== undefined) {
    throw new RangeError(
      `${what} has the eigenvalue ${smallest}; it must be positive semi-definite, so that none ` +
        `is below 0.`,
    );
  }
}

function shape({ length }: Float64Array): string {
  const side = Math.sqrt(length);
  return Number.isInteger(side) ? `${side} x ${side}` : `of ${length} entries`;
}

function requireSymmetry(matrix: Float64Array, size: number, what: string): void {
  const tolerance = symmetryTolerance * largestEntry(matrix);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) {
      const [lower, upper] = [matrix[i * size + j], matrix[j * size + i]];
      if (Math.abs(lower - upper) > tolerance) {
        throw new RangeError(
          `${what}[${j}][${i}] is ${upper} and ${what}[${i}][${j}] is ${lower}; it must be symmetric.`,
        );
      }
    }
  }
}

/** The smallest eigenvalue, if it is below 0 by more than rounding. */
function smallestEigenvalue(matrix: Float64Array, size: number): number | undefined {
  const square = Matrix.from1DArray(size, size, matrix);
  // Symmetric to the last bit, as the decomposition asks for.
  const symmetric = Matrix.add(square, square.transpose()).mul(0.5);
  // Much cheaper than eigenvalues, and enough for every covariance of full rank.
  if (new CholeskyDecomposition(symmetric).isPositiveDefinite()) return undefined;
  const { realEigenvalues } = new EigenvalueDecomposition(symmetric, { assumeSymmetric: true });
  const smallest = Math.min(...realEigenvalues);
  const rounding = 16 * size * Number.EPSILON * Math.max(...realEigenvalues.map(Math.abs));
  return smallest < -rounding ? smallest : undefined;
}

const largestEntry = (matrix: Float64Array) =>
  matrix.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
