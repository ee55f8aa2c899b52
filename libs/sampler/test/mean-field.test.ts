import { copiedInput, erf, identity, relu, swish, tanh, type Activation } from '@resdiff/networks';
import {
  copiedInputsMeanField,
  eulerMeanField,
  limitParameters,
  networkMeanField,
} from '@resdiff/limits';
import { describe, expect, it } from 'vitest';
import { collapsedSampler } from '../src/collapsed.ts';
import { directSampler } from '../src/direct.ts';
import type { NetworkDraws, Sampler } from '../src/sampler.ts';
import { kernelModule } from './kernel-module.ts';
import { drawsOf, generalInputs } from './networks.ts';
import { zScore } from './statistics.ts';

/** Every |z score| below 5.3: a false alarm at 1.2e-7 each, so at 2e-5 for the some 150 here. */
const bound = 5.3;

/** <x^i, 1>/D and <x^i, x^j>/D (i <= j), each over draws: averages over coordinates, one a draw. */
function empiricalMeanField(sampler: Sampler, { initial, network }: NetworkDraws, draws: number) {
  const count = initial.length;
  const { width } = network;
  const m = initial.map(() => new Float64Array(draws));
  const lambda = initial.map(() => initial.map(() => new Float64Array(draws)));
  for (let index = 0; index < draws; index++) {
    const { states } = sampler.draw(index);
    for (let i = 0; i < count; i++) {
      for (let d = 0; d < width; d++) m[i][index] += states[i * width + d] / width;
      for (let j = i; j < count; j++) {
        for (let d = 0; d < width; d++) {
          lambda[i][j][index] += (states[i * width + d] * states[j * width + d]) / width;
        }
      }
    }
  }
  return { m, lambda };
}

type MeanField = { m: ArrayLike<number>; lambda: ArrayLike<number> };

/** The z scores of every first and second moment against what is expected. */
function zScores(
  draws: NetworkDraws,
  count: number,
  expected: readonly MeanField[],
  sampler = collapsedSampler(kernelModule, draws),
): number[][] {
  const found = empiricalMeanField(sampler, draws, count);
  const inputs = draws.initial.length;
  return expected.map(({ m, lambda }) =>
    draws.initial.flatMap((_, i) => [
      zScore(found.m[i], m[i]),
      ...draws.initial.map((__, j) =>
        j < i ? 0 : zScore(found.lambda[i][j], lambda[i * inputs + j]),
      ),
    ]),
  );
}

const largest = (values: number[]) => Math.max(...values.map(Math.abs));

/** At width 400 what the finite width changes is some tenth of these standard errors. */
const width = 400;
const z = [0, 1, -0.6];
const start = (count: number) => copiedInputsMeanField(z.slice(0, count));
const copies = (count: number) => z.slice(0, count).map((value) => copiedInput(value, width));

describe('the recursion has the mean field of its depth', () => {
  it.each(
    [tanh, swish, identity, erf, relu].flatMap((activation) =>
      [3, 40].map((depth): [string, number, Activation] => [activation.name, depth, activation]),
    ),
  )('%s, L = %i', (_, depth, activation) => {
    const law = { sigmaW: 0.8, sigmaB: 0.7 };
    for (const count of [2, 3]) {
      const draws = drawsOf({ initial: copies(count), activation, depth, ...law });
      const expected = networkMeanField(start(count), activation, law, 1, depth);
      expect(largest(zScores(draws, 250, [expected])[0])).toBeLessThan(bound);
    }
  });

  it('and not that of another depth', () => {
    const draws = drawsOf({ initial: copies(2), depth: 3, activation: tanh });
    const expected = networkMeanField(start(2), tanh, { sigmaW: 1, sigmaB: 1 }, 1, 6);
    expect(largest(zScores(draws, 250, [expected])[0])).toBeGreaterThan(10);
  });
});

describe('the Euler scheme has its mean field', () => {
  it.each(
    [tanh, swish].flatMap((activation) =>
      [3, 40].map((depth): [string, number, Activation] => [activation.name, depth, activation]),
    ),
  )('%s, L = %i', (_, depth, activation) => {
    const law = { sigmaW: 1, sigmaB: 0.8 };
    for (const count of [1, 2, 3]) {
      const initial = copies(count);
      const draws = drawsOf({ initial, activation, depth, increment: 'euler', ...law });
      const parameters = limitParameters(activation, law);
      const expected = eulerMeanField(start(count), parameters, 1, depth);
      expect(largest(zScores(draws, 250, [expected])[0])).toBeLessThan(bound);
    }
  });
});

/** phi = identity: E <x^i, x^j>/D = (lambda_0 + r)(1 + sigmaW^2 T/L)^L - r at every width and depth. */
describe('the identity has its exact second moments at any width and depth', () => {
  it.each([
    [1, 1],
    [1, 12],
    [2, 30],
    [7, 12],
    [50, 3],
  ])('width %i, depth %i', (narrow, depth) => {
    const [sigmaW, sigmaB, T] = [0.8, 0.6, 0.5];
    const ratio = (sigmaB / sigmaW) ** 2;
    const growth = (1 + (sigmaW ** 2 * T) / depth) ** depth;
    for (const count of [1, 2, 3]) {
      const initial = generalInputs(count, narrow);
      const settings = { initial, activation: identity, depth, sigmaW, sigmaB, T };
      const average = (x: Float64Array, y: Float64Array) =>
        x.reduce((sum, value, d) => sum + value * y[d], 0) / narrow;
      // Growth by these parts of what weights and biases that inputs share give their covariances.
      const [expected, wrong] = [1, 0.9].map((shared) => ({
        m: initial.map((x) => average(x, copiedInput(1, narrow))),
        lambda: initial.flatMap((x, i) =>
          initial.map((y, j) => {
            const start = average(x, y);
            return start + (i === j ? 1 : shared) * (start + ratio) * (growth - 1);
          }),
        ),
      }));
      const draws = drawsOf(settings);
      const [scores, wrongScores] = zScores(draws, 20_000, [expected, wrong]);
      expect(largest(scores)).toBeLessThan(bound);
      if (count > 1 && narrow === 50) expect(largest(wrongScores)).toBeGreaterThan(bound);
      // With weights, inputs share all but their number.
      if (count < 3 || narrow * depth > 30) continue;
      const direct = directSampler(draws);
      expect(largest(zScores(draws, 10_000, [expected], direct)[0])).toBeLessThan(bound);
    }
  });
});
