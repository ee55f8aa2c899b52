import type { IidLaw, MatrixGaussianLaw, ParameterDrift } from '@resdiff/networks';
import { normals, type StreamPosition } from '@resdiff/random';
import { addProduct, apply, covarianceFactor, transpose } from './jacobian-matrices.ts';

/** The laws whose Gamma and d[W, W] are known in closed form. */
export type JacobianParameterLaw = IidLaw | MatrixGaussianLaw;

/** The increments of the parameters over a layer. */
export interface LayerIncrements {
  /** DW, D x D row-major. */
  readonly weights: Float64Array;
  /** Db, length D. */
  readonly biases: Float64Array;
}

/** A law as the limiting equations see it. */
export interface IncrementLaw {
  /** DW = mu^W dt + eps^W sqrt(dt), Db = mu^b dt + eps^b sqrt(dt), [PF22] (8). */
  readonly increments: (at: StreamPosition, dt: number) => LayerIncrements;
  /** Var[eps^W x + eps^b], its diagonal. */
  readonly variance: (x: Float64Array) => Float64Array;
  /** Gamma = d[(W x)_d, W_de]/dt = left_d right_e. */
  readonly gamma: (x: Float64Array) => {
    readonly left: Float64Array;
    readonly right: Float64Array;
  };
  /** The matrix bracket d[W, W]/dt, entries sum over k of d[W_ik, W_kj]/dt. */
  readonly bracket: Float64Array;
}

/** eps^W = F_O z F_I^T with F_O F_O^T = Sigma_O, F_I F_I^T = Sigma_I; eps^b = F_b z. */
export function incrementLaw(law: JacobianParameterLaw): IncrementLaw {
  return law.kind === 'iid' ? iidIncrements(law) : matrixGaussianIncrements(law);
}

function iidIncrements(law: IidLaw): IncrementLaw {
  const { width, sigmaW, sigmaB } = law;
  const varianceW = sigmaW ** 2 / width;
  const bracket = new Float64Array(width * width);
  for (let d = 0; d < width; d++) bracket[d * (width + 1)] = varianceW;
  return {
    increments(at, dt) {
      const [W, b] = standardNormals(at, width);
      const [scaleW, scaleB] = [Math.sqrt(varianceW * dt), sigmaB * Math.sqrt(dt)];
      return drifted(
        W.map((z) => scaleW * z),
        b.map((z) => scaleB * z),
        law,
        dt,
      );
    },
    variance: (x) => new Float64Array(width).fill(sigmaB ** 2 + varianceW * squaredNorm(x)),
    gamma: (x) => ({
      left: new Float64Array(width).fill(1),
      right: x.map((value) => varianceW * value),
    }),
    bracket,
  };
}

function matrixGaussianIncrements(law: MatrixGaussianLaw): IncrementLaw {
  const { width, outputCovariance, inputCovariance, biasCovariance } = law;
  const diagonal = (matrix: Float64Array) =>
    Float64Array.from({ length: width }, (_, d) => matrix[d * (width + 1)]);
  const [output, biases] = [outputCovariance, biasCovariance].map((covariance) =>
    covarianceFactor(covariance, width),
  );
  const input = transpose(covarianceFactor(inputCovariance, width), width);
  const bracket = new Float64Array(width * width);
  addProduct(outputCovariance, inputCovariance, width, bracket);
  return {
    increments(at, dt) {
      const [z, zb] = standardNormals(at, width);
      const root = Math.sqrt(dt);
      const half = new Float64Array(width * width);
      addProduct(z, input, width, half);
      const W = new Float64Array(width * width);
      addProduct(output, half, width, W);
      const b = apply(biases, zb);
      return drifted(
        W.map((value) => root * value),
        b.map((value) => root * value),
        law,
        dt,
      );
    },
    variance(x) {
      const square = dot(x, apply(inputCovariance, x));
      const own = diagonal(biasCovariance);
      return diagonal(outputCovariance).map((value, d) => own[d] + value * square);
    },
    gamma: (x) => ({ left: diagonal(outputCovariance), right: apply(inputCovariance, x) }),
    bracket,
  };
}

/** D x D of the weights, row by row, then D of the biases. */
function standardNormals(at: StreamPosition, width: number): [Float64Array, Float64Array] {
  const z = normals(at, width * width + width);
  return [z.subarray(0, width * width), z.subarray(width * width)];
}

function drifted(
  weights: Float64Array,
  biases: Float64Array,
  { weightDrift, biasDrift }: ParameterDrift,
  dt: number,
): LayerIncrements {
  weightDrift?.forEach((value, i) => (weights[i] += value * dt));
  biasDrift?.forEach((value, i) => (biases[i] += value * dt));
  return { weights, biases };
}

const squaredNorm = (x: Float64Array) => dot(x, x);

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
  return sum;
}
