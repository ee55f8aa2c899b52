import { reluMeanLogSize } from '@resdiff/limits';
import { describe, expect, it } from 'vitest';
import { noise } from '../../test/gaussian.ts';
import { pipelineSettings } from '../../test/pipeline-settings.ts';
import { judge } from '../summary.ts';
import { estimateFunctions } from './estimates.ts';
import { networksOf, tableInputs } from './networks.ts';
import type { FunctionSamples } from './samples.ts';
import { functionsSettings, type FunctionsSettings } from './settings.ts';
import { predictionsOf, type Prediction } from './theory.ts';

/** Independent Gaussian values with the moments of the mean field; of ReLU, log-normal sizes. */
function samplesOf(
  settings: FunctionsSettings,
  predictions: readonly (readonly Prediction[])[],
  seed: number,
): FunctionSamples[] {
  const { draws, tablePoints } = settings;
  const inputs = tableInputs(settings);
  return networksOf(settings).map((network, n) => {
    const { mean, variance } = predictions[n].find(({ kind }) => kind === 'meanField')!;
    const numbers = noise(seed * 1000 + n, draws * tablePoints);
    const isRelu = network.activation.name === 'relu';
    const values = Array.from({ length: tablePoints }, (_, i) => {
      const size = isRelu && inputs[i] !== 0 ? reluMeanLogSize(inputs[i], network) : -Infinity;
      return Float32Array.from({ length: draws }, (__, draw) => {
        const x = numbers[draw * tablePoints + i];
        return isRelu
          ? (draw % 2 === 0 ? 1 : -1) * Math.exp(size + x)
          : mean[i] + Math.sqrt(variance[i]) * x;
      });
    });
    return {
      network,
      values,
      curves: [],
      method: { kind: 'direct', reason: 'none is drawn' },
      diverged: 0,
    };
  });
}

describe('the verdict', () => {
  // More than 12 of 400 verdicts that are false alarms at 1 % occur at 3e-4.
  it.each([
    [5, 10],
    [120, 20],
  ])('on %i right draws is false at its rate', (draws, comparisons) => {
    const settings = functionsSettings.parse({
      ...{ activations: 'identity', depths: [1, 2], widths: 10_000, tablePoints: 5, draws },
    });
    const predictions = predictionsOf(settings);
    const bases = Array.from({ length: 400 }, (_, seed) => {
      const samples = samplesOf(settings, predictions, seed);
      return estimateFunctions(settings, samples, predictions).basis;
    });
    const alarms = (degreesOf: (degrees: number) => number | undefined) =>
      bases.filter(
        ({ judged, degrees }) => judge(judged, String, degreesOf(degrees!)).agreement === false,
      ).length;
    expect(bases[0].judged).toHaveLength(comparisons);
    expect(alarms((degrees) => degrees)).toBeLessThanOrEqual(12);
    expect(alarms(() => undefined)).toBeGreaterThan(12);
  });

  it.each([
    ['figure-1', { sigmaB: [0.2, 0], sigmaW: [1.5] }, 13],
    ['figure-4', { sigmaB: [1.05] }, 105],
  ])('turns on a wrong expectation at the full size of %s', (pipeline, wrong, comparisons) => {
    const settings = functionsSettings.parse({
      ...pipelineSettings(pipeline),
      ...{ tablePoints: 5 },
    });
    const predictions = predictionsOf(settings);
    const samples = samplesOf(settings, predictions, 1);
    const verdict = (believed: FunctionsSettings) => {
      const networks = networksOf(believed);
      const { judged, degrees } = estimateFunctions(
        believed,
        samples.map((sample, i) => ({ ...sample, network: networks[i] })),
        believed === settings ? predictions : predictionsOf(believed),
      ).basis;
      return judge(judged, String, degrees);
    };
    expect(verdict(settings)).toMatchObject({ agreement: true, comparisons });
    expect(verdict({ ...settings, ...wrong }).agreement).toBe(false);
  });
});
