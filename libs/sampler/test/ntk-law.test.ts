import { copiedInput, gelu, identity, relu, sin, swish, tanh } from '@resdiff/networks';
import { streams } from '@resdiff/random';
import { describe, expect, it } from 'vitest';
import { completedNtkSampler } from '../src/ntk-completed.ts';
import { directCompletedNtkSampler, directNtkSampler } from '../src/ntk-direct.ts';
import {
  ntkSampler,
  type CompletedNtkDraw,
  type NtkDraw,
  type NtkDraws,
  type NtkSampler,
} from '../src/ntk.ts';
import { kernelModule } from './kernel-module.ts';
import { onHost } from './networks.ts';
import {
  completedNtkDrawsOf,
  entries,
  generalStates,
  ntkDrawsOf,
  type NtkDrawsOf,
} from './ntk-networks.ts';
import { ntkOracle, type AlongStates } from './ntk-oracle.ts';
import { ksPValue, zScoreTwoSample } from './statistics.ts';

const directDraws = 2000;
const collapsedDraws = 6000;

/** Every number of a draw, and products that see how outputs and matrices go together. */
function statistics(draw: NtkDraw | CompletedNtkDraw): number[] {
  const { outputs, weights, biases } = draw;
  const last = weights.length - 1;
  return [
    ...entries(draw),
    outputs[0] * outputs[outputs.length - 1],
    outputs[0] ** 2 * weights[last],
    weights[0] * biases[last],
    weights[0] - weights[last],
  ];
}

/** The values of every statistic over draws 0, 1, ... */
function sample(source: NtkSampler<NtkDraw | CompletedNtkDraw>, draws: number): Float64Array[] {
  const rows = Array.from({ length: draws }, (_, index) => statistics(source.draw(index)));
  return rows[0].map((_, s) => Float64Array.from(rows, (row) => row[s]));
}

/** The smallest p-value, of Kolmogorov-Smirnov and of equal means and equal mean squares. */
function smallestPValue(a: Float64Array[], b: Float64Array[]): number {
  return Math.min(
    ...a.map((x, s) => {
      const y = b[s];
      // What one path fixes, the other has to within f32.
      const spread = y.reduce((most, value) => Math.max(most, Math.abs(value - y[0])), 0);
      const scale = 1e-4 * (1 + Math.abs(y[0]));
      if (!(spread > scale)) return x.every((v) => !(Math.abs(v - y[0]) > scale)) ? 1 : 0;
      const squares = [x, y].map((values) => values.map((v) => v * v));
      return Math.min(
        ksPValue(x, y),
        normalPValue(zScoreTwoSample(x, y)),
        normalPValue(zScoreTwoSample(squares[0], squares[1])),
      );
    }),
  );
}

/** Two-sided, by an upper bound: P(|Z| > z) <= exp(-z^2 / 2). */
const normalPValue = (z: number) => Math.exp((-z * z) / 2);

const [x, y, w] = generalStates(3, 3);
const settings: Record<string, NtkDrawsOf> = {
  'one input': { initial: generalStates(1, 3), depth: 5 },
  'two inputs': { initial: [x, y], depth: 5 },
  'two copied inputs': { initial: [copiedInput(0, 3), copiedInput(1, 3)], depth: 4 },
  'three copied inputs': { initial: [0, 1, -2].map((z) => copiedInput(z, 3)), depth: 4 },
  'three inputs': { initial: [x, y, w], depth: 5 },
  'more inputs than coordinates': { initial: generalStates(4, 2), depth: 5 },
  'width 1': { initial: [copiedInput(1, 1), copiedInput(-0.5, 1)], depth: 6 },
  'depth 1': { initial: [x, y], depth: 1, T: 3 },
  'a long time': { initial: [x, y], depth: 4, T: 4 },
  'a wider network': { initial: generalStates(2, 9), depth: 3 },
  swish: { initial: [x, y], depth: 5, activation: swish },
  relu: { initial: [x, y], depth: 5, activation: relu, T: 0.5 },
  identity: { initial: [x, y], depth: 5, activation: identity, T: 0.5 },
  gelu: { initial: [x, y], depth: 5, activation: gelu },
  sin: { initial: [x, y], depth: 5, activation: sin },
  'tanh on the host': { initial: [x, y], depth: 5, activation: onHost(tanh) },
  'a repeated input': { initial: [x, y, x], depth: 5 },
  'inputs that are nearly one': { initial: [x, x.map((v, d) => v + 1e-6 * y[d])], depth: 5 },
  'no bias': { initial: [x, y], depth: 5, sigmaB: 0 },
  'no bias, a zero input': { initial: [x.map(() => 0), y], depth: 5, sigmaB: 0 },
  'no weights': { initial: [x, y], depth: 5, sigmaW: 0 },
};

/**
 * Every p-value above 1e-8: some 1400 of them (18 statistics, three tests, 24 networks), so the whole
 * family raises a false alarm at 2e-5.
 */
describe('tangent kernels without weights have the law of those with them', () => {
  it.each(Object.entries(settings))('%s', (_, setting) => {
    const draws = ntkDrawsOf(setting);
    const direct = sample(directNtkSampler({ ...draws, stream: streams.ntkDirect }), directDraws);
    const collapsed = sample(ntkSampler(kernelModule, draws), collapsedDraws);
    expect(smallestPValue(collapsed, direct)).toBeGreaterThan(1e-8);
  });

  const inputs = generalStates(3, 5);
  it.each([
    ['one input', { inputs: inputs.slice(0, 1) }],
    ['two inputs', { inputs: inputs.slice(0, 2) }],
    ['parallel inputs', { inputs: [inputs[0], inputs[0].map((value) => 2 * value), inputs[1]] }],
  ])('of completed networks: %s', (_, setting) => {
    const draws = completedNtkDrawsOf(setting);
    const stream = streams.ntkDirect;
    const direct = sample(directCompletedNtkSampler({ ...draws, stream }), directDraws);
    const collapsed = sample(completedNtkSampler(kernelModule, draws), collapsedDraws);
    expect(smallestPValue(collapsed, direct)).toBeGreaterThan(1e-8);
  });
});

describe('the comparison of laws notices', () => {
  const draws = ntkDrawsOf({ initial: [0, 1].map((z) => copiedInput(z, 3)), depth: 4, T: 3 });
  const direct = sample(directNtkSampler({ ...draws, stream: streams.ntkDirect }), 3000);
  const ruled = (rule?: AlongStates): NtkSampler => ({
    draw: (index) => ntkOracle(draws, index, rule),
  });

  it('nothing where the rule is right', () => {
    expect(smallestPValue(sample(ruled(), 6000), direct)).toBeGreaterThan(1e-8);
  });

  it('fresh weights on the way back', () => {
    const independent = sample(
      ruled(() => 0),
      10_000,
    );
    expect(smallestPValue(independent, direct)).toBeLessThan(1e-15);
  });

  it('what is fresh, not projected off the states', () => {
    const unprojected = sample(
      ruled((fixed) => fixed),
      6000,
    );
    expect(smallestPValue(unprojected, direct)).toBeLessThan(1e-15);
  });

  it('a sigmaB of 1.25', () => {
    const wrong: NtkDraws = { ...draws, network: { ...draws.network, sigmaB: 1.25 } };
    const collapsed = sample(ntkSampler(kernelModule, wrong), collapsedDraws);
    expect(smallestPValue(collapsed, direct)).toBeLessThan(1e-15);
  });
});
