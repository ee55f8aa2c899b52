import { kolmogorovPValue, ksTwoSample, moments, pairMoments } from '@resdiff/analysis';
import { isWideEnough, keepsMeans, residualWidthShare } from '../infinite-width.ts';
import { meanDegrees, scaleScatter, secondMomentDegrees } from '../sampling-error.ts';
import { estimate, type Coordinates, type Estimate } from '../summary.ts';
import { verdictBasis, type Held, type VerdictBasis } from '../verdict-basis.ts';
import { inputPairs } from './pairs.ts';
import type { ProcessSamples } from './samples.ts';
import { keptCoordinates, networkOf, type DrawsSettings, type Process } from './settings.ts';
import { finiteDepthPrediction, limitPrediction, type Prediction } from './theory.ts';

export interface DrawsEstimates {
  readonly all: readonly Estimate[];
  /**
   * Those of `all` that are held against what is known at their own depth: of processes that lost no
   * draw, since the law of what is left is another.
   */
  readonly finiteDepth: readonly Estimate[];
  /** Of `finiteDepth`. */
  readonly basis: VerdictBasis;
}

/** Moments of each process against theory, distances between processes, and divergence. */
export function estimateDraws(
  settings: DrawsSettings,
  samples: readonly ProcessSamples[],
): DrawsEstimates {
  const limit = limitPrediction(settings);
  const held = samples.map((sample) => {
    const found = sampleMoments(settings, sample);
    const own = finiteDepthPrediction(sample.process, settings);
    const others = limit && sample.process !== 'limit' ? [limit] : [];
    return {
      process: sample.process,
      finiteDepth: own ? found.map((each) => hold(each, own)) : [],
      complete: sample.diverged === 0,
      others: others.flatMap((prediction) => found.map((each) => hold(each, prediction))),
      unheld: own || limit ? [] : found.map((each) => hold(each, undefined)),
    };
  });
  const complete = held.filter((each) => each.complete);
  return {
    all: [
      ...held.flatMap(({ finiteDepth, others, unheld }) => [...finiteDepth, ...others, ...unheld]),
      ...distances(settings, samples),
      ...samples.flatMap(divergence),
    ],
    finiteDepth: complete.flatMap(({ finiteDepth }) => finiteDepth),
    basis: verdictBasis(
      complete.flatMap(({ process, finiteDepth }) => fitness(settings, process, finiteDepth)),
    ),
  };
}

/** The limit has no width, and its Euler scheme is linear where phi''(0) = 0: exact at every width. */
function fitness(
  settings: DrawsSettings,
  process: Process,
  estimates: readonly Estimate[],
): Held[] {
  const { draws, inputs } = settings;
  const network = networkOf(settings);
  const { activation, width } = network;
  const coordinates = keptCoordinates(settings);
  const isLinear = process === 'limit' || (process === 'sde' && activation.atZero.ddphi === 0);
  const share = isLinear
    ? 0
    : process === 'sde'
      ? 1 / width
      : residualWidthShare(network, Math.max(...inputs.map((z) => z ** 2)));
  const isWide = isWideEnough(share, draws * coordinates);
  const scatter = process === 'limit' ? 0 : scaleScatter(network);
  const second = secondMomentDegrees({ draws, coordinates, scatter });
  return estimates.map((each) =>
    each.quantity === 'mean'
      ? { estimate: each, exact: isWide || keepsMeans(activation), degrees: meanDegrees(draws) }
      : { estimate: each, exact: isWide, degrees: second },
  );
}

/** Relative error that states of 32 bits may carry through the layers: smaller deviations say nothing. */
const RESOLUTION = 1e-6;

type Quantity = 'mean' | 'variance' | 'covariance' | 'correlation';

/** A moment of a sample, and the indices of the inputs that it is of. */
interface SampleMoment {
  readonly quantity: Quantity;
  readonly at: Coordinates;
  readonly of: readonly [number, number];
  readonly value: number | null;
  readonly se: number | null;
}

function sampleMoments(
  settings: DrawsSettings,
  { process, values }: ProcessSamples,
): SampleMoment[] {
  const { inputs } = settings;
  const clusterSize = keptCoordinates(settings);
  const empty = values[0].length === 0;
  const singles = inputs.flatMap((z, i) => {
    const at = { process, z };
    const found = empty ? undefined : moments(values[i], { clusterSize });
    return [
      moment('mean', at, [i, i], found?.mean, found?.meanSe),
      moment('variance', at, [i, i], found?.variance, found?.varianceSe),
    ];
  });
  const pairs = inputPairs(inputs.length).flatMap(([i, j]) => {
    const at = { process, z: [inputs[i], inputs[j]] };
    const found = empty ? undefined : pairMoments(values[i], values[j], { clusterSize });
    return [
      moment('covariance', at, [i, j], found?.covariance, found?.covarianceSe),
      moment('correlation', at, [i, j], found?.correlation, found?.correlationSe),
    ];
  });
  return [...singles, ...pairs];
}

function moment(
  quantity: Quantity,
  at: Coordinates,
  of: readonly [number, number],
  value: number | null = null,
  se: number | null = null,
): SampleMoment {
  return { quantity, at, of, value, se };
}

/** A moment beside what is predicted of it. */
function hold(
  { quantity, at, of: [i, j], value, se }: SampleMoment,
  prediction: Prediction | undefined,
): Estimate {
  if (!prediction) return estimate(quantity, at, { value, se });
  const { source, law } = prediction;
  const covariance = (a: number, b: number) => law.covariance[a * law.mean.length + b];
  const deviation = (a: number) => Math.sqrt(covariance(a, a));
  const size = (a: number) => Math.abs(law.mean[a]) + deviation(a);
  const product = size(i) * deviation(j) + size(j) * deviation(i);
  const correlation = covariance(i, j) / (deviation(i) * deviation(j));
  const [expected, scale] = {
    mean: [law.mean[i], size(i)],
    variance: [covariance(i, i), product],
    covariance: [covariance(i, j), product],
    correlation: [
      Math.max(-1, Math.min(1, correlation)),
      size(i) / deviation(i) + size(j) / deviation(j),
    ],
  }[quantity];
  return estimate(
    quantity,
    at,
    { value, se },
    { expected, source, resolution: RESOLUTION * scale },
  );
}

/** Two-sample Kolmogorov-Smirnov distances; p-values only where the values are independent. */
function distances(settings: DrawsSettings, samples: readonly ProcessSamples[]): Estimate[] {
  const clusterSize = keptCoordinates(settings);
  return samples.flatMap((a, first) =>
    samples.slice(first + 1).flatMap((b) =>
      settings.inputs.flatMap((z, i) => {
        const [x, y] = [a.values[i], b.values[i]];
        if (x.length === 0 || y.length === 0) return [];
        const at = { processes: `${a.process}, ${b.process}`, z };
        const { distance, se } = ksTwoSample(x, y, { clusterSize });
        const value = kolmogorovPValue(distance, x.length, y.length);
        return [
          estimate('ksDistance', at, { value: distance, se }),
          ...(clusterSize === 1 ? [estimate('ksPValue', at, { value })] : []),
        ];
      }),
    ),
  );
}

function divergence({ process, diverged, divergedAt }: ProcessSamples): Estimate[] {
  const layer = (statistic: string, value: number | undefined) =>
    estimate('divergenceLayer', { process, statistic }, { value: value ?? null });
  return [
    estimate('nonFiniteDraws', { process }, { value: diverged }),
    ...(diverged === 0
      ? []
      : [
          layer('first', divergedAt[0]),
          layer('median', divergedAt[Math.floor((diverged - 1) / 2)]),
          layer('last', divergedAt.at(-1)),
        ]),
  ];
}
