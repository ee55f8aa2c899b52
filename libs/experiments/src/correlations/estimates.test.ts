import { describe, expect, it } from 'vitest';
import { gaussianColumns } from '../../test/gaussian.ts';
import { pipelineSettings } from '../../test/pipeline-settings.ts';
import { judge } from '../summary.ts';
import { estimateCorrelations } from './estimates.ts';
import { pairIndex, type ModelSample } from './samples.ts';
import {
  correlationsSettings,
  inputsOf,
  keptCoordinates,
  type CorrelationsSettings,
} from './settings.ts';
import { finiteDepthPrediction } from './theory.ts';

/** Samples of centred Gaussians with the correlations that the settings have at infinite width. */
function sampler(settings: CorrelationsSettings) {
  const { points, draws } = settings;
  const z = inputsOf(settings);
  const coordinates = keptCoordinates(settings);
  const laws = settings.models.map((model) => ({
    model,
    covariance: finiteDepthPrediction(model, settings, z).correlations,
  }));
  return (seed: number): ModelSample[] =>
    laws.map(({ model, covariance }, m) => {
      const law = { mean: new Float64Array(points), covariance };
      const columns = gaussianColumns(law, draws * coordinates, 2 * seed + m);
      const average = (of: (at: number) => number) =>
        Float64Array.from({ length: draws }, (_, draw) => {
          let sum = 0;
          for (let k = 0; k < coordinates; k++) sum += of(draw * coordinates + k);
          return sum / coordinates;
        });
      const products: Float64Array[] = [];
      for (let i = 0; i < points; i++) {
        for (let j = i; j < points; j++) {
          products[pairIndex(points, i, j)] = average((at) => columns[i][at] * columns[j][at]);
        }
      }
      return { model, means: columns.map((x) => average((at) => x[at])), products, lost: 0 };
    });
}

describe('the verdict', () => {
  // More than 8 of 180 verdicts that are false alarms at 1 % occur at 3e-4.
  it('on few right draws is false at its rate', () => {
    const settings = correlationsSettings.parse({
      ...{ models: 'residual-tanh', points: 5, range: 1, sigmaB: 0.5 },
      ...{ width: 10_000, depth: 1, draws: 105, coordinates: 'first' },
    });
    const draw = sampler(settings);
    const bases = Array.from({ length: 180 }, (_, seed) => {
      return estimateCorrelations(settings, draw(seed)).basis;
    });
    const alarms = (degreesOf: (degrees: number) => number | undefined) =>
      bases.filter(
        ({ judged, degrees }) => judge(judged, String, degreesOf(degrees!)).agreement === false,
      ).length;
    expect(bases[0].judged).toHaveLength(10);
    expect(alarms((degrees) => degrees)).toBeLessThanOrEqual(8);
    expect(alarms(() => undefined)).toBeGreaterThan(8);
  });

  it('does not rest on fewer than 100 values, nor on networks that are too narrow', () => {
    const basisOf = (given: Record<string, unknown>) => {
      const settings = correlationsSettings.parse({
        ...{ models: 'residual-tanh,residual-swish,feedforward-tanh', points: 3, depth: 20 },
        ...{ width: 400, draws: 60, ...given },
      });
      const { judged, narrow, unsure } = estimateCorrelations(settings, sampler(settings)(1)).basis;
      return [judged.length, narrow, unsure];
    };
    expect(basisOf({})).toEqual([3, 6, 0]);
    expect(basisOf({ depth: 60, draws: 20 })).toEqual([6, 3, 0]);
    expect(basisOf({ coordinates: 'first' })).toEqual([0, 3, 6]);
  });

  it('turns on a wrong expectation at the full size of its pipeline', () => {
    const settings = correlationsSettings.parse({
      ...pipelineSettings('figure-5'),
      ...{ models: ['residual-tanh', 'residual-swish'], points: 5 },
    });
    const samples = sampler(settings)(1);
    const verdict = (believed: CorrelationsSettings) => {
      const { judged, degrees } = estimateCorrelations(believed, samples).basis;
      return judge(judged, String, degrees);
    };
    expect(verdict(settings)).toMatchObject({ agreement: true, comparisons: 10 });
    expect(verdict({ ...settings, sigmaB: 1.05 }).agreement).toBe(false);
  });
});
