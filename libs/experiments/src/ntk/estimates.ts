import { moments } from '@resdiff/analysis';
import { isWideEnough, residualWidthShare } from '../infinite-width.ts';
import { logNormalMeanDegrees, scaleScatter } from '../sampling-error.ts';
import { estimate, type Estimate } from '../summary.ts';
import { verdictBasis, type Held, type VerdictBasis } from '../verdict-basis.ts';
import { kernelPairs } from './pairs.ts';
import type { NtkSamples } from './samples.ts';
import { networkOf, type NtkSettings } from './settings.ts';
import { parts, type Part } from './table.ts';
import { finiteDepthPrediction, isLinear, limitPrediction, type NtkPrediction } from './theory.ts';

export interface NtkEstimates {
  readonly all: readonly Estimate[];
  /** The means beside what holds at their own depth. */
  readonly shown: readonly Estimate[];
  /** Of those of `shown` that have a theory for a finite width, of sizes that lost no draw. */
  readonly basis: VerdictBasis;
  /** Of each size. */
  readonly predictions: readonly NtkPrediction[];
  readonly limit: NtkPrediction | undefined;
}

/** Relative error that a kernel from gradients of 32 bits may have: smaller deviations say nothing. */
const RESOLUTION = 1e-5;

/**
 * Means and standard deviations of the kernels of each size.
 *
 * Means of linear networks are judged at every size, as their theory is exact there. Those of others
 * are judged where phi''(0) = 0, at sizes that are wide enough: the mean field leaves out effects of the
 * finite width, which for such an activation vanish with the depth too, and for others outweigh the
 * standard errors at every size.
 */
export function estimateNtk(settings: NtkSettings, samples: readonly NtkSamples[]): NtkEstimates {
  const limit = limitPrediction(settings);
  const bySize = samples.map((sample) => {
    const prediction = finiteDepthPrediction(settings, sample.size);
    const found = kernelMoments(settings, sample);
    const held = found.map(({ mean }) => hold(mean, prediction));
    const isKnown = isLinear(settings) || limit !== undefined;
    return {
      prediction,
      found,
      held,
      fit: isKnown && sample.diverged === 0 ? fitness(settings, sample.size, held) : [],
    };
  });
  const shown = bySize.flatMap(({ held }) => held);
  const all = [
    ...shown,
    ...(limit ? bySize.flatMap(({ found }) => found.map(({ mean }) => hold(mean, limit))) : []),
    ...bySize.flatMap(({ found }) => found.map(({ deviation }) => deviation)),
    ...samples.map(({ size, diverged }) =>
      estimate('nonFiniteDraws', { size }, { value: diverged }),
    ),
  ];
  return {
    all,
    shown,
    basis: verdictBasis(bySize.flatMap(({ fit }) => fit)),
    predictions: bySize.map(({ prediction }) => prediction),
    limit,
  };
}

/** A kernel is an average over coordinates: its standard deviation goes as D^(-1/2). */
function fitness(settings: NtkSettings, size: number, estimates: readonly Estimate[]): Held[] {
  const { draws, inputs } = settings;
  const { network } = networkOf(settings, size);
  const share = residualWidthShare(network, Math.max(...inputs.map((z) => z ** 2)));
  const exact = isWideEnough(share, draws * size);
  const degrees = logNormalMeanDegrees({ draws, scatter: scaleScatter(network) });
  return estimates.map((each) => ({ estimate: each, exact, degrees }));
}

/** A mean, and the entry of a kernel that it is of. */
interface SampleMean {
  readonly part: Part;
  readonly entry: number;
  readonly estimate: Estimate;
}

function kernelMoments(
  { inputs }: NtkSettings,
  { size, pairs: samples }: NtkSamples,
): { readonly mean: SampleMean; readonly deviation: Estimate }[] {
  const pairs = kernelPairs(inputs.length);
  return parts.flatMap((part) =>
    pairs.map(([i, j], pair) => {
      const at = { part, size, z: [inputs[i], inputs[j]] };
      const values = samples[pair][part];
      const found = values.length > 0 ? moments(values) : undefined;
      const sd = found?.variance == null ? null : Math.sqrt(found.variance);
      return {
        mean: {
          part,
          entry: i * inputs.length + j,
          estimate: estimate('mean', at, { value: found?.mean ?? null, se: found?.meanSe ?? null }),
        },
        deviation: estimate('standardDeviation', at, {
          value: sd,
          se: sd && found?.varianceSe != null ? found.varianceSe / (2 * sd) : null,
        }),
      };
    }),
  );
}

/** A mean beside what is predicted of it. */
function hold({ part, entry, estimate: mean }: SampleMean, prediction: NtkPrediction): Estimate {
  const expected = prediction.kernel[part][entry];
  return estimate(mean.quantity, mean.at, mean, {
    expected,
    source: prediction.source,
    resolution: RESOLUTION * Math.abs(expected),
  });
}
