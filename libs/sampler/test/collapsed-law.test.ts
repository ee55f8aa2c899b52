import { copiedInput, erf, gelu, identity, relu, sin, swish, tanh } from '@resdiff/networks';
import { normals, streams } from '@resdiff/random';
import { describe, expect, it } from 'vitest';
import { collapsedSampler, usesPair } from '../src/collapsed.ts';
import { directSampler } from '../src/direct.ts';
import type { NetworkDraws, Sampler } from '../src/sampler.ts';
import { moved, pivotedFactor, preactivationCovariance } from './collapsed-oracle.ts';
import { kernelModule } from './kernel-module.ts';
import { sample, smallestPValue } from './law-comparison.ts';
import { drawsOf, generalInputs, onHost, type DrawsOf } from './networks.ts';

// A layer of width 3 takes the first 16 normals whole, one of width 5 the first 32.
const settings: Record<string, DrawsOf> = {
  'two inputs': { initial: generalInputs(2, 5), depth: 6 },
  'two copied inputs': { initial: [copiedInput(0, 3), copiedInput(1, 3)], depth: 10 },
  'one input': { initial: generalInputs(1, 5), depth: 6 },
  'three inputs': { initial: generalInputs(3, 5), depth: 6 },
  'more inputs than coordinates': { initial: generalInputs(5, 2), depth: 5 },
  'width 1, two inputs': { initial: [copiedInput(1, 1), copiedInput(-0.5, 1)], depth: 8 },
  'width 1, three inputs': { initial: generalInputs(3, 1), depth: 8 },
  'depth 1, two inputs': { initial: generalInputs(2, 6), depth: 1, T: 3 },
  'depth 1, four inputs': { initial: generalInputs(4, 6), depth: 1, T: 3 },
  'a wider network': { initial: generalInputs(2, 9), depth: 4 },
  swish: { initial: generalInputs(2, 3), depth: 8, activation: swish, sigmaB: 0.5 },
  'swish, three inputs': { initial: generalInputs(3, 3), depth: 8, activation: swish },
  relu: { initial: generalInputs(2, 3), depth: 8, activation: relu, T: 0.5 },
  'relu, three inputs': { initial: generalInputs(3, 3), depth: 8, activation: relu, T: 0.5 },
  identity: { initial: generalInputs(2, 6), depth: 6, activation: identity, T: 0.5 },
  'identity, one input': { initial: generalInputs(1, 6), depth: 6, activation: identity, T: 0.5 },
  erf: { initial: generalInputs(2, 3), depth: 8, activation: erf },
  'tanh on the host, three inputs': {
    initial: generalInputs(3, 3),
    depth: 8,
    activation: onHost(tanh),
  },
  'gelu, three inputs': { initial: generalInputs(3, 3), depth: 8, activation: gelu },
  sin: { initial: generalInputs(2, 3), depth: 8, activation: sin },
  'tanh, Euler': { initial: generalInputs(2, 3), depth: 8, increment: 'euler' },
  'swish, Euler': {
    initial: generalInputs(2, 3),
    depth: 8,
    activation: swish,
    increment: 'euler',
  },
  'swish, Euler, three inputs': {
    initial: generalInputs(3, 3),
    depth: 8,
    activation: swish,
    increment: 'euler',
  },
  'a repeated input': { initial: [1, 2, 1].map((i) => generalInputs(3, 3)[i]), depth: 6 },
  'an input twice': { initial: [1, 1].map((i) => generalInputs(2, 3)[i]), depth: 6 },
  'two inputs that are close': { initial: [copiedInput(1, 3), copiedInput(1.05, 3)], depth: 6 },
  'no bias': { initial: generalInputs(2, 3), depth: 6, sigmaB: 0 },
  'no bias, parallel inputs': {
    initial: [copiedInput(1, 3), copiedInput(2, 3)],
    depth: 6,
    sigmaB: 0,
  },
  'no bias, a zero input': { initial: [copiedInput(0, 3), copiedInput(2, 3)], depth: 6, sigmaB: 0 },
  'no weights': { initial: generalInputs(2, 3), depth: 6, sigmaW: 0 },
  'no weights, three inputs': { initial: generalInputs(3, 3), depth: 6, sigmaW: 0 },
  neither: { initial: generalInputs(2, 3), depth: 6, sigmaW: 0, sigmaB: 0 },
};

const directDraws = 8_000;
const collapsedDraws = 24_000;

/**
 * Every p-value above 1e-7: some 620 of them (seven statistics, three tests, 30 networks), so the
 * whole family raises a false alarm at 6e-5.
 */
describe('collapsed draws have the law of the direct ones', () => {
  it.each(Object.entries(settings))('%s', (_, setting) => {
    const draws = drawsOf(setting);
    const stream = setting.increment === 'euler' ? streams.sdeDirect : streams.resnetDirect;
    const direct = sample(directSampler({ ...draws, stream }), draws, directDraws);
    const collapsed = sample(collapsedSampler(kernelModule, draws), draws, collapsedDraws);
    expect(smallestPValue(collapsed, direct)).toBeGreaterThan(1e-7);
  });
});

describe('the path for two inputs has the law of the other', () => {
  it.each([
    ['well apart', [0, 1], {}],
    ['just far enough apart', [1, 1.1112], {}],
    ['where they grow nearly proportional', [0, 1], { activation: relu, depth: 100, sigmaB: 0.5 }],
  ] satisfies [string, number[], Partial<DrawsOf>][])('%s: p > 1e-7', (_, z, setting) => {
    const width = 40;
    const two = z.map((value) => copiedInput(value, width));
    const draws = drawsOf({ depth: 20, ...setting, initial: two });
    expect(usesPair(two)).toBe(true);
    // A third input leaves the law of the others as it is, and its place is the middle one.
    const three = drawsOf({
      depth: 20,
      ...setting,
      initial: [two[0], copiedInput(0.3, width), two[1]],
    });
    const pair = sample(collapsedSampler(kernelModule, draws), draws, 8000);
    const many = sample(
      collapsedSampler(kernelModule, { ...three, stream: streams.limit }),
      three,
      8000,
    );
    expect(smallestPValue(pair, many)).toBeGreaterThan(1e-7);
  });
});

describe('the comparison of laws notices', () => {
  const draws = drawsOf({ initial: generalInputs(2, 5), depth: 6 });
  const collapsed = sample(collapsedSampler(kernelModule, draws), draws, collapsedDraws);

  it('a Gram matrix that is averaged over a batch of draws', () => {
    const averaged = sample(averagedSampler(draws, directDraws), draws, directDraws);
    expect(smallestPValue(collapsed, averaged)).toBeLessThan(1e-15);
  });

  it('a sigmaB of 1.25', () => {
    const wrong = drawsOf({ initial: draws.initial, depth: 6, sigmaB: 1.25 });
    const stream = streams.resnetDirect;
    const direct = sample(directSampler({ ...wrong, stream }), wrong, directDraws);
    expect(smallestPValue(collapsed, direct)).toBeLessThan(1e-15);
  });

  it('inputs that do not share their weights', () => {
    const [first, second] = draws.initial.map((x, i) =>
      directSampler({ ...draws, initial: [x], stream: 10 + i }),
    );
    const apart: Sampler = {
      draw: (index) => ({
        states: Float32Array.from([...first.draw(index).states, ...second.draw(index).states]),
      }),
    };
    expect(smallestPValue(collapsed, sample(apart, draws, directDraws))).toBeLessThan(1e-30);
  });
});

/** The collapsed recursion with one covariance for all draws: the mean of theirs. Not the network. */
function averagedSampler(draws: NetworkDraws, batch: number): Sampler {
  const { network, initial, key } = draws;
  const { width, depth } = network;
  let states = Array.from({ length: batch }, () => initial.map((x) => [...x]));
  for (let layer = 0; layer < depth; layer++) {
    const covariances = states.map((x) => preactivationCovariance(draws, x));
    const covariance = initial.map((_, i) =>
      initial.map((_, j) => covariances.reduce((sum, k) => sum + k[i][j], 0) / batch),
    );
    const factor = pivotedFactor(covariance, 1e-14);
    states = states.map((x, draw) => {
      const z = normals({ key, stream: 20, draw, layer }, initial.length * width);
      const h = factor.map((row) =>
        Array.from({ length: width }, (_, d) =>
          row.reduce((sum, r, k) => sum + r * z[k * width + d], 0),
        ),
      );
      return moved(draws, x, covariance, h);
    });
  }
  return { draw: (index) => ({ states: Float32Array.from(states[index].flat()) }) };
}
