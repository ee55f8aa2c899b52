import type { AffineKernel } from '@resdiff/networks';
import { evaluateAffine, type AffineFunction } from './affine-function.ts';
import { featureFactors, scaleBothSides } from './affine-kernel.ts';
import {
  cholesky,
  logDeterminant,
  solveCholesky,
  solveLower,
  traceOfSolution,
  type CholeskyFactor,
} from './cholesky.ts';
import { gaussianLogDensity, sum } from './gaussian-likelihood.ts';
import type { RegressionData } from './regression-data.ts';
import { requireColumns, requireVariance, rowCount, type Rows } from './rows.ts';

/**
 * Gaussian-process regression with an affine kernel, which is a Bayesian linear model:
 * y = alpha + <beta, x> + noise, alpha ~ N(0, constant), beta ~ N(0, slope I).
 */
export interface AffineRegression {
  readonly kernel: AffineKernel;
  readonly noiseVariance: number;
  /** The predictive mean: the posterior means of alpha and beta. */
  readonly mean: AffineFunction;
  /** The factor of Phi^T Phi + noiseVariance I, Phi the features sqrt(constant), sqrt(slope) x. */
  readonly factor: CholeskyFactor;
  /** The log marginal likelihood of each output. */
  readonly logMarginalLikelihoods: Float64Array;
  /** Their sum: the outputs are independent. */
  readonly logMarginalLikelihood: number;
}

/**
 * Fits in the features, so the cost after `regressionData` does not depend on the number of rows but
 * for one pass over them (Rasmussen & Williams, "Gaussian Processes for Machine Learning", 2.1).
 *
 * @throws {RangeError} if a variance is negative or not finite.
 * @throws {NotPositiveDefiniteError} if the noise is too small for features that depend on each other.
 */
export function fitAffineRegression(
  data: RegressionData,
  kernel: AffineKernel,
  noiseVariance: number,
): AffineRegression {
  const { count, features, outputs } = data;
  requireVariance('the noise variance', noiseVariance);
  const factors = featureFactors(kernel, features);
  const precision = scaleBothSides(data.moments, factors);
  for (let i = 0; i < features; i++) precision[i * features + i] += noiseVariance;
  const factor = cholesky(precision, features);

  const coefficients = new Float64Array(outputs * features);
  for (let o = 0; o < outputs; o++) {
    for (let j = 0; j < features; j++) {
      coefficients[o * features + j] = factors[j] * data.products[j * outputs + o];
    }
  }
  solveCholesky(factor, coefficients);
  const mean = affineFunction(coefficients, factors, outputs);

  // y^T K^{-1} y is (|y - f|^2 / noise + |coefficients|^2) at its minimum f, which unlike
  // (y^T y - f^T y) / noise does not cancel where the noise is small.
  const residuals = squaredResiduals(data, mean);
  const logDeterminantK = logDeterminant(factor) + (count - features) * Math.log(noiseVariance);
  const logMarginalLikelihoods = residuals.map((residual, o) => {
    const squares = coefficients
      .subarray(o * features, (o + 1) * features)
      .reduce((total, value) => total + value * value, 0);
    return gaussianLogDensity(residual / noiseVariance + squares, logDeterminantK, count);
  });
  return {
    kernel,
    noiseVariance,
    mean,
    factor,
    logMarginalLikelihoods,
    logMarginalLikelihood: sum(logMarginalLikelihoods),
  };
}

/** Inputs whose variances are computed together. */
const BLOCK = 64;

/**
 * The predictive variance of the function at each input, the same for every output; that of a new
 * target is larger by the noise variance.
 *
 * @throws {RangeError} if the inputs have another number of columns than those fitted to.
 */
export function affineVariance(fit: AffineRegression, inputs: Rows): Float64Array {
  const { kernel, noiseVariance, factor } = fit;
  const { values, columns, scale = 1 } = inputs;
  const count = rowCount('inputs', inputs);
  requireColumns('inputs', inputs, factor.size - 1);
  const factors = featureFactors(kernel, factor.size);
  const variance = new Float64Array(count);
  for (let first = 0; first < count; first += BLOCK) {
    const rows = Math.min(BLOCK, count - first);
    const features = new Float64Array(rows * factor.size);
    for (let i = 0; i < rows; i++) {
      const at = i * factor.size;
      features[at] = factors[0];
      for (let j = 0; j < columns; j++) {
        features[at + j + 1] = factors[j + 1] * scale * values[(first + i) * columns + j];
      }
    }
    solveLower(factor, features);
    features.forEach((value, index) => {
      variance[first + Math.floor(index / factor.size)] += noiseVariance * value * value;
    });
  }
  return variance;
}

/**
 * The average of `affineVariance` over the inputs that `data` sums: the trace of the predictive
 * covariance, at a cost that does not depend on their number.
 */
export function meanAffineVariance(
  fit: AffineRegression,
  { count, features, moments }: Pick<RegressionData, 'count' | 'features' | 'moments'>,
): number {
  const { kernel, noiseVariance, factor } = fit;
  if (features !== factor.size) {
    throw new RangeError(`${features - 1} columns of inputs, must be ${factor.size - 1}`);
  }
  const covariance = scaleBothSides(moments, featureFactors(kernel, features));
  return (noiseVariance * traceOfSolution(factor, covariance)) / count;
}

/** The function of (1, x) whose coefficients are those of the scaled features, an output a row. */
export function affineFunction(
  coefficients: Float64Array,
  factors: Float64Array,
  outputs: number,
): AffineFunction {
  const features = factors.length;
  const weights = new Float64Array((features - 1) * outputs);
  for (let o = 0; o < outputs; o++) {
    for (let j = 1; j < features; j++) {
      weights[(j - 1) * outputs + o] = factors[j] * coefficients[o * features + j];
    }
  }
  const intercept = Float64Array.from(
    { length: outputs },
    (_, o) => factors[0] * coefficients[o * features],
  );
  return { intercept, weights };
}

function squaredResiduals(
  { inputs, targets, outputs }: RegressionData,
  mean: AffineFunction,
): Float64Array {
  const fitted = evaluateAffine(mean, inputs).values;
  const { values, scale = 1 } = targets;
  const sums = new Float64Array(outputs);
  for (let start = 0; start < fitted.length; start += outputs) {
    for (let o = 0; o < outputs; o++) {
      sums[o] += (scale * values[start + o] - fitted[start + o]) ** 2;
    }
  }
  return sums;
}
