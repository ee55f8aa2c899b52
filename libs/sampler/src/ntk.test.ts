import {
  activations,
  copiedInput,
  erf,
  identity,
  relu,
  swish,
  tanh,
  type Activation,
} from '@resdiff/networks';
import { seedKey } from '@resdiff/random';
import { describe, expect, it } from 'vitest';
import { kernelModule } from '../test/kernel-module.ts';
import { onHost } from '../test/networks.ts';
import {
  entries,
  generalStates,
  ntkDrawsOf,
  plainParts,
  type NtkDrawsOf,
} from '../test/ntk-networks.ts';
import { ntkOracle } from '../test/ntk-oracle.ts';
import { ntkSampler, type NtkDraws } from './ntk.ts';

const sampler = (draws: NtkDraws) => ntkSampler(kernelModule, draws);

/** The largest difference of a draw's matrices from those of its f64 oracle, relative to the largest entry of each. */
function oracleError(draws: NtkDraws, index: number): number {
  const found = sampler(draws).draw(index);
  const exact = ntkOracle(draws, index);
  expect(found.divergedAt).toBeUndefined();
  return Math.max(
    ...(['outputs', ...plainParts] as const).map((part) => {
      const scale = Math.max(...exact[part].map(Math.abs), 1e-300);
      return Math.max(...exact[part].map((value, i) => Math.abs(value - found[part][i]))) / scale;
    }),
  );
}

describe('a tangent kernel without weights, against the same algorithm in f64', () => {
  const smooth = activations.filter(({ name }) => name !== 'relu');
  it.each([...smooth, onHost(erf)])('$name', (activation) => {
    for (const [count, width] of [
      [1, 1],
      [1, 30],
      [2, 1],
      [2, 7],
      [2, 8],
      [2, 100],
      [3, 17],
      [5, 40],
      [6, 3],
      [16, 40],
    ]) {
      const initial = generalStates(count, width);
      const draws = ntkDrawsOf({ initial, activation, depth: 12 });
      for (const index of [0, 7]) expect(oracleError(draws, index)).toBeLessThan(3e-5);
    }
  });

  it('relu, but for preactivations that f32 puts on the other side of the kink', () => {
    const initial = generalStates(3, 20);
    const draws = ntkDrawsOf({ initial, activation: relu, depth: 12 });
    for (const index of [0, 7]) expect(oracleError(draws, index)).toBeLessThan(3e-5);
  });

  it.each([
    ['no bias', { sigmaB: 0 }],
    ['no weights', { sigmaW: 0 }],
    ['neither', { sigmaW: 0, sigmaB: 0 }],
    ['a long time', { T: 4 }],
    ['no time', { T: 0 }],
    ['one layer', { depth: 1 }],
    ['large increments', { depth: 2, T: 20 }],
    ['many layers', { depth: 200 }],
    ['another seed', { key: seedKey('0xfedcba9876543210') }],
  ] satisfies [string, Partial<NtkDrawsOf>][])('with %s', (_, settings) => {
    for (const count of [1, 2, 3]) {
      const draws = ntkDrawsOf({ initial: generalStates(count, 20), ...settings });
      expect(oracleError(draws, 3)).toBeLessThan(3e-5);
    }
  });

  it.each([tanh, swish, identity])('copied inputs, whose K has rank 2: $name', (activation) => {
    for (const width of [1, 9, 40]) {
      const initial = [0, 1, -0.5, 2].map((z) => copiedInput(z, width));
      expect(oracleError(ntkDrawsOf({ initial, activation }), 1)).toBeLessThan(3e-5);
      const unbiased = ntkDrawsOf({ initial, activation, sigmaB: 0 });
      expect(oracleError(unbiased, 1)).toBeLessThan(3e-5);
    }
  });

  it('notices another draw', () => {
    const draws = ntkDrawsOf({ initial: generalStates(2, 20) });
    const [found, other] = [entries(sampler(draws).draw(0)), entries(ntkOracle(draws, 1))];
    expect(Math.max(...other.map((value, i) => Math.abs(value - found[i])))).toBeGreaterThan(0.1);
  });
});

describe('inputs that are nearly one', () => {
  it.each([1e-2, 1e-4, 1e-6])('have nearly one kernel at a distance of %d', (apart) => {
    const [x, direction] = generalStates(2, 60);
    const y = x.map((value, d) => value + apart * direction[d]);
    const draws = ntkDrawsOf({ initial: [x, y], depth: 40 });
    const { weights, biases, gradients } = sampler(draws).draw(0);
    const exact = ntkOracle(draws, 0);
    for (const part of plainParts) {
      const [k00, k01, , k11] = { weights, biases, gradients }[part];
      // f32 leaves 1e-7 of each, and of the direction from one input to the other 1e-7 / apart.
      expect(Math.abs(k00 / k11 - 1)).toBeLessThan(20 * apart + 1e-5);
      expect(Math.abs((k01 * k01) / (k00 * k11) - 1)).toBeLessThan(20 * apart ** 2 + 1e-5);
      expect(Math.abs(k00 / exact[part][0] - 1)).toBeLessThan(1e-5 + 1e-7 / apart);
    }
  });

  it.each([tanh, relu, onHost(erf)])('have one kernel if they are one: $name', (activation) => {
    const [x, y] = generalStates(2, 30);
    const draws = ntkDrawsOf({ initial: [x, y, x], activation, depth: 50 });
    const draw = sampler(draws).draw(2);
    for (const part of plainParts) {
      const k = draw[part];
      for (const twin of [2, 6, 8]) expect(Math.abs(k[twin] / k[0] - 1)).toBeLessThan(1e-5);
      for (const other of [3, 5, 7]) expect(Math.abs(k[other] - k[1])).toBeLessThan(1e-5 * k[0]);
    }
  });
});

describe('a draw', () => {
  it.each([1, 2, 5])('depends on its index only, %i inputs', (count) => {
    const draws = ntkDrawsOf({ initial: generalStates(count, 20) });
    const inOrder = sampler(draws);
    const forwards = [0, 1, 2, 3].map((index) => inOrder.draw(index));
    const reversed = sampler(draws);
    const backwards = [3, 2, 1, 0].map((index) => reversed.draw(index)).toReversed();
    expect(backwards).toEqual(forwards);
    expect(new Set(forwards.map(({ weights }) => weights[0])).size).toBe(4);
  });

  it('differs by seed and by stream', () => {
    const initial = generalStates(2, 20);
    const firsts = [{}, { key: seedKey(21) }, { key: seedKey(31n + 2n ** 32n) }, { stream: 7 }].map(
      (settings) => sampler(ntkDrawsOf({ initial, ...settings })).draw(0).weights[0],
    );
    expect(new Set(firsts).size).toBe(4);
  });

  it('has symmetric, positive semi-definite matrices', () => {
    const draw = sampler(ntkDrawsOf({ initial: generalStates(3, 20) })).draw(0);
    for (const part of plainParts) {
      const k = draw[part];
      for (const [i, j] of [
        [0, 1],
        [0, 2],
        [1, 2],
      ]) {
        expect(k[3 * i + j]).toBe(k[3 * j + i]);
        expect(k[3 * i + j] ** 2).toBeLessThanOrEqual(k[4 * i] * k[4 * j]);
      }
    }
  });

  it('is not disturbed by the draws before it', () => {
    const source = sampler(ntkDrawsOf({ initial: generalStates(2, 20) }));
    const first = source.draw(0);
    for (let index = 1; index < 50; index++) source.draw(index);
    expect(source.draw(0)).toEqual(first);
  });
});

describe('divergence', () => {
  it.each<[string, Partial<NtkDrawsOf>]>([
    ['states', { activation: identity, T: 1e6, depth: 500 }],
    ['states that grow in a few layers', { activation: swish, T: 1e8, depth: 20 }],
    ['gradients of states that stay', { activation: tanhOfSlope(1e25), depth: 30, sigmaB: 1e-3 }],
  ])('is declared with NaN throughout: %s', (_, settings) => {
    for (const count of [1, 2, 3]) {
      const draw = sampler(ntkDrawsOf({ initial: generalStates(count, 10), ...settings })).draw(0);
      expect(draw.divergedAt).toBeGreaterThan(0);
      expect(entries(draw).every(Number.isNaN)).toBe(true);
    }
  });

  it.each([...activations, onHost(erf)])('is never hidden by $name', (activation) => {
    for (const count of [1, 2, 3]) {
      for (const lost of [NaN, Infinity, 1e39]) {
        const initial = generalStates(count, 10);
        initial[count - 1][4] = lost;
        const draw = sampler(ntkDrawsOf({ initial, activation })).draw(0);
        expect(draw.divergedAt).toBe(1);
        expect(entries(draw).every(Number.isNaN)).toBe(true);
      }
    }
  });
});

/** Bounded, with so steep a slope that gradients overflow. */
function tanhOfSlope(slope: number): Activation {
  return {
    ...tanh,
    name: 'steep',
    phi: (x) => Math.tanh(x),
    dphi: () => slope,
  };
}

describe('what is refused', () => {
  const initial = generalStates(2, 20);
  it.each<[string, Partial<NtkDrawsOf>, string]>([
    ['no inputs', { initial: [] }, 'the number of inputs must be a whole number'],
    ['a width of 0', { width: 0 }, 'width must be a whole number from 1'],
    ['a width of another input', { width: 19 }, 'input 0 has 20 coordinates; it must have 19'],
    ['a depth of 0', { depth: 0 }, 'depth must be a whole number'],
    [
      'a depth of 2.5',
      { depth: 2.5 },
      'depth must be a whole number from 1 to 1073741824, not 2.5',
    ],
    ['a negative T', { T: -1 }, 'T must be finite and not negative, not -1'],
    ['sigmaW = NaN', { sigmaW: NaN }, 'sigmaW must be finite'],
    ['more layers than memory holds', { depth: 1e7 }, 'it must take at most 2147483648'],
  ])('%s', (_, settings, message) => {
    const draws = { ...ntkDrawsOf({ initial }), ...(settings.initial && { initial: [] }) };
    const network = { ...draws.network, ...settings };
    expect(() => sampler({ ...draws, network })).toThrow(RangeError);
    expect(() => sampler({ ...draws, network })).toThrow(message);
  });
});
