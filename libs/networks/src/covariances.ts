import { checkCovariance } from './covariance-check.ts';
import {
  covarianceNames,
  type Ar1Covariance,
  type CovarianceSpec,
  type LowRankCovariance,
} from './covariance-spec.ts';
import { diagonalMatrix, matrixOfRows, requireLength, scaledIdentity } from './matrices.ts';

/**
 * The size x size covariance matrix, row-major, that a spec stands for.
 *
 * @param what its name in messages, such as Sigma_I.
 * @throws {RangeError} if the spec gives no covariance of this size; the message names the shape,
 *   the entry or the eigenvalue.
 */
export function covarianceMatrix(spec: CovarianceSpec, size: number, what: string): Float64Array {
  if (spec === 'identity') return scaledIdentity(size);
  if (isInline(spec)) {
    const matrix = matrixOfRows(spec, size, size, what);
    checkCovariance(matrix, size, what);
    return matrix;
  }
  switch (spec.name) {
    case 'identity':
      return scaledIdentity(size, variance(spec.variance, what));
    case 'diagonal': {
      const variances = Float64Array.from(spec.variances);
      requireLength(variances, size, `The diagonal of ${what}`);
      variances.forEach((value, i) => variance(value, `${what}[${i}][${i}]`));
      return diagonalMatrix(variances);
    }
    case 'ar1':
      return ar1(spec, size, what);
    case 'low-rank':
      return lowRank(spec, size, what);
    default:
      throw new RangeError(
        `${what} has the name "${String((spec as { name?: unknown }).name)}"; ` +
          `it must be one of ${covarianceNames.join(', ')}.`,
      );
  }
}

function isInline(spec: CovarianceSpec): spec is readonly (readonly number[])[] {
  return Array.isArray(spec);
}

function ar1({ rho, variance: scale }: Ar1Covariance, size: number, what: string): Float64Array {
  if (!(rho >= -1 && rho <= 1)) {
    throw new RangeError(`rho of ${what} is ${rho}; it must be in [-1, 1].`);
  }
  const level = variance(scale, what);
  return Float64Array.from({ length: size * size }, (_, index) => {
    const lag = Math.abs(Math.floor(index / size) - (index % size));
    return level * rho ** lag;
  });
}

function lowRank(spec: LowRankCovariance, size: number, what: string): Float64Array {
  const rank = spec.factor[0]?.length ?? 0;
  const factor = matrixOfRows(spec.factor, size, rank, `The factor of ${what}`);
  const matrix = scaledIdentity(size, variance(spec.variance, what));
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      for (let k = 0; k < rank; k++) {
        matrix[i * size + j] += factor[i * rank + k] * factor[j * rank + k];
      }
    }
  }
  return matrix;
}

function variance(value = 1, what: string): number {
  if (!(value >= 0 && value < Infinity)) {
    throw new RangeError(`The variance of ${what} is ${value}; it must not be negative.`);
  }
  return value;
}
