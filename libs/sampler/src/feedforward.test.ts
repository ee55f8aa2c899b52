import {
  copiedInput,
  erf,
  identity,
  relu,
  sin,
  swish,
  tanh,
  type Activation,
} from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import { describe, expect, it } from 'vitest';
import { featureOracle } from '../test/collapsed-oracle.ts';
import { kernelModule } from '../test/kernel-module.ts';
import { sample, smallestPValue } from '../test/law-comparison.ts';
import { generalInputs, onHost } from '../test/networks.ts';
import { zScore } from '../test/statistics.ts';
import type { FeedforwardNetwork } from './feedforward-network.ts';
import { directFeedforwardSampler, feedforwardSampler } from './feedforward.ts';
import type { FeedforwardDraws } from './sampler.ts';

const edges: Record<string, Pick<FeedforwardNetwork, 'activation' | 'sigmaW' | 'sigmaB'>> = {
  tanh: { activation: tanh, sigmaW: 1.30414584, sigmaB: 0.2 },
  relu: { activation: relu, sigmaW: Math.SQRT2, sigmaB: 0 },
};

function drawsOf(
  initial: readonly Float64Array[],
  network: Partial<FeedforwardNetwork> = {},
): FeedforwardDraws {
  const width = initial[0].length;
  return {
    network: { width, depth: 6, ...edges.tanh, ...network },
    increment: 'feedforward',
    initial,
    key: seedKey(4),
    stream: streams.feedforward,
    keep: width,
  };
}

const direct = (draws: FeedforwardDraws) =>
  directFeedforwardSampler({ ...draws, stream: streams.feedforwardDirect });

describe('a collapsed feedforward draw', () => {
  it.each([tanh, relu, swish, identity, sin, erf, onHost(tanh)])(
    'is that of the same recursion in f64: $name',
    (activation: Activation) => {
      for (const [count, width, depth] of [
        [1, 1, 1],
        [2, 30, 8],
        [3, 17, 1],
        [9, 40, 12],
        [6, 3, 5],
      ]) {
        const draws = drawsOf(generalInputs(count, width), { activation, depth });
        const exact = featureOracle(draws, 5).flat();
        const { states } = feedforwardSampler(kernelModule, draws).draw(5);
        const scale = Math.max(...exact.map(Math.abs));
        // f32 features: an ill-conditioned factor enlarges their roundings.
        const bound = count > width ? 1e-4 : 2e-5;
        exact.forEach((x, i) => expect(Math.abs(x - states[i]) / scale).toBeLessThan(bound));
      }
    },
  );

  it.each(Object.entries(edges))('has the law of the direct one: %s', (_, edge) => {
    // Twelve comparisons of 21 p-values, each above 1e-7: a false alarm at 3e-5. A sigmaW a quarter too
    // large has 1e-18 and less.
    // Of ReLU networks of width 1, all but one in 2^depth are 0.
    for (const [initial, depth] of [
      [generalInputs(2, 5), 6],
      [generalInputs(1, 4), 6],
      [generalInputs(4, 3), 6],
      [[copiedInput(1, 1), copiedInput(-0.5, 1)], 2],
      [[copiedInput(1, 4), copiedInput(1 + 1e-6, 4)], 6],
    ] as const) {
      const draws = drawsOf(initial, { ...edge, depth });
      const found = sample(feedforwardSampler(kernelModule, draws), draws, 12_000);
      const exact = sample(direct(draws), draws, 4000);
      expect(smallestPValue(found, exact)).toBeGreaterThan(1e-7);
      const larger = drawsOf(initial, { ...edge, depth, sigmaW: 1.25 * edge.sigmaW });
      const wrong = sample(feedforwardSampler(kernelModule, larger), draws, 4000);
      expect(smallestPValue(wrong, exact)).toBeLessThan(1e-9);
    }
    const one = drawsOf(generalInputs(2, 5), { ...edge, depth: 1 });
    const found = sample(feedforwardSampler(kernelModule, one), one, 12_000);
    expect(smallestPValue(found, sample(direct(one), one, 4000))).toBeGreaterThan(1e-7);
  });

  it('differs from a network that applies phi to its inputs, or has another sigmaW', () => {
    const draws = drawsOf(generalInputs(2, 5).map((x) => x.map((value) => 3 * value)));
    const found = sample(feedforwardSampler(kernelModule, draws), draws, 12_000);
    const activated = { ...draws, initial: draws.initial.map((x) => x.map(Math.tanh)) };
    const wider = { ...draws, network: { ...draws.network, sigmaW: 1.8 } };
    for (const wrong of [activated, wider]) {
      expect(smallestPValue(found, sample(direct(wrong), wrong, 4000))).toBeLessThan(1e-15);
    }
  });

  it('keeps the second moment of ReLU networks at their edge of chaos, in the mean', () => {
    // E |x_L|^2 = sigmaW^2 |x_0|^2 (sigmaW^2 / 2)^(L - 1) = 2 |x_0|^2 at every width.
    const width = 30;
    const draws = drawsOf([copiedInput(1, width)], { ...edges.relu, depth: 20 });
    const sampler = feedforwardSampler(kernelModule, draws);
    const squares = Float64Array.from({ length: 20_000 }, (_, index) =>
      sampler.draw(index).states.reduce((sum, x) => sum + (x * x) / width, 0),
    );
    // Beyond 4.5 standard errors once in 150,000 seeds.
    expect(Math.abs(zScore(squares, 2))).toBeLessThan(4.5);
    expect(Math.abs(zScore(squares, 2.4))).toBeGreaterThan(4.5);
  });

  it('is homogeneous where phi is: ReLU without bias', () => {
    const width = 50;
    const z = [-2, -1, 0, 0.5, 1, 2];
    const draws = drawsOf(
      z.map((value) => copiedInput(value, width)),
      { ...edges.relu, depth: 50 },
    );
    const { states } = feedforwardSampler(kernelModule, draws).draw(0);
    const at = (input: number, d: number) => states[input * width + d];
    for (let d = 0; d < width; d++) {
      expect(at(2, d)).toBe(0);
      expect(Math.abs(at(5, d) - 2 * at(4, d))).toBeLessThan(1e-4);
      expect(Math.abs(at(5, d) - 4 * at(3, d))).toBeLessThan(1e-4);
      expect(Math.abs(at(0, d) - 2 * at(1, d))).toBeLessThan(1e-4);
    }
  });

  it('says after which layer it was not finite', () => {
    const draws = drawsOf(generalInputs(3, 8), { activation: relu, sigmaW: 1e4, depth: 40 });
    const found = feedforwardSampler(kernelModule, draws).draw(0);
    expect(found.states.every(Number.isNaN)).toBe(true);
    expect(found.divergedAt).toBeGreaterThan(5);
    const layers = Array.from({ length: 50 }, (_, index) => direct(draws).draw(index).divergedAt!);
    expect(found.divergedAt).toBeGreaterThanOrEqual(Math.min(...layers) - 1);
    expect(found.divergedAt).toBeLessThanOrEqual(Math.max(...layers) + 1);
  });

  it('refuses what contradicts itself', () => {
    const draws = drawsOf(generalInputs(2, 5), { width: 4 });
    for (const sampler of [directFeedforwardSampler, feedforwardSampler.bind(null, kernelModule)]) {
      expect(() => sampler({ ...draws, keep: 4 })).toThrow('input 0 has 5 coordinates');
      expect(() => sampler(drawsOf(generalInputs(2, 5), { sigmaW: -1 }))).toThrow(
        'sigmaW must be finite and not negative, not -1',
      );
    }
  });
});
