import { moments } from '@resdiff/analysis';
import { isNearNormal } from '../near-normal.ts';
import { estimate, type Coordinates, type Estimate } from '../summary.ts';
import type { LayerObservations, Observations } from './observations.ts';
import { feedforwardOf, type JacobianSettings } from './settings.ts';
import {
  feedforwardPrediction,
  isGradient,
  predicted,
  residualPredictions,
  type Predicted,
  type Prediction,
} from './theory.ts';

export interface JacobianEstimates {
  readonly all: readonly Estimate[];
  /** Those of `all` that are held against what is exact at their width and depth. */
  readonly exact: readonly Estimate[];
  /** Those of `all` whose tails are too heavy for that, with as many draws. */
  readonly leftOut: readonly Estimate[];
  /** Those of `all` after the last layer, of gradients after the first. */
  readonly last: readonly Estimate[];
}

/** Means over draws after each layer, beside each theory that knows them. */
export function estimateJacobian(
  settings: JacobianSettings,
  observations: readonly Observations[],
): JacobianEstimates {
  const found = observations.flatMap((each) => {
    const predictions = predictionsOf(settings, each);
    return each.layers.flatMap((layer) => layerEstimates(settings, each, layer, predictions));
  });
  return {
    all: found.map(({ estimate }) => estimate),
    exact: found.filter(({ held }) => held === 'exact').map(({ estimate }) => estimate),
    leftOut: found.filter(({ held }) => held === 'left out').map(({ estimate }) => estimate),
    last: found.filter(({ last }) => last).map(({ estimate }) => estimate),
  };
}

export function predictionsOf(
  settings: JacobianSettings,
  { process, scale }: Pick<Observations, 'process' | 'scale'>,
): Prediction[] {
  return process === 'feedforward'
    ? [feedforwardPrediction(feedforwardOf(settings, scale!), settings.input)]
    : residualPredictions(settings, process);
}

/** An estimate, and what it is for. */
interface Found {
  readonly estimate: Estimate;
  /** Of those that have a theory which is exact: whether their mean is near normal. */
  readonly held?: 'exact' | 'left out' | undefined;
  readonly last: boolean;
}

function layerEstimates(
  { depth }: JacobianSettings,
  { process, scale }: Observations,
  observed: LayerObservations,
  predictions: readonly Prediction[],
): Found[] {
  const { layer } = observed;
  const at = { process, ...(scale === undefined ? {} : { scale }), layer };
  // g_0 is the identity, and |dy/dx_L| is 1.
  const isFixed = (quantity: string) => layer === (isGradient(quantity) ? depth : 0);
  const found: Found[] = [];
  const add = (estimate: Estimate, held?: Found['held']) => {
    found.push({ estimate, held, last: layer === (isGradient(estimate.quantity) ? 0 : depth) });
  };
  for (const quantity of predicted) {
    if (isFixed(quantity)) continue;
    const value = meanOf(quantity, observed);
    if (!value) continue;
    const known = predictions.flatMap(({ at, skewness, ...theory }) => {
      const expected = at(quantity, layer);
      return expected === undefined
        ? []
        : [{ ...theory, expected, skewness: skewness?.(quantity, layer) }];
    });
    if (known.length === 0) add(estimate(quantity, at, value));
    const heavy = known.some(
      ({ skewness }) => skewness !== undefined && !isNearNormal(skewness, value.count),
    );
    for (const { theory, expected, source, skewness } of known) {
      const where: Coordinates = { ...at, theory };
      // The standard error of a mean with heavy tails is as unsure as the mean.
      const resolution = heavy ? Infinity : RESOLUTION;
      add(
        estimate(quantity, where, value, { expected, source, resolution }),
        skewness === undefined ? undefined : heavy ? 'left out' : 'exact',
      );
    }
  }
  for (const [quantity, values] of Object.entries(unpredicted(observed))) {
    const value = isFixed(quantity) ? undefined : meanAndError(values);
    if (value) add(estimate(quantity, at, value));
  }
  return found;
}

/** Rounding of products of matrices in f64: smaller standard errors are those of numbers that do not vary. */
const RESOLUTION = 1e-12;

function meanOf(quantity: Predicted, observed: LayerObservations) {
  if (quantity === 'gradientSquare') {
    return meanAndError(observed.gradientNorm.map((norm) => norm ** 2));
  }
  if (quantity === 'logGradient') return meanAndError(observed.gradientNorm.map(Math.log));
  if (quantity !== 'logDeterminantVariance') return meanAndError(observed[quantity]);
  if (!observed.logDeterminant.every(Number.isFinite)) return undefined;
  const { variance, varianceSe } = moments(observed.logDeterminant);
  return { value: variance, se: varianceSe, count: observed.logDeterminant.length };
}

function unpredicted(observed: LayerObservations) {
  const { smallestSingularValue, largestSingularValue, identityError } = observed;
  return {
    smallestSingularValue,
    largestSingularValue,
    logConditionNumber: largestSingularValue.map((largest, i) =>
      Math.log(largest / smallestSingularValue[i]),
    ),
    identityError,
  };
}

/** Undefined of numbers that the process does not have, or that left the finite ones. */
function meanAndError(values: Float64Array) {
  if (!values.every(Number.isFinite)) return undefined;
  const { mean, meanSe } = moments(values);
  return { value: mean, se: meanSe, count: values.length };
}
