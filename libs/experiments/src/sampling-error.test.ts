import { moments, pairMoments, studentQuantile } from '@resdiff/analysis';
import { findActivation } from '@resdiff/networks';
import { describe, expect, it } from 'vitest';
import { noise } from '../test/gaussian.ts';
import {
  logNormalMeanDegrees,
  meanDegrees,
  scaleScatter,
  secondMomentDegrees,
} from './sampling-error.ts';

const identity = { activation: findActivation('identity')!, sigmaW: 1, T: 1 };

/** Of many samples, the share whose statistic is beyond Student's quantile at 1 %. */
function alarms(degrees: number, samples: number, zOf: (seed: number) => number): number {
  const threshold = studentQuantile(1 - 0.01 / 2, degrees);
  const seeds = Array.from({ length: samples }, (_, seed) => seed);
  return seeds.filter((seed) => Math.abs(zOf(seed)) > threshold).length / samples;
}

// The rate of 4000 samples has a standard deviation of 0.0016 at 0.01, and up to 1.4 % are right.
const samples = 4000;
const highest = 0.014 + 4 * 0.0019;

describe('degrees of freedom', () => {
  it('of a mean make its statistic exceed the quantile at its rate', () => {
    const z = (seed: number) => {
      const { mean, meanSe } = moments(noise(seed, 5));
      return mean / meanSe!;
    };
    expect(alarms(meanDegrees(5), samples, z)).toBeLessThan(highest);
    expect(alarms(1000, samples, z)).toBeGreaterThan(0.03);
  });

  it('of second moments do, which those of the mean do not', () => {
    const variance = (seed: number) => {
      const found = moments(noise(seed, 120));
      return (found.variance! - 1) / found.varianceSe!;
    };
    const correlation = (seed: number) => {
      const [x, y] = [noise(seed, 120), noise(samples + seed, 120)];
      const found = pairMoments(
        x,
        y.map((value, i) => 0.9 * x[i] + Math.sqrt(0.19) * value),
      );
      return (found.correlation! - 0.9) / found.correlationSe!;
    };
    const degrees = secondMomentDegrees({ draws: 120, scatter: 0 });
    expect(degrees).toBe(8);
    for (const z of [variance, correlation]) {
      expect(alarms(degrees, samples, z)).toBeLessThan(highest);
    }
    expect(alarms(119, samples, variance)).toBeGreaterThan(0.018);
  });

  it('of second moments do in narrow networks, of which there are few', () => {
    const scatter = scaleScatter({ ...identity, width: 10 });
    const z = (seed: number) => {
      const [scale, value] = [noise(seed, 400), noise(samples + seed, 400)];
      const x = value.map((each, i) => Math.exp((Math.sqrt(scatter) * scale[i]) / 2) * each);
      const found = moments(x);
      return (found.variance! - Math.exp(scatter / 2)) / found.varianceSe!;
    };
    const degrees = secondMomentDegrees({ draws: 400, scatter });
    expect(alarms(degrees, 2000, z)).toBeLessThan(highest);
    expect(degrees).toBeLessThan(secondMomentDegrees({ draws: 400, scatter: 0 }) / 2);
  });

  it('of log-normal means do', () => {
    const z = (seed: number) => {
      const { mean, meanSe } = moments(noise(seed, 20).map((x) => Math.exp(Math.sqrt(0.1) * x)));
      return (mean - Math.exp(0.05)) / meanSe!;
    };
    const degrees = logNormalMeanDegrees({ draws: 20, scatter: 0.1 });
    expect(alarms(degrees, samples, z)).toBeLessThan(highest);
    expect(degrees).toBe(6);
  });

  it('are none where a statistic is far from normal', () => {
    expect(meanDegrees(1)).toBe(0);
    expect(secondMomentDegrees({ draws: 99, scatter: 0 })).toBe(0);
    expect(secondMomentDegrees({ draws: 100, scatter: 0 })).toBe(7);
    expect(secondMomentDegrees({ draws: 2000, scatter: 1 })).toBe(0);
    expect(logNormalMeanDegrees({ draws: 5, scatter: 1 })).toBe(0);
    expect(logNormalMeanDegrees({ draws: 5, scatter: 0 })).toBe(4);
  });

  it('of averages over many coordinates are nearly those of a mean', () => {
    expect(secondMomentDegrees({ draws: 60, coordinates: 1000, scatter: 0 })).toBe(58);
    expect(secondMomentDegrees({ draws: 60, coordinates: 1000, scatter: 0.1 })).toBeLessThan(10);
  });
});

it("scatters by 2 C / D, C = phi'(0)^2 sigmaW^2 T, at a kink as if phi'(0) were 1", () => {
  expect(scaleScatter({ ...identity, sigmaW: 2, T: 3, width: 12 })).toBe(2);
  const swish = { ...identity, activation: findActivation('swish')! };
  expect(scaleScatter({ ...swish, width: 10 })).toBe(0.05);
  expect(scaleScatter({ ...identity, activation: findActivation('relu')!, width: 10 })).toBe(0.2);
});
