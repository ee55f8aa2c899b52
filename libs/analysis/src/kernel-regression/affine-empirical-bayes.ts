import { evaluateAffine } from './affine-function.ts';
import type { AffineKernel } from '@resdiff/networks';
import { gaussianLogDensity } from './gaussian-likelihood.ts';
import { maximise, type Bound, type Box } from './maximise.ts';
import type { RegressionData } from './regression-data.ts';
import { combinations, positiveEigen, projections } from './symmetric-eigen.ts';

export interface AffineEmpiricalBayes {
  readonly kernel: AffineKernel;
  readonly noiseVariance: number;
  /** Summed over the outputs, at the optimum. */
  readonly logMarginalLikelihood: number;
  /** The bound on its ratio to the noise that the data do not tell each variance from. */
  readonly atBound: { readonly constant: Bound | null; readonly slope: Bound | null };
}

export interface AffineEmpiricalBayesOptions {
  /**
   * The smallest and the largest ratio to the noise variance of what each part of the kernel adds to
   * the variance of a target: its constant, and its slope times the mean of |x|^2. By default
   * [1e-8, 1e8].
   */
  readonly ratios?: readonly [number, number] | undefined;
}

/** The trial values a coordinate from which the search starts. */
const GRID = 33;

/**
 * The constant, slope and noise variance that maximise the log marginal likelihood (Rasmussen &
 * Williams, "Gaussian Processes for Machine Learning", 5.4.1).
 *
 * The noise variance is found in closed form given the ratios of the others to it, and one
 * eigendecomposition of the inputs' moments makes a trial of these ratios a sum over as many terms as
 * an input has coordinates: a grid of them, then a local search from its best.
 *
 * @throws {RangeError} if the inputs or the targets are all zero, which leaves a variance undetermined.
 */
export function affineEmpiricalBayes(
  data: RegressionData,
  { ratios = [1e-8, 1e8] }: AffineEmpiricalBayesOptions = {},
): AffineEmpiricalBayes {
  const { count, features, outputs } = data;
  if (!(ratios[0] > 0 && ratios[0] < ratios[1] && ratios[1] < Infinity)) {
    throw new RangeError(`the ratios reach from ${ratios[0]} to ${ratios[1]}, must be positive`);
  }
  let squares = 0;
  for (let j = 1; j < features; j++) squares += data.moments[j * features + j];
  if (squares === 0) throw new RangeError('the inputs are all zero: nothing tells their slope');
  if (data.targets.values.every((value) => value === 0)) {
    throw new RangeError('the targets are all zero: nothing tells their scale');
  }

  const likelihood = profiledLikelihood(data);
  const meanSquare = squares / count;
  const value = ([constant, slope]: Float64Array) =>
    likelihood(Math.exp(constant), Math.exp(slope) / meanSquare).value;
  const [lower, upper] = [Math.log(ratios[0]), Math.log(ratios[1])];
  const box: Box = [
    [lower, upper],
    [lower, upper],
  ];
  const {
    x,
    atBound,
    value: best,
  } = maximise(value, bestOfGrid(value, lower, upper), box, {
    step: (upper - lower) / GRID,
    tolerance: 1e-7,
    maxEvaluations: 2000,
  });
  const slopeRatio = Math.exp(x[1]) / meanSquare;
  const noiseVariance = likelihood(Math.exp(x[0]), slopeRatio).quadratic / (count * outputs);
  return {
    kernel: { constant: Math.exp(x[0]) * noiseVariance, slope: slopeRatio * noiseVariance },
    noiseVariance,
    logMarginalLikelihood: best,
    atBound: { constant: atBound[0], slope: atBound[1] },
  };
}

function bestOfGrid(
  value: (x: Float64Array) => number,
  lower: number,
  upper: number,
): Float64Array {
  const nodes = Array.from({ length: GRID }, (_, i) => lower + ((upper - lower) * i) / (GRID - 1));
  const trials = nodes.flatMap((a) => nodes.map((b) => Float64Array.of(a, b)));
  return trials
    .map((x) => ({ x, value: value(x) }))
    .reduce((best, trial) => (trial.value > best.value ? trial : best)).x;
}

/**
 * The log marginal likelihood, maximal over v, of K = v M, M = I + constant 1 1^T + slope X X^T, and
 * the quadratic form sum_o y_o^T M^{-1} y_o, by which v is that over N times the outputs.
 *
 * With S = I + slope X X^T, whose inverse is 1/(1 + slope lambda) along an eigenvector of X X^T and 1
 * across them all, M^{-1} follows by the formula of Sherman & Morrison and its determinant by the
 * matrix determinant lemma.
 */
function profiledLikelihood(data: RegressionData) {
  const { count, outputs } = data;
  const { eigenvalues, along, across } = decomposed(data);
  const rank = eigenvalues.length;
  return (constant: number, slope: number): { value: number; quadratic: number } => {
    let logDeterminant = 0;
    let ones = across.ones;
    let squares = across.squares;
    const mixed = across.mixed.slice();
    for (let i = 0; i < rank; i++) {
      logDeterminant += Math.log1p(slope * eigenvalues[i]);
      const shrunk = 1 / (1 + slope * eigenvalues[i]);
      const one = along[i * (outputs + 1)];
      ones += one * one * shrunk;
      for (let o = 0; o < outputs; o++) {
        const component = along[i * (outputs + 1) + o + 1];
        mixed[o] += one * component * shrunk;
        squares += component * component * shrunk;
      }
    }
    const share = constant / (1 + constant * ones);
    const quadratic = mixed.reduce((rest, product) => rest - share * product * product, squares);
    logDeterminant += Math.log1p(constant * ones);
    const values = count * outputs;
    const logDeterminants = outputs * logDeterminant + values * Math.log(quadratic / values);
    return { value: gaussianLogDensity(values, logDeterminants, values), quadratic };
  };
}

/** The vectors 1 and y_o in R^N, along the eigenvectors of X X^T and across them all. */
interface Decomposition {
  /** lambda_i of X X^T, positive. */
  readonly eigenvalues: Float64Array;
  /** Components of 1, y_1, y_2, ... a row an eigenvector. */
  readonly along: Float64Array;
  /** Inner products of what remains: 1 with 1, 1 with each y_o, and the sum of each y_o with itself. */
  readonly across: {
    readonly ones: number;
    readonly mixed: Float64Array;
    readonly squares: number;
  };
}

function decomposed(data: RegressionData): Decomposition {
  const { inputs, targets, features, outputs, moments, products } = data;
  const size = features - 1;
  const columns = outputs + 1;
  const eigen = positiveEigen(withoutConstant(moments, features), size);
  const sums = new Float64Array(size * columns);
  for (let j = 0; j < size; j++) {
    sums[j * columns] = moments[j + 1];
    for (let o = 0; o < outputs; o++) {
      sums[j * columns + o + 1] = products[(j + 1) * outputs + o];
    }
  }
  const inFeatures = projections(eigen, sums, columns);
  const lambda = (index: number) => eigen.values[Math.floor(index / columns)];
  const along = inFeatures.map((value, index) => value / Math.sqrt(lambda(index)));

  // What the inputs explain of 1 and y_o, subtracted row by row: differences of the sums of squares
  // would cancel.
  const coefficients = combinations(
    eigen,
    inFeatures.map((value, index) => value / lambda(index)),
    columns,
  );
  const weights = new Float64Array(size * columns);
  coefficients.forEach((value, index) => {
    weights[(index % size) * columns + Math.floor(index / size)] = value;
  });
  const explained = evaluateAffine(
    { intercept: new Float64Array(columns), weights },
    inputs,
  ).values;
  const { values, scale = 1 } = targets;
  const mixed = new Float64Array(outputs);
  let ones = 0;
  let squares = 0;
  for (let row = 0, y = 0; row < explained.length; row += columns, y += outputs) {
    const one = 1 - explained[row];
    ones += one * one;
    for (let o = 0; o < outputs; o++) {
      const rest = scale * values[y + o] - explained[row + o + 1];
      mixed[o] += one * rest;
      squares += rest * rest;
    }
  }
  return { eigenvalues: eigen.values, along, across: { ones, mixed, squares } };
}

function withoutConstant(moments: Float64Array, features: number): Float64Array {
  const size = features - 1;
  const rest = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    rest.set(moments.subarray((i + 1) * features + 1, (i + 2) * features), i * size);
  }
  return rest;
}
