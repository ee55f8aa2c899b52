import type { CovarianceSpec } from './covariance-spec.ts';
import { covarianceMatrix } from './covariances.ts';
import { matrixGaussianLaw, type IidLaw, type MatrixGaussianLaw } from './parameter-laws.ts';

/**
 * The law of the parameters of a convolution, of which a patch is the input: psi is kernel^2 D long, a
 * patch by its sites, a site by its channels, and so are the rows of Sigma_I and mu^W.
 */
export type ConvolutionLaw = IidLaw | MatrixGaussianLaw;

/**
 * Matrix Gaussian weights of a convolution, eps^W = sO z (sU (x) sV (x) sI) ([PF22], Assumption 3.6):
 * outputs have the covariance Sigma_O, and inputs Sigma_U (x) Sigma_V (x) Sigma_I over the rows u and
 * the columns v of a patch and its channels.
 *
 * @param width D, the channels.
 * @param spec Sigma_O, Sigma_I and Sigma_b are D x D, Sigma_U and Sigma_V kernel x kernel.
 * @throws {RangeError} naming the shape, the entry or the eigenvalue that is wrong.
 */
export function convolutionLaw(
  width: number,
  kernel: number,
  spec: {
    readonly outputCovariance: CovarianceSpec;
    readonly rowCovariance: CovarianceSpec;
    readonly columnCovariance: CovarianceSpec;
    readonly inputCovariance: CovarianceSpec;
    readonly biasCovariance: CovarianceSpec;
  },
): MatrixGaussianLaw {
  const law = matrixGaussianLaw(width, spec);
  const rows = covarianceMatrix(spec.rowCovariance, kernel, 'rowCovariance');
  const columns = covarianceMatrix(spec.columnCovariance, kernel, 'columnCovariance');
  const inputCovariance = kronecker(kronecker(rows, columns), law.inputCovariance);
  return { ...law, inputCovariance };
}

/** A (x) B of square matrices, row-major. */
function kronecker(A: Float64Array, B: Float64Array): Float64Array {
  const [a, b] = [Math.sqrt(A.length), Math.sqrt(B.length)];
  return Float64Array.from({ length: A.length * B.length }, (_, at) => {
    const [row, column] = [Math.floor(at / (a * b)), at % (a * b)];
    const outer = A[Math.floor(row / b) * a + Math.floor(column / b)];
    return outer * B[(row % b) * b + (column % b)];
  });
}
