import {
  cholesky,
  logDeterminant,
  solveCholesky,
  solveLower,
  type CholeskyFactor,
} from './cholesky.ts';
import { gaussianLogDensity, sum } from './gaussian-likelihood.ts';
import type { Kernel } from './kernel.ts';
import {
  requireColumns,
  requireFiniteRows,
  requireVariance,
  rowCount,
  type Outputs,
  type Rows,
} from './rows.ts';

/** Gaussian-process regression with any kernel, in its dual form. */
export interface KernelRegression {
  readonly kernel: Kernel;
  readonly noiseVariance: number;
  /** The inputs fitted to. */
  readonly inputs: Rows;
  /** (K + noiseVariance I)^{-1} Y, transposed: an output a row, an input a column. */
  readonly coefficients: Float64Array;
  readonly outputs: number;
  /** The factor of K + noiseVariance I. */
  readonly factor: CholeskyFactor;
  /** y^T (K + noiseVariance I)^{-1} y of each output. */
  readonly quadraticForms: Float64Array;
  /** The log marginal likelihood of each output. */
  readonly logMarginalLikelihoods: Float64Array;
  /** Their sum: the outputs are independent. */
  readonly logMarginalLikelihood: number;
}

/**
 * Fits by the Cholesky factor of the N x N kernel matrix (Rasmussen & Williams, "Gaussian Processes
 * for Machine Learning", algorithm 2.1): N^3/6 products and two such matrices in memory.
 *
 * @throws {RangeError} if the inputs and targets differ in rows, a value is not finite, or the kernel
 *   matrix is not symmetric.
 * @throws {NotPositiveDefiniteError} for instance if an input repeats and the noise variance is 0.
 */
export function fitKernelRegression(
  inputs: Rows,
  targets: Rows,
  kernel: Kernel,
  noiseVariance: number,
): KernelRegression {
  const count = rowCount('inputs', inputs);
  const targetCount = rowCount('targets', targets);
  if (targetCount !== count) {
    throw new RangeError(`${count} inputs and ${targetCount} targets, must be as many`);
  }
  requireFiniteRows('inputs', inputs);
  requireFiniteRows('targets', targets);
  requireVariance('the noise variance', noiseVariance);

  const matrix = kernel.gram(inputs);
  for (let i = 0; i < count; i++) matrix[i * count + i] += noiseVariance;
  const factor = cholesky(matrix, count);
  const { values, columns: outputs, scale = 1 } = targets;
  const y = new Float64Array(values.length);
  values.forEach((value, index) => {
    y[(index % outputs) * count + Math.floor(index / outputs)] = scale * value;
  });
  const coefficients = y.slice();
  solveCholesky(factor, coefficients);
  const quadraticForms = Float64Array.from({ length: outputs }, (_, o) => {
    let form = 0;
    for (let i = o * count; i < (o + 1) * count; i++) form += y[i] * coefficients[i];
    return form;
  });
  const logDeterminantK = logDeterminant(factor);
  const logMarginalLikelihoods = quadraticForms.map((form) =>
    gaussianLogDensity(form, logDeterminantK, count),
  );
  return {
    kernel,
    noiseVariance,
    inputs,
    coefficients,
    outputs,
    factor,
    quadraticForms,
    logMarginalLikelihoods,
    logMarginalLikelihood: sum(logMarginalLikelihoods),
  };
}

/** Inputs that are predicted together: their kernel values are a matrix of as many rows. */
const BLOCK = 64;

/**
 * The predictive mean, a row an input.
 *
 * @throws {RangeError} if the inputs have another number of columns than those fitted to.
 */
export function kernelMean(fit: KernelRegression, inputs: Rows): Outputs {
  const { kernel, coefficients, outputs, factor } = fit;
  const values = new Float64Array(rowCount('inputs', inputs) * outputs);
  forEachBlock(fit, inputs, (block, first) => {
    const cross = kernel.cross(block, fit.inputs);
    for (let start = 0, i = first; start < cross.length; start += factor.size, i++) {
      for (let o = 0; o < outputs; o++) {
        let total = 0;
        for (let j = 0; j < factor.size; j++) {
          total += cross[start + j] * coefficients[o * factor.size + j];
        }
        values[i * outputs + o] = total;
      }
    }
  });
  return { values, columns: outputs };
}

/**
 * The predictive variance of the function at each input, the same for every output; that of a new
 * target is larger by the noise variance. Its rounding error is that of k(x, x).
 *
 * @throws {RangeError} if the inputs have another number of columns than those fitted to.
 */
export function kernelVariance(fit: KernelRegression, inputs: Rows): Float64Array {
  const { kernel, factor } = fit;
  const variance = kernel.diagonal(inputs);
  forEachBlock(fit, inputs, (block, first) => {
    const cross = kernel.cross(block, fit.inputs);
    solveLower(factor, cross);
    cross.forEach((value, index) => {
      variance[first + Math.floor(index / factor.size)] -= value * value;
    });
  });
  return variance.map((value) => Math.max(value, 0));
}

function forEachBlock(
  fit: KernelRegression,
  inputs: Rows,
  visit: (block: Rows, first: number) => void,
): void {
  const count = rowCount('inputs', inputs);
  const { values, columns } = inputs;
  requireColumns('inputs', inputs, fit.inputs.columns);
  for (let first = 0; first < count; first += BLOCK) {
    const end = Math.min(count, first + BLOCK);
    visit({ ...inputs, values: values.subarray(first * columns, end * columns) }, first);
  }
}
