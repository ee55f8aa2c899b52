import { moments, normalQuantile, quantile } from '@resdiff/analysis';
import { reluMeanLogSize } from '@resdiff/limits';
import { feedforwardWidthShare } from '../infinite-width.ts';
import { meanDegrees, scaleScatter, secondMomentDegrees } from '../sampling-error.ts';
import { estimate, type Coordinates, type Estimate } from '../summary.ts';
import { verdictBasis, type Held, type VerdictBasis } from '../verdict-basis.ts';
import { tableInputs, type FunctionNetwork } from './networks.ts';
import type { FunctionSamples } from './samples.ts';
import type { FunctionsSettings } from './settings.ts';
import { isExact, type Prediction } from './theory.ts';

export interface FunctionEstimates {
  readonly all: readonly Estimate[];
  /** Of those of `all` that are held against what is known at their own depth. */
  readonly basis: VerdictBasis;
}

/** The quantiles that bands and estimates are of. */
export const probabilities = [0.05, 0.5, 0.95] as const;

/** Inputs of the table whose estimates stand in the summary: the ends and what is between them. */
const MOST_INPUTS = 5;

/** Relative error that values of 32 bits may carry: smaller deviations say nothing. */
const RESOLUTION = 1e-6;

/**
 * Moments and quantiles of each network at some inputs against theory, and how it was drawn.
 *
 * @param predictions of each sample's network.
 */
export function estimateFunctions(
  settings: FunctionsSettings,
  samples: readonly FunctionSamples[],
  predictions: readonly (readonly Prediction[])[],
): FunctionEstimates {
  const held = samples.map((sample, i) => networkEstimates(settings, sample, predictions[i]));
  return {
    all: [...held.flatMap(({ all }) => all), ...samples.flatMap(interpolation)],
    basis: verdictBasis(held.flatMap(({ basis }) => basis)),
  };
}

function networkEstimates(
  settings: FunctionsSettings,
  sample: FunctionSamples,
  predictions: readonly Prediction[],
): { readonly all: readonly Estimate[]; readonly basis: readonly Held[] } {
  const { network, diverged } = sample;
  const inputs = tableInputs(settings);
  const found = shownInputs(settings).flatMap((point): Found[] => {
    const at = { ...place(network), z: inputs[point] };
    const values = sample.values[point];
    return [
      ...momentEstimates(settings, network, values, at, (kind) => lawAt(predictions, kind, point)),
      ...quantileEstimates(values, at, lawAt(predictions, 'limit', point)),
      ...sizeEstimates(settings, network, values, at),
    ];
  });
  const lost = estimate('nonFiniteDraws', place(network), { value: diverged });
  return {
    all: [...found.map(({ estimate }) => estimate), lost],
    basis: diverged === 0 ? found.filter((each) => 'exact' in each) : [],
  };
}

/** An estimate, which may be for a verdict. */
type Found = Held | Pick<Held, 'estimate'>;

interface Law {
  readonly source: string;
  readonly mean: number;
  readonly variance: number;
}

function lawAt(
  predictions: readonly Prediction[],
  kind: Prediction['kind'],
  point: number,
): Law | undefined {
  const found = predictions.find((prediction) => prediction.kind === kind);
  return (
    found && {
      source: found.source,
      mean: found.mean[point],
      variance: found.variance[point],
    }
  );
}

function momentEstimates(
  settings: FunctionsSettings,
  network: FunctionNetwork,
  values: Float32Array,
  at: Coordinates,
  lawOf: (kind: Prediction['kind']) => Law | undefined,
): Found[] {
  const found = values.length > 0 ? moments(values) : undefined;
  const own = {
    mean: { value: found?.mean ?? null, se: found?.meanSe ?? null },
    variance: { value: found?.variance ?? null, se: found?.varianceSe ?? null },
  };
  return (['meanField', 'limit'] as const).flatMap((kind) => {
    const law = lawOf(kind);
    if (!law) return [];
    const { mean, variance, source } = law;
    const deviation = Math.sqrt(Math.max(0, variance));
    const size = Math.abs(mean) + deviation;
    const theory = {
      mean: { expected: mean, source, resolution: RESOLUTION * size },
      variance: { expected: variance, source, resolution: 2 * RESOLUTION * size * deviation },
    };
    const beside = kind === 'limit' ? { ...at, against: kind } : at;
    return (['mean', 'variance'] as const).map((quantity) => ({
      estimate: estimate(quantity, beside, own[quantity], theory[quantity]),
      ...(kind === 'meanField' && {
        exact: isExact(quantity, settings, network),
        degrees: degreesOf(quantity, settings, network),
      }),
    }));
  });
}

function degreesOf(
  quantity: 'mean' | 'variance',
  { kind, draws, T }: FunctionsSettings,
  network: FunctionNetwork,
): number {
  if (quantity === 'mean') return meanDegrees(draws);
  const scatter =
    kind === 'residual' ? scaleScatter({ ...network, T }) : 4 * feedforwardWidthShare(network);
  return secondMomentDegrees({ draws, scatter });
}

/** Beside those of the Gaussian limit. */
function quantileEstimates(values: Float32Array, at: Coordinates, limit: Law | undefined): Found[] {
  const sorted = values.slice().sort();
  return probabilities.map((p) => ({
    estimate: estimate(
      'quantile',
      { ...at, p },
      quantile(sorted, p),
      limit && {
        expected: limit.mean + Math.sqrt(limit.variance) * normalQuantile(p),
        source: limit.source,
      },
    ),
  }));
}

/** The mean of log|x|, which is known for ReLU without biases; variances there have no useful error. */
function sizeEstimates(
  { kind }: FunctionsSettings,
  network: FunctionNetwork,
  values: Float32Array,
  at: Coordinates & { readonly z: number },
): Found[] {
  const { activation, sigmaB, sigmaW } = network;
  const known = kind === 'feedforward' && activation.name === 'relu' && sigmaB === 0 && sigmaW > 0;
  if (!known || at.z === 0) return [];
  const sizes = Float64Array.from(values.filter((value) => value !== 0)).map((value) =>
    Math.log(Math.abs(value)),
  );
  const found = sizes.length > 0 ? moments(sizes) : undefined;
  const theory = {
    expected: reluMeanLogSize(at.z, network),
    source: `products of chi-squares, exact at D = ${network.width}, L = ${network.depth}`,
  };
  return [
    {
      estimate: estimate(
        'meanLogSize',
        at,
        { value: found?.mean ?? null, se: found?.meanSe ?? null },
        theory,
      ),
      exact: true,
      // The logarithm of a Gaussian is about as far from normal as its square.
      degrees: secondMomentDegrees({ draws: sizes.length, scatter: 0 }),
    },
  ];
}

/** How far interpolation was off in pilot draws, and from how many nodes; nothing where it was not. */
function interpolation({ network, method }: FunctionSamples): Estimate[] {
  if (method.kind !== 'interpolated') return [];
  return [
    estimate('interpolationError', place(network), { value: method.error }),
    estimate('interpolationNodes', place(network), { value: method.nodes }),
  ];
}

/** Where a network's estimates belong. */
function place({ activation, depth, width }: FunctionNetwork) {
  return { activation: activation.name, depth, width };
}

/** Indices of some inputs of the table, evenly spaced, the first and the last among them. */
function shownInputs({ tablePoints }: FunctionsSettings): number[] {
  const count = Math.min(tablePoints, MOST_INPUTS);
  return Array.from({ length: count }, (_, i) => Math.round((i * (tablePoints - 1)) / (count - 1)));
}
