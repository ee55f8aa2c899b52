import { kolmogorovPValue, ksOneSample, moments } from '@resdiff/analysis';
import {
  ornsteinUhlenbeckPath,
  reluInfiniteWidthGrowth,
  reluInitialLogNormGrowth,
  reluPath,
  type NormalLaw,
} from '@resdiff/limits';
import { normalCdf } from '@resdiff/networks';
import { isNearNormal } from '../near-normal.ts';
import { estimate, type Coordinates, type Estimate } from '../summary.ts';
import { reluDepthLaw } from './depth-law.ts';
import { initialActivity } from './initial.ts';
import { logGrowth, logNormDrift, type NetworkSamples } from './samples.ts';
import type { FiniteWidthSettings } from './settings.ts';
import {
  ornsteinUhlenbeckIncrementSkewness,
  relativeStepSkewness,
  reluIncrementSkewness,
} from './tails.ts';

export interface FiniteWidthEstimates {
  readonly all: readonly Estimate[];
  /** Those of `all` that are held against what is exact at their depth, of networks that lost no draw. */
  readonly exact: readonly Estimate[];
  /** Those of them that are not, as so few draws are too far from normal. */
  readonly leftOut: readonly Estimate[];
}

/** An estimate, and whether it is held against what is exact at its depth. */
type Held = readonly [found: Estimate, held: 'exact' | 'left out' | 'beside a limit'];

export function estimateFiniteWidth(
  settings: FiniteWidthSettings,
  samples: readonly NetworkSamples[],
): FiniteWidthEstimates {
  const found = samples.flatMap((sample) =>
    sample.count < 2
      ? []
      : (sample.process === 'relu'
          ? reluEstimates(settings, sample)
          : ornsteinUhlenbeckEstimates(settings, sample)
        ).map(([estimate, held]) => ({ estimate, held: sample.lost === 0 ? held : undefined })),
  );
  const heldAs = (as: Held[1]) =>
    found.filter(({ held }) => held === as).map(({ estimate }) => estimate);
  return {
    all: [...found.map(({ estimate }) => estimate), ...samples.map(lostDraws)],
    exact: heldAs('exact'),
    leftOut: heldAs('left out'),
  };
}

type Estimated = Parameters<typeof estimate>;

function beside(...estimated: Estimated): Held {
  return [estimate(...estimated), 'beside a limit'];
}

/** Without a z-score where the standard error is as unsure as what it is of. */
function exactly(isNear: boolean, ...[quantity, at, value, theory]: Estimated): Held {
  return isNear
    ? [estimate(quantity, at, value, theory), 'exact']
    : [estimate(quantity, at, value, { ...theory, resolution: Infinity }), 'left out'];
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
  const { process, width, count } = sample;
  const last = sample.mean.length - 1;
  const at = { process, width, time: T };
  const widest = width > 1 && width === settings.width.at(-1);
  return [
    exactly(
      isNearNormal(initialActivity(width).skewness, count),
      'logNormDrift',
      { ...at, time: 0 },
      meanOf(logNormDrift(sample, 0)),
      {
        expected: reluInitialLogNormGrowth(width),
        source: 'G0(n) = 1/(4(1 - 2^-n)) - 1/n',
      },
    ),
    beside('logNormDrift', at, meanOf(logNormDrift(sample, last))),
    ...growthEstimates(settings, at, logGrowth(sample, last), width),
    beside(
      'normRatio',
      at,
      meanOf(logGrowth(sample, last).map(Math.exp)),
      widest
        ? { expected: reluInfiniteWidthGrowth(T), source: 'n to infinity after L: exp(T/4)' }
        : {},
    ),
    relativeIncrements(at, sample, reluIncrementSkewness(settings)),
    relativeSteps(settings, at, sample),
    ...(width === 1 ? distances(at, sample.logFeatureNorm[last], reluLaw(settings)) : []),
  ];
}

/** Mean and variance of log|psi(X_T)|/|psi(X_0)|, whose law is known at width 1. */
function growthEstimates(
  settings: FiniteWidthSettings,
  at: Coordinates,
  growth: Float64Array,
  width: number,
): Held[] {
  const { mean, meanSe, variance, varianceSe } = moments(growth);
  const ofMean = { value: mean, se: meanSe };
  const ofVariance = { value: variance, se: varianceSe };
  if (width > 1) {
    return [beside('logNormGrowth', at, ofMean), beside('logNormVariance', at, ofVariance)];
  }
  const law = reluDepthLaw(settings);
  const source = 'the product of 1 + z sqrt(T/L) over L layers';
  const enough = growth.length >= LEAST_DRAWS;
  return [
    exactly(true, 'logNormGrowth', at, ofMean, { expected: law.mean, source }),
    exactly(enough, 'logNormVariance', at, ofVariance, { expected: law.variance, source }),
  ];
}

function ornsteinUhlenbeckEstimates(settings: FiniteWidthSettings, sample: NetworkSamples): Held[] {
  const y = sample.y.at(-1)!;
  const at = { process: sample.process, width: sample.width, time: settings.T };
  const law = ornsteinUhlenbeckLaw(settings);
  const source = 'the Ornstein-Uhlenbeck process, L to infinity';
  const { mean, meanSe, variance, varianceSe } = moments(y);
  return [
    beside('mean', at, { value: mean, se: meanSe }, { expected: law.mean, source }),
    beside('variance', at, { value: variance, se: varianceSe }, { expected: law.variance, source }),
    relativeIncrements(at, sample, ornsteinUhlenbeckIncrementSkewness(settings)),
    relativeSteps(settings, at, sample),
    ...distances(at, y, law),
  ];
}

/** Of fewer draws the standard error of a variance, and the sign of a mean, are too unsure. */
export const LEAST_DRAWS = 100;

/**
 * The sum over snapshots of the increment of the mean coordinate, over |psi| before it: as X_t is a
 * martingale at every depth and width, so is this, and the division keeps its tails light.
 */
function relativeIncrements(at: Coordinates, sample: NetworkSamples, skewness: number): Held {
  const { mean, logFeatureNorm, count } = sample;
  const sums = Float64Array.from({ length: count }, (_, draw) => {
    let sum = 0;
    for (let k = 1; k < mean.length; k++) {
      sum += (mean[k][draw] - mean[k - 1][draw]) / Math.exp(logFeatureNorm[k - 1][draw]);
    }
    return sum;
  });
  const theory = { expected: 0, source: 'X_t is a martingale at every depth' };
  return exactly(isNearNormal(skewness, count), 'relativeIncrements', at, meanOf(sums), theory);
}

/** Relative rounding of the states, which are kept in 32 bits. */
const STATE_ERROR = 2 ** -24;

/**
 * The mean over draws and snapshots of |X' - X|^2/|psi(X)|^2, X' the state one layer after X. It is T/L
 * at every width and depth, for every psi: X' - X = (T/L)^{1/2} W psi(X) has, given X, n independent
 * coordinates N(0, (T/L) |psi|^2/n), so that the ratio is T/L times a chi-squared over its n degrees. The
 * same holds of the mean of (|X'|^2 - |X|^2)/|psi|^2, as |X'|^2 - |X|^2 = 2 X (X' - X) + |X' - X|^2 and the
 * first part has a mean of 0; but where psi(X) is small beside X it only adds noise.
 */
function relativeSteps(
  { T, depth }: FiniteWidthSettings,
  at: Coordinates,
  sample: NetworkSamples,
): Held {
  const { count, width, relativeStep, norm, logFeatureNorm } = sample;
  const steps = relativeStep.slice(1);
  const means = Float64Array.from({ length: count }, (_, draw) =>
    average(steps.map((step) => step[draw])),
  );
  const rounding = norm.map((size, k) =>
    average(Array.from(size, (value, draw) => (value / Math.exp(logFeatureNorm[k][draw])) ** 2)),
  );
  const theory = {
    expected: T / depth,
    source: "E |X' - X|^2/|psi(X)|^2 = T/L of one layer",
    resolution: STATE_ERROR ** 2 * Math.max(...rounding),
  };
  const skewness = relativeStepSkewness(width, steps.length);
  return exactly(isNearNormal(skewness, count), 'relativeStep', at, meanOf(means), theory);
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function distances(at: Coordinates, values: Float32Array, { mean, variance }: NormalLaw): Held[] {
  const { distance } = ksOneSample(values, (x) => normalCdf((x - mean) / Math.sqrt(variance)));
  return [
    beside('ksDistance', at, { value: distance }),
    beside('ksPValue', at, { value: kolmogorovPValue(distance, values.length) }),
  ];
}

function lostDraws({ process, width, lost }: NetworkSamples): Estimate {
  return estimate('nonFiniteDraws', { process, width }, { value: lost });
}

function meanOf(values: Float64Array) {
  const { mean, meanSe } = moments(values);
  return { value: mean, se: meanSe };
}
