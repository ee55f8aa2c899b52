import { feedforwardWidthShare, isWideEnough, residualWidthShare } from '../infinite-width.ts';
import { scaleScatter, secondMomentDegrees } from '../sampling-error.ts';
import { estimate, type Estimate } from '../summary.ts';
import { verdictBasis, type Held, type VerdictBasis } from '../verdict-basis.ts';
import { sampleCorrelation } from './correlation.ts';
import { activationOf, isResidual, parameterLaw, type Model } from './models.ts';
import type { ModelSample } from './samples.ts';
import { inputsOf, keptCoordinates, type CorrelationsSettings } from './settings.ts';
import { finiteDepthPrediction, limitPrediction, type Prediction } from './theory.ts';

/** Inputs at most of whose pairs the correlations are held against theory. */
const MOST_COMPARED = 5;
/** Standard errors up to this are within what states of 32 bits and interpolation resolve. */
const RESOLUTION = 1e-5;

export interface CorrelationEstimates {
  readonly all: readonly Estimate[];
  /** Those of `all` against the theory of the same depth. */
  readonly finiteDepth: readonly Estimate[];
  /** Of those of `finiteDepth` of models that lost no draw. */
  readonly basis: VerdictBasis;
}

/** Correlations over evenly spaced inputs of each model, and how many draws it lost. */
export function estimateCorrelations(
  settings: CorrelationsSettings,
  samples: readonly ModelSample[],
): CorrelationEstimates {
  const compared = comparedInputs(settings);
  const held = samples.map((sample) => heldAgainst(settings, sample, compared));
  return {
    all: [
      ...held.flatMap(({ finiteDepth, limit }) => [...finiteDepth, ...limit]),
      ...samples.map(({ model, lost }) => estimate('nonFiniteDraws', { model }, { value: lost })),
    ],
    finiteDepth: held.flatMap(({ finiteDepth }) => finiteDepth),
    basis: verdictBasis(
      held.flatMap(({ finiteDepth }, i) =>
        samples[i].lost === 0 ? fitness(settings, samples[i].model, finiteDepth) : [],
      ),
    ),
  };
}

function fitness(
  settings: CorrelationsSettings,
  model: Model,
  estimates: readonly Estimate[],
): Held[] {
  const { draws, width, depth, T, range } = settings;
  const network = {
    ...{ width, depth, T, activation: activationOf(model) },
    ...parameterLaw(model, settings),
  };
  const share = isResidual(model)
    ? residualWidthShare(network, range ** 2)
    : feedforwardWidthShare(network);
  const coordinates = keptCoordinates(settings);
  const exact = isWideEnough(share, draws * coordinates);
  const scatter = isResidual(model) ? scaleScatter(network) : 4 * share;
  const degrees = secondMomentDegrees({ draws, coordinates, scatter });
  return estimates.map((each) => ({ estimate: each, exact, degrees }));
}

/** Indices of evenly spaced inputs, the first and the last among them. */
function comparedInputs({ points }: CorrelationsSettings): number[] {
  const count = Math.min(points, MOST_COMPARED);
  return Array.from({ length: count }, (_, i) => Math.round((i * (points - 1)) / (count - 1)));
}

/** The correlations of a model over the compared inputs, against its depth and the limit. */
function heldAgainst(
  settings: CorrelationsSettings,
  sample: ModelSample,
  compared: readonly number[],
) {
  const { model } = sample;
  const inputs = inputsOf(settings);
  const z = compared.map((input) => inputs[input]);
  const against = (theory: string, prediction: Prediction): Estimate[] =>
    compared.flatMap((input, a) =>
      compared.slice(a + 1).map((otherInput, i) =>
        estimate(
          'correlation',
          { model, z: [inputs[input], inputs[otherInput]], theory },
          sampleCorrelation(sample, input, otherInput),
          {
            expected: prediction.correlations[a * compared.length + a + 1 + i],
            source: prediction.source,
            resolution: RESOLUTION,
          },
        ),
      ),
    );
  const limit = limitPrediction(model, settings, z);
  return {
    finiteDepth: against('finite depth', finiteDepthPrediction(model, settings, z)),
    limit: limit ? against('limit', limit) : [],
  };
}
