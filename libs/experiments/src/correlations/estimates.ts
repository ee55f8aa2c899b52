import { estimate, type Estimate } from '../summary.ts';
import { sampleCorrelation } from './correlation.ts';
import { isResidual } from './models.ts';
import type { ModelSample } from './samples.ts';
import { inputsOf, type CorrelationsSettings } from './settings.ts';
import { finiteDepthPrediction, limitPrediction, type Prediction } from './theory.ts';

/** Inputs at most of whose pairs the correlations are held against theory. */
const MOST_COMPARED = 5;
/** Standard errors up to this are within what states of 32 bits and interpolation resolve. */
const RESOLUTION = 1e-5;

export interface CorrelationEstimates {
  readonly all: readonly Estimate[];
  /** Those of `all` against the theory of the same depth. */
  readonly finiteDepth: readonly Estimate[];
  /**
   * Those of `finiteDepth` that the verdict rests on: of residual networks that lost no draw. Effects
   * of finite width on them are of order 1/D, on feedforward networks of order L/D.
   */
  readonly exact: readonly Estimate[];
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
    exact: held.flatMap(({ finiteDepth }, i) =>
      isResidual(samples[i].model) && samples[i].lost === 0 ? finiteDepth : [],
    ),
  };
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
