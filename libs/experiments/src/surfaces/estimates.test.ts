import { describe, expect, it } from 'vitest';
import { gaussianColumns } from '../../test/gaussian.ts';
import { pipelineSettings } from '../../test/pipeline-settings.ts';
import { judge } from '../summary.ts';
import { estimateSurfaces } from './estimates.ts';
import { comparedPoints, type SurfaceSample } from './samples.ts';
import { surfacesSettings, type SurfacesSettings } from './settings.ts';
import { finiteDepthPrediction, type Input } from './theory.ts';

/** Samples of the law that the settings have at infinite width. */
function sampler(settings: SurfacesSettings) {
  const { points, range, draws } = settings;
  const inputs = Float64Array.from(
    { length: points },
    (_, i) => (range * (2 * i - points + 1)) / (points - 1),
  );
  const z = comparedPoints(settings).map(([i, j]): Input => [inputs[i], inputs[j]]);
  const laws = settings.activations.map((activation) => ({
    activation,
    ...finiteDepthPrediction(settings, activation, z),
  }));
  return (seed: number): SurfaceSample[] =>
    laws.map(({ activation, law }) => {
      const values = gaussianColumns(law, draws, seed);
      return { activation, inputs, values, surfaces: [], lost: 0 };
    });
}

describe('the verdict', () => {
  // Linear networks of great width have the law exactly, and their theory is quick. More than 12 of 400
  // verdicts that are false alarms at 1 % occur at 3e-4.
  it.each([
    [5, 5],
    [120, 14],
  ])('on %i right draws is false at its rate', (draws, comparisons) => {
    const settings = surfacesSettings.parse({
      ...{ activations: 'identity', points: 3, width: 10_000, depth: 2, draws, shown: 1 },
    });
    const draw = sampler(settings);
    const bases = Array.from({ length: 400 }, (_, seed) => {
      return estimateSurfaces(settings, draw(seed)).basis;
    });
    const alarms = (degreesOf: (degrees: number) => number | undefined) =>
      bases.filter(
        ({ judged, degrees }) => judge(judged, String, degreesOf(degrees!)).agreement === false,
      ).length;
    expect(bases[0].judged).toHaveLength(comparisons);
    expect(alarms((degrees) => degrees)).toBeLessThanOrEqual(12);
    expect(alarms(() => undefined)).toBeGreaterThan(12);
  });

  it('turns on a wrong expectation at the full size of its pipeline', () => {
    const settings = surfacesSettings.parse(pipelineSettings('figure-8'));
    const samples = sampler(settings)(1);
    const verdict = (believed: SurfacesSettings) => {
      const { judged, degrees } = estimateSurfaces(believed, samples).basis;
      return judge(judged, String, degrees);
    };
    expect(verdict(settings)).toMatchObject({ agreement: true, comparisons: 28 });
    expect(verdict({ ...settings, sigmaW: 1.3 }).agreement).toBe(false);
  });

  it('rests on odd means and linear networks alone where the width is small', () => {
    const judgedOf = (activation: string) => {
      const settings = surfacesSettings.parse({
        ...{ activations: activation, points: 3, width: 4, depth: 3, draws: 10_000 },
      });
      const { basis } = estimateSurfaces(settings, sampler(settings)(1));
      return [basis.judged.length, basis.narrow];
    };
    expect(judgedOf('identity')).toEqual([14, 0]);
    expect(judgedOf('tanh')).toEqual([5, 9]);
    expect(judgedOf('swish')).toEqual([0, 14]);
  });
});
