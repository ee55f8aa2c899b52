import { iidAsMatrixGaussian, type IidLaw, type MatrixGaussianLaw } from '@resdiff/networks';
import { linearFlow } from './linear-flow.ts';
import type { LimitParameters } from './parameters.ts';

/**
 * Exact laws of the Jacobian g_T = dx_T/dx_0 of the limit of infinite depth, psi = id and
 * phi''(0) = 0: dg = p1 dW g ([PF22] (27), (28)). Matrices are D x D, row-major.
 */
export interface JacobianLaw {
  /** E g^T g. */
  readonly gramian: Float64Array;
  /** E g g^T. */
  readonly outerGramian: Float64Array;
  /** E g^{-1}; E g is the identity. */
  readonly inverse: Float64Array;
  /** E g^{-1} g^{-T}. */
  readonly inverseOuterGramian: Float64Array;
  /** log det g_T is Gaussian. */
  readonly logDeterminant: { readonly mean: number; readonly variance: number };
}

/** Weights without drift; what biases do does not reach the Jacobian. */
export type JacobianParameterLaw = IidLaw | MatrixGaussianLaw;

/**
 * The factors of I of the matrices of `jacobianLaw` for independent weights, at width D, with
 * C = p1^2 sigmaW^2 T: E g^T g = E g g^T = e^C I, E g^{-1} = e^{C/D} I,
 * E g^{-1} g^{-T} = e^{C (1 + 2/D)} I, log det g ~ N(-C/2, C).
 */
export function iidJacobianLaw(
  width: number,
  { p1, sigmaW }: Pick<LimitParameters, 'p1' | 'sigmaW'>,
  T: number,
): { readonly [Name in Exclude<keyof JacobianLaw, 'logDeterminant'>]: number } & Pick<
  JacobianLaw,
  'logDeterminant'
> {
  const C = (p1 * sigmaW) ** 2 * T;
  return {
    gramian: Math.exp(C),
    outerGramian: Math.exp(C),
    inverse: Math.exp(C / width),
    inverseOuterGramian: Math.exp(C * (1 + 2 / width)),
    logDeterminant: { mean: -C / 2, variance: C },
  };
}

/**
 * With tau = tr(Sigma_O Sigma_I), B = Sigma_O Sigma_I and k = p1^2 tau:
 * E g^T g = I + tr(Sigma_O) Sigma_I (e^{kT} - 1)/tau, E g g^T = I + tr(Sigma_I) Sigma_O (e^{kT} - 1)/tau,
 * E g^{-1} = e^{p1^2 B T}, log det g ~ N(-kT/2, kT), and E g^{-1} g^{-T} is A_T of
 * A' = p1^2 (B A + A B^T + tr(Sigma_I A) Sigma_O), A_0 = I.
 *
 * @throws {RangeError} if the weights have a drift.
 */
export function jacobianLaw(law: JacobianParameterLaw, p1: number, T: number): JacobianLaw {
  const { outputCovariance, inputCovariance, width } = driftless(law);
  const B = weightBracket(law);
  const k = p1 ** 2 * trace(B);
  return {
    ...gramians(law, k === 0 ? p1 ** 2 * T : (p1 ** 2 * Math.expm1(k * T)) / k),
    inverse: linearFlow(
      (A) => scaled(p1 ** 2, product(B, A, width)),
      p1 ** 2 * frobenius(B),
      identityMatrix(width),
      T,
    ),
    inverseOuterGramian: linearFlow(
      (A) => {
        const BA = product(B, A, width);
        const weight = trace(product(inputCovariance, A, width));
        return outputCovariance.map((value, index) => {
          const [i, j] = [Math.floor(index / width), index % width];
          return p1 ** 2 * (BA[index] + BA[j * width + i] + weight * value);
        });
      },
      p1 ** 2 * (2 * frobenius(B) + frobenius(inputCovariance) * frobenius(outputCovariance)),
      identityMatrix(width),
      T,
    ),
    logDeterminant: { mean: (-k * T) / 2, variance: k * T },
  };
}

/**
 * E g^T g and E g g^T of a network of L layers with phi(x) = a x, exact at every width: as in
 * `jacobianLaw`, with (1 + k dt)^L in place of e^{kT}; for independent weights (1 + kT/L)^L I.
 *
 * @throws {RangeError} if the weights have a drift.
 */
export function linearNetworkJacobian(
  law: JacobianParameterLaw,
  { slope, T, depth }: { readonly slope: number; readonly T: number; readonly depth: number },
): Pick<JacobianLaw, 'gramian' | 'outerGramian'> {
  const k = slope ** 2 * trace(weightBracket(driftless(law)));
  const growth = Math.expm1(depth * Math.log1p((k * T) / depth));
  return gramians(law, k === 0 ? slope ** 2 * T : (slope ** 2 * growth) / k);
}

/**
 * The matrix bracket d[W, W]/dt, entries sum over k of d[W_ik, W_kj]/dt: Sigma_O Sigma_I, for
 * independent weights (sigmaW^2/D) I. [PF22] (28) prints it as d[W]_t.
 */
export function weightBracket(law: JacobianParameterLaw): Float64Array {
  const { outputCovariance, inputCovariance, width } = asMatrixGaussian(law);
  return product(outputCovariance, inputCovariance, width);
}

/**
 * Gamma of dg = (p1 dW + p2 Gamma dt) g, entries d[(W x)_d, W_de]/dt: diag(Sigma_O) (Sigma_I x)^T,
 * for independent weights (sigmaW^2/D) 1 x^T.
 */
export function jacobianDrift(law: JacobianParameterLaw, x: Float64Array): Float64Array {
  const { outputCovariance, inputCovariance, width } = asMatrixGaussian(law);
  return Float64Array.from({ length: width * width }, (_, index) => {
    const [d, e] = [Math.floor(index / width), index % width];
    let sum = 0;
    for (let i = 0; i < width; i++) sum += inputCovariance[e * width + i] * x[i];
    return outputCovariance[d * (width + 1)] * sum;
  });
}

function gramians(law: JacobianParameterLaw, time: number) {
  const { outputCovariance, inputCovariance, width } = asMatrixGaussian(law);
  const grown = (matrix: Float64Array, weight: number) =>
    identityMatrix(width).map((one, index) => one + weight * time * matrix[index]);
  return {
    gramian: grown(inputCovariance, trace(outputCovariance)),
    outerGramian: grown(outputCovariance, trace(inputCovariance)),
  };
}

function driftless(law: JacobianParameterLaw): MatrixGaussianLaw {
  if (law.weightDrift?.some((value) => value !== 0)) {
    throw new RangeError('The weights have a drift mu^W; the laws of the Jacobian need one of 0.');
  }
  return asMatrixGaussian(law);
}

function asMatrixGaussian(law: JacobianParameterLaw): MatrixGaussianLaw {
  return law.kind === 'iid' ? iidAsMatrixGaussian(law) : law;
}

const scaled = (factor: number, matrix: Float64Array) => matrix.map((value) => factor * value);

const frobenius = (matrix: Float64Array) =>
  Math.sqrt(matrix.reduce((sum, value) => sum + value * value, 0));

function product(A: ArrayLike<number>, B: ArrayLike<number>, size: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, index) => {
    const [i, j] = [Math.floor(index / size), index % size];
    let sum = 0;
    for (let k = 0; k < size; k++) sum += A[i * size + k] * B[k * size + j];
    return sum;
  });
}

function trace(matrix: Float64Array): number {
  const size = Math.sqrt(matrix.length);
  let sum = 0;
  for (let i = 0; i < size; i++) sum += matrix[i * (size + 1)];
  return sum;
}

function identityMatrix(size: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
}
