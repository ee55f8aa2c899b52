import { kolmogorovPValue, ksOneSample, moments } from '@resdiff/analysis';
import {
  ornsteinUhlenbeckPath,
  reluInfiniteWidthGrowth,
  reluInitialLogNormGrowth,
  reluPath,
  type NormalLaw,
} from '@resdiff/limits';
import { normalCdf } from '@resdiff/networks';
import { estimate, type Coordinates, type Estimate } from '../summary.ts';
import { reluDepthLaw } from './depth-law.ts';
import { logGrowth, logNormDrift, type NetworkSamples } from './samples.ts';
import type { FiniteWidthSettings } from './settings.ts';

export interface FiniteWidthEstimates {
  readonly all: readonly Estimate[];
  /** Those of `all` that are held against what is exact at their depth, of networks that lost no draw. */
  readonly exact: readonly Estimate[];
}

/** An estimate, and whether its expectation is exact at the depth of the network. */
type Held = readonly [found: Estimate, exact: boolean];

export function estimateFiniteWidth(
  settings: FiniteWidthSettings,
  samples: readonly NetworkSamples[],
): FiniteWidthEstimates {
  const held = samples.flatMap((sample) =>
    (sample.count < 2
      ? []
      : sample.process === 'relu'
        ? reluEstimates(settings, sample)
        : ornsteinUhlenbeckEstimates(settings, sample)
    ).map(([found, exact]): Held => [found, exact && sample.lost === 0]),
  );
  return {
    all: [...held.map(([found]) => found), ...samples.map(lostDraws)],
    exact: held.flatMap(([found, exact]) => (exact ? [found] : [])),
  };
}

/** The law of log X_T of width 1 as the depth grows. */
export function reluLaw({ initial, T }: FiniteWidthSettings): NormalLaw {
  return reluPath(initial, T);
}

/** The law of Y_T as the depth grows. */
export function ornsteinUhlenbeckLaw({ initialY, reversion, T }: FiniteWidthSettings): NormalLaw {
  return ornsteinUhlenbeckPath(initialY, reversion, T);
}

function reluEstimates(settings: FiniteWidthSettings, sample: NetworkSamples): Held[] {
  const { T } = settings;
  const { process, width } = sample;
  const last = sample.mean.length - 1;
  const at = { process, width, time: T };
  const growth = moments(logGrowth(sample, last));
  const depthLaw = width === 1 ? reluDepthLaw(settings) : undefined;
  const product = { source: 'the product of 1 + z sqrt(T/L) over L layers' };
  const widest = width > 1 && width === settings.width.at(-1);
  return [
    [
      estimate('logNormDrift', { ...at, time: 0 }, meanOf(logNormDrift(sample, 0)), {
        expected: reluInitialLogNormGrowth(width),
        source: 'G0(n) = 1/(4(1 - 2^-n)) - 1/n',
      }),
      true,
    ],
    [estimate('logNormDrift', at, meanOf(logNormDrift(sample, last))), false],
    [
      estimate(
        'logNormGrowth',
        at,
        { value: growth.mean, se: growth.meanSe },
        depthLaw && { ...product, expected: depthLaw.mean },
      ),
      width === 1,
    ],
    [
      estimate(
        'logNormVariance',
        at,
        { value: growth.variance, se: growth.varianceSe },
        depthLaw && { ...product, expected: depthLaw.variance },
      ),
      width === 1,
    ],
    [
      estimate(
        'normRatio',
        at,
        meanOf(logGrowth(sample, last).map(Math.exp)),
        widest
          ? { expected: reluInfiniteWidthGrowth(T), source: 'n to infinity after L: exp(T/4)' }
          : {},
      ),
      false,
    ],
    martingale(at, sample, T / settings.snapshots <= MOST_RELU_SPAN),
    ...(width === 1 ? distances(at, sample.logFeatureNorm[last], reluLaw(settings)) : []),
  ];
}

function ornsteinUhlenbeckEstimates(settings: FiniteWidthSettings, sample: NetworkSamples): Held[] {
  const { T, snapshots, reversion } = settings;
  const y = sample.y.at(-1)!;
  const at = { process: sample.process, width: sample.width, time: T };
  const law = ornsteinUhlenbeckLaw(settings);
  const source = 'the Ornstein-Uhlenbeck process, L to infinity';
  const { mean, meanSe, variance, varianceSe } = moments(y);
  return [
    [estimate('mean', at, { value: mean, se: meanSe }, { expected: law.mean, source }), false],
    [
      estimate(
        'variance',
        at,
        { value: variance, se: varianceSe },
        {
          expected: law.variance,
          source,
        },
      ),
      false,
    ],
    martingale(at, sample, (reversion * T) / snapshots <= MOST_REVERSION_SPAN),
    ...distances(at, y, law),
  ];
}

/** Time between snapshots up to which increments have tails that a normal law of their mean allows for. */
const MOST_RELU_SPAN = 1;
/** The same of a T / snapshots: as many moments as there are exist below 1 / (2 a T / snapshots). */
const MOST_REVERSION_SPAN = 1 / 8;

/**
 * The sum over snapshots of the increment of the mean coordinate, over |psi| before it: as X_t is a
 * martingale at every depth and width, so is this, and the division keeps its tails light.
 */
function martingale(at: Coordinates, sample: NetworkSamples, exact: boolean): Held {
  const { mean, logFeatureNorm, count } = sample;
  const sums = Float64Array.from({ length: count }, (_, draw) => {
    let sum = 0;
    for (let k = 1; k < mean.length; k++) {
      sum += (mean[k][draw] - mean[k - 1][draw]) / Math.exp(logFeatureNorm[k - 1][draw]);
    }
    return sum;
  });
  const theory = { expected: 0, source: 'X_t is a martingale at every depth' };
  return [estimate('relativeIncrements', at, meanOf(sums), theory), exact];
}

function distances(at: Coordinates, values: Float32Array, { mean, variance }: NormalLaw): Held[] {
  const { distance } = ksOneSample(values, (x) => normalCdf((x - mean) / Math.sqrt(variance)));
  return [
    [estimate('ksDistance', at, { value: distance }), false],
    [estimate('ksPValue', at, { value: kolmogorovPValue(distance, values.length) }), false],
  ];
}

function lostDraws({ process, width, lost }: NetworkSamples): Estimate {
  return estimate('nonFiniteDraws', { process, width }, { value: lost });
}

function meanOf(values: Float64Array) {
  const { mean, meanSe } = moments(values);
  return { value: mean, se: meanSe };
}
