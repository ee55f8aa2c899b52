import { NotPositiveDefiniteError } from './cholesky.ts';
import { gaussianLogDensity } from './gaussian-likelihood.ts';
import { fitKernelRegression, type KernelRegression } from './kernel-regression.ts';
import type { Kernel } from './kernel.ts';
import { maximise, type Bound, type Box, type MaximiseOptions } from './maximise.ts';
import { rowCount, type Rows } from './rows.ts';

/** A kernel and a noise variance for every vector of log hyper-parameters. */
export type KernelFamily = (logParameters: Float64Array) => {
  readonly kernel: Kernel;
  readonly noiseVariance: number;
};

export interface EmpiricalBayesOptions extends MaximiseOptions {
  readonly start: ArrayLike<number>;
  readonly bounds: Box;
  /**
   * Also finds, in closed form, the scale that multiplies kernel and noise variance together; leave
   * it out of the log parameters then. False by default.
   */
  readonly profileScale?: boolean | undefined;
}

export interface EmpiricalBayes {
  readonly logParameters: Float64Array;
  /** What multiplies kernel and noise variance; 1 unless profiled. */
  readonly scale: number;
  /** Summed over the outputs, at the optimum. */
  readonly logMarginalLikelihood: number;
  /** For each log parameter the bound that the data do not tell it from. */
  readonly atBound: readonly (Bound | null)[];
  /** The kernel matrices that were factored. */
  readonly evaluations: number;
  readonly converged: boolean;
}

/**
 * The hyper-parameters that maximise the log marginal likelihood (Rasmussen & Williams, "Gaussian
 * Processes for Machine Learning", 5.4.1), by a local search: a kernel matrix is factored for every
 * trial. Parameters whose matrix is not positive definite are passed over.
 *
 * @throws {RangeError} if the start is outside the bounds or its matrix is not positive definite.
 */
export function empiricalBayes(
  inputs: Rows,
  targets: Rows,
  family: KernelFamily,
  { start, bounds, profileScale = false, ...options }: EmpiricalBayesOptions,
): EmpiricalBayes {
  const count = rowCount('inputs', inputs);
  const trial = (logParameters: Float64Array) => {
    const { kernel, noiseVariance } = family(logParameters);
    const fit = fitKernelRegression(inputs, targets, kernel, noiseVariance);
    return profileScale ? profiled(fit, count) : { scale: 1, value: fit.logMarginalLikelihood };
  };
  const value = (logParameters: Float64Array) => {
    try {
      return trial(logParameters).value;
    } catch (error) {
      if (error instanceof NotPositiveDefiniteError) return -Infinity;
      throw error;
    }
  };
  const { x, atBound, evaluations, converged, ...best } = maximise(value, start, bounds, options);
  return {
    logParameters: x,
    scale: profileScale ? trial(x).scale : 1,
    logMarginalLikelihood: best.value,
    atBound,
    evaluations,
    converged,
  };
}

/** Scaling K by s divides the quadratic forms by s and adds N log s to each log determinant. */
function profiled({ quadraticForms, logMarginalLikelihoods }: KernelRegression, count: number) {
  const total = quadraticForms.reduce((sum, form) => sum + form, 0);
  const scale = total / (quadraticForms.length * count);
  const value = logMarginalLikelihoods.reduce((sum, likelihood, o) => {
    const logDeterminant = gaussianLogDensity(quadraticForms[o], 0, count) - likelihood;
    return (
      sum +
      gaussianLogDensity(
        quadraticForms[o] / scale,
        2 * logDeterminant + count * Math.log(scale),
        count,
      )
    );
  }, 0);
  return { scale, value };
}
