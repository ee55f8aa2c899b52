import { checkCovariance } from './covariance-check.ts';
import type { CovarianceSpec } from './covariance-spec.ts';
import { covarianceMatrix } from './covariances.ts';
import { matrixOfRows, requireLength } from './matrices.ts';
import type { IidParameterLaw } from './residual.ts';

/**
 * What the increments of the parameters drift by per unit of time:
 * DW = mu^W dt + eps^W sqrt(dt), Db = mu^b dt + eps^b sqrt(dt) ([PF22] (8)).
 */
export interface ParameterDrift {
  /** mu^W, D x D row-major; none by default. */
  readonly weightDrift?: Float64Array;
  /** mu^b, length D; none by default. */
  readonly biasDrift?: Float64Array;
}

/**
 * Independent parameters, [PF22] (11): eps^W has entries N(0, sigmaW^2 / D), eps^b N(0, sigmaB^2).
 */
export interface IidLaw extends IidParameterLaw, ParameterDrift {
  readonly kind: 'iid';
  /** D. */
  readonly width: number;
}

/**
 * Matrix Gaussian weights: cov(eps^W[o, i], eps^W[p, j]) = Sigma_O[o, p] Sigma_I[i, j]. The
 * independent law is Sigma_O = sigmaW^2 I, Sigma_I = I / D. All matrices are D x D, row-major.
 */
export interface MatrixGaussianLaw extends ParameterDrift {
  readonly kind: 'matrix-gaussian';
  readonly width: number;
  /** Sigma_O. */
  readonly outputCovariance: Float64Array;
  /** Sigma_I. */
  readonly inputCovariance: Float64Array;
  /** Sigma_b. */
  readonly biasCovariance: Float64Array;
}

/** Gaussian weights of any covariance. */
export interface GeneralLaw extends ParameterDrift {
  readonly kind: 'general';
  readonly width: number;
  /**
   * Sigma^W, D^2 x D^2 row-major: the covariance of vec(eps^W), where vec is row-wise, so that
   * row o D + i belongs to eps^W[o, i].
   */
  readonly weightCovariance: Float64Array;
  /** Sigma_b, D x D row-major. */
  readonly biasCovariance: Float64Array;
}

/** The Gaussian law of a layer's parameters ([PF22], section 3.1). */
export type ParameterLaw = IidLaw | MatrixGaussianLaw | GeneralLaw;

/** The drifts of a law, inline: mu^W by its rows, mu^b by its entries. */
export interface DriftSpec {
  readonly weightDrift?: readonly (readonly number[])[];
  readonly biasDrift?: readonly number[];
}

/** @throws {RangeError} naming the number or the shape that is wrong, and what would be right. */
export function iidLaw(width: number, scales: IidParameterLaw & DriftSpec): IidLaw {
  requireWidth(width);
  const { sigmaW, sigmaB } = scales;
  for (const [name, value] of Object.entries({ sigmaW, sigmaB })) {
    if (!(value >= 0 && value < Infinity)) {
      throw new RangeError(`${name} is ${value}; it must be a number that is not negative.`);
    }
  }
  return { kind: 'iid', width, sigmaW, sigmaB, ...drift(width, scales) };
}

/** @throws {RangeError} naming the shape, the entry or the eigenvalue that is wrong. */
export function matrixGaussianLaw(
  width: number,
  spec: {
    readonly outputCovariance: CovarianceSpec;
    readonly inputCovariance: CovarianceSpec;
    readonly biasCovariance: CovarianceSpec;
  } & DriftSpec,
): MatrixGaussianLaw {
  requireWidth(width);
  return {
    kind: 'matrix-gaussian',
    width,
    outputCovariance: covarianceMatrix(spec.outputCovariance, width, 'outputCovariance'),
    inputCovariance: covarianceMatrix(spec.inputCovariance, width, 'inputCovariance'),
    biasCovariance: covarianceMatrix(spec.biasCovariance, width, 'biasCovariance'),
    ...drift(width, spec),
  };
}

/**
 * @param spec.weightCovariance D^2 x D^2, or such a matrix, row-major, already built.
 * @throws {RangeError} naming the shape, the entry or the eigenvalue that is wrong.
 */
export function generalLaw(
  width: number,
  spec: {
    readonly weightCovariance: CovarianceSpec | Float64Array;
    readonly biasCovariance: CovarianceSpec;
  } & DriftSpec,
): GeneralLaw {
  requireWidth(width);
  return {
    kind: 'general',
    width,
    weightCovariance: weightCovariance(width, spec.weightCovariance),
    biasCovariance: covarianceMatrix(spec.biasCovariance, width, 'biasCovariance'),
    ...drift(width, spec),
  };
}

function weightCovariance(width: number, spec: CovarianceSpec | Float64Array): Float64Array {
  const [size, what] = [width ** 2, 'weightCovariance'];
  if (!(spec instanceof Float64Array)) return covarianceMatrix(spec, size, what);
  checkCovariance(spec, size, what);
  return spec;
}

/** [PF22] (11) seen as a matrix Gaussian law. */
export function iidAsMatrixGaussian(law: IidLaw): MatrixGaussianLaw {
  const { sigmaW, sigmaB, width } = law;
  const scaled = (variance: number) => covarianceMatrix({ name: 'identity', variance }, width, '');
  return {
    kind: 'matrix-gaussian',
    width,
    outputCovariance: scaled(sigmaW ** 2),
    inputCovariance: scaled(1 / width),
    biasCovariance: scaled(sigmaB ** 2),
    ...driftOf(law),
  };
}

/** A matrix Gaussian law as a general one: Sigma^W is the Kronecker product Sigma_O (x) Sigma_I. */
export function matrixGaussianAsGeneral(law: MatrixGaussianLaw): GeneralLaw {
  const { outputCovariance, inputCovariance, biasCovariance, width } = law;
  const size = width * width;
  const weightCovariance = Float64Array.from({ length: size * size }, (_, index) => {
    const row = Math.floor(index / size);
    const column = index % size;
    const [o, i] = [Math.floor(row / width), row % width];
    const [p, j] = [Math.floor(column / width), column % width];
    return outputCovariance[o * width + p] * inputCovariance[i * width + j];
  });
  return { kind: 'general', width, weightCovariance, biasCovariance, ...driftOf(law) };
}

function driftOf({ weightDrift, biasDrift }: ParameterDrift): ParameterDrift {
  return { ...(weightDrift && { weightDrift }), ...(biasDrift && { biasDrift }) };
}

function drift(width: number, { weightDrift, biasDrift }: DriftSpec): ParameterDrift {
  return {
    ...(weightDrift && { weightDrift: matrixOfRows(weightDrift, width, width, 'weightDrift') }),
    ...(biasDrift && { biasDrift: biasVector(width, biasDrift) }),
  };
}

function biasVector(width: number, entries: readonly number[]): Float64Array {
  const vector = Float64Array.from(entries);
  requireLength(vector, width, 'biasDrift');
  return vector;
}

function requireWidth(width: number): void {
  if (!Number.isSafeInteger(width) || width < 1) {
    throw new RangeError(`The width is ${width}; it must be a positive integer.`);
  }
}
