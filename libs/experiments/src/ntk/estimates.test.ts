import { describe, expect, it } from 'vitest';
import { noise } from '../../test/gaussian.ts';
import { pipelineSettings } from '../../test/pipeline-settings.ts';
import { judge } from '../summary.ts';
import { estimateNtk } from './estimates.ts';
import { kernelPairs } from './pairs.ts';
import type { NtkSamples } from './samples.ts';
import { ntkSettings, type NtkSettings } from './settings.ts';
import { finiteDepthPrediction } from './theory.ts';

/** Log-normal kernels, whose mean is that of theory and whose log-variance is 2/D. */
function sampler(settings: NtkSettings) {
  const { inputs, draws } = settings;
  const predictions = settings.size.map((size) => finiteDepthPrediction(settings, size).kernel);
  const pairs = kernelPairs(inputs.length);
  return (seed: number): NtkSamples[] =>
    settings.size.map((size, s) => {
      const deviation = Math.sqrt(2 / size);
      const around = (mean: number, stream: number) =>
        noise(1000 * seed + 100 * s + stream, draws).map(
          (x) => mean * Math.exp(deviation * x - deviation ** 2 / 2),
        );
      return {
        size,
        pairs: pairs.map(([i, j], pair) => ({
          weights: around(predictions[s].weights[i * inputs.length + j], 2 * pair),
          biases: around(predictions[s].biases[i * inputs.length + j], 2 * pair + 1),
        })),
        diverged: 0,
      };
    });
}

describe('the verdict', () => {
  // More than 12 of 400 verdicts that are false alarms at 1 % occur at 3e-4.
  it.each([
    [5, 100],
    [20, 40],
  ])('on %i right draws at D = %i is false at its rate', (draws, size) => {
    const settings = ntkSettings.parse({ activation: 'identity', size, draws });
    const draw = sampler(settings);
    const bases = Array.from({ length: 400 }, (_, seed) => {
      return estimateNtk(settings, draw(seed)).basis;
    });
    const alarms = (degreesOf: (degrees: number) => number | undefined) =>
      bases.filter(
        ({ judged, degrees }) => judge(judged, String, degreesOf(degrees!)).agreement === false,
      ).length;
    expect(bases[0].judged).toHaveLength(6);
    expect(alarms((degrees) => degrees)).toBeLessThanOrEqual(12);
    expect(alarms(() => undefined)).toBeGreaterThan(12);
  });

  it('turns on a wrong expectation at the full size of its pipeline', () => {
    const settings = ntkSettings.parse(pipelineSettings('figure-3'));
    const samples = sampler(settings)(1);
    const verdict = (believed: NtkSettings) => {
      const { judged, degrees } = estimateNtk(believed, samples).basis;
      return { ...judge(judged, String, degrees), sizes: judged.map(({ at }) => at.size) };
    };
    const right = verdict(settings);
    expect(right).toMatchObject({ agreement: true, comparisons: 12 });
    expect(new Set(right.sizes)).toEqual(new Set([500, 1000]));
    expect(verdict({ ...settings, sigmaB: 1.01 }).agreement).toBe(false);
  });

  it('leaves out kernels of narrow networks and few draws, and says how many', () => {
    const basisOf = (given: Record<string, unknown>) => {
      const settings = ntkSettings.parse(given);
      const { judged, narrow, unsure } = estimateNtk(settings, sampler(settings)(1)).basis;
      return [judged.length, narrow, unsure];
    };
    expect(basisOf({ activation: 'identity', size: [3, 200], draws: 5 })).toEqual([6, 0, 6]);
    expect(basisOf({ size: [10, 200], draws: 100 })).toEqual([6, 6, 0]);
    expect(basisOf({ activation: 'swish', size: 20, draws: 100 })).toEqual([0, 0, 0]);
  });
});
