import {
  copiedInput,
  activations,
  erf,
  identity,
  relu,
  sigmoidCentred,
  swish,
  tanh,
  type Activation,
} from '@resdiff/networks';
import { seedKey } from '@resdiff/random';
import { describe, expect, it } from 'vitest';
import { collapsedOracle, manyPath, pairPath } from '../test/collapsed-oracle.ts';
import { kernelModule } from '../test/kernel-module.ts';
import { drawsOf, generalInputs, onHost, type DrawsOf } from '../test/networks.ts';
import { collapsedSampler, usesPair } from './collapsed.ts';
import type { Increment, NetworkDraws } from './sampler.ts';

const sampler = (draws: NetworkDraws) => collapsedSampler(kernelModule, draws);

/** The largest difference of a draw from its f64 oracle, relative to the largest state. */
function oracleError(draws: NetworkDraws, index: number): number {
  const path = usesPair(draws.initial) ? pairPath : manyPath;
  const found = sampler(draws).draw(index);
  const expected = collapsedOracle(draws, path, index);
  expect(found.divergedAt).toBe(expected.divergedAt);
  const exact = expected.states.map((x) => x.slice(0, draws.keep)).flat();
  const scale = Math.max(...exact.map(Math.abs));
  return Math.max(...exact.map((x, i) => Math.abs(x - found.states[i]))) / scale;
}

describe('a collapsed draw, against the same recursion in f64', () => {
  const moves: [Activation, Increment][] = [
    ...[...activations, onHost(erf)].map((activation): [Activation, Increment] => [
      activation,
      'recursion',
    ]),
    [tanh, 'euler'],
    [swish, 'euler'],
  ];
  const cases = moves.map(
    ([activation, increment]) =>
      [`${activation.name}, ${increment}`, activation, increment] as const,
  );

  it.each(cases)('%s: two inputs', (_, activation, increment) => {
    for (const width of [1, 3, 16, 17, 100]) {
      const initial = [copiedInput(0.5, width), copiedInput(-1, width)];
      const draws = drawsOf({ initial, activation, increment, depth: 30 });
      expect(usesPair(initial)).toBe(true);
      for (const index of [0, 7]) expect(oracleError(draws, index)).toBeLessThan(3e-6);
    }
  });

  it.each(cases)('%s: any other number of inputs', (_, activation, increment) => {
    for (const [count, width] of [
      [1, 1],
      [1, 100],
      [3, 100],
      [5, 17],
      [6, 3],
      [9, 40],
    ]) {
      const initial = generalInputs(count, width);
      const draws = drawsOf({ initial, activation, increment, depth: 30 });
      for (const index of [0, 7]) expect(oracleError(draws, index)).toBeLessThan(3e-6);
    }
  });

  it.each([
    ['no bias', { sigmaB: 0 }],
    ['no weights', { sigmaW: 0 }],
    ['neither', { sigmaW: 0, sigmaB: 0 }],
    ['a long time', { T: 4 }],
    ['no time', { T: 0 }],
    ['one layer', { depth: 1 }],
    ['large increments, where tanh is not short', { depth: 2, T: 20 }],
    ['another seed', { key: seedKey('0xfedcba9876543210') }],
  ] satisfies [string, Partial<DrawsOf>][])('with %s', (_, settings) => {
    for (const count of [1, 2, 3]) {
      const draws = drawsOf({ initial: generalInputs(count, 20), ...settings });
      expect(oracleError(draws, 3)).toBeLessThan(3e-6);
    }
  });

  it.each([tanh, swish])('$name: preactivations at every number of deviations', (activation) => {
    const width = 3000;
    // Standard deviations of 0.08, 0.16, ... take in where the short form ends.
    for (let step = 1; step <= 8; step++) {
      for (const count of [1, 2]) {
        const initial = [0.01, -0.01].slice(0, count).map((z) => copiedInput(z, width));
        const settings = { activation, depth: 1, sigmaB: 0.08 * step };
        const draws = drawsOf({ initial, ...settings });
        expect(oracleError(draws, step)).toBeLessThan(6e-7);
      }
    }
  });

  it('notices another draw', () => {
    const draws = drawsOf({ initial: generalInputs(2, 20) });
    const other = collapsedOracle(draws, pairPath, 1).states.flat();
    const found = sampler(draws).draw(0).states;
    expect(Math.max(...other.map((x, i) => Math.abs(x - found[i])))).toBeGreaterThan(0.1);
  });
});

describe('inputs that are nearly one', () => {
  it.each([
    [0.049, true],
    [0.048, false],
    [1e-3, false],
    [1e-6, false],
  ])('are told apart at a distance of %d, on the path for two: %s', (apart, pair) => {
    const [x, direction] = generalInputs(2, 60);
    const y = x.map((value, d) => (1 + 2 * apart) * value + apart * direction[d]);
    const draws = drawsOf({ initial: [x, y], depth: 40 });
    expect(usesPair(draws.initial)).toBe(pair);
    const exact = collapsedOracle(draws, pair ? pairPath : manyPath, 0).states;
    const found = sampler(draws).draw(0).states;
    for (let d = 0; d < 60; d++) {
      const difference = found[60 + d] - found[d] - (exact[1][d] - exact[0][d]);
      expect(Math.abs(difference)).toBeLessThan(4e-6);
    }
  });

  it('take the path for two only if they are apart by a tenth of the larger', () => {
    const x = copiedInput(1, 9);
    expect(usesPair([x, copiedInput(1.2, 9)])).toBe(true);
    expect(usesPair([copiedInput(1.2, 9), x])).toBe(true);
    expect(usesPair([x, copiedInput(1.1, 9)])).toBe(false);
    expect(usesPair([x, x])).toBe(false);
    expect(usesPair([x, copiedInput(0, 9)])).toBe(true);
    expect(usesPair([copiedInput(0, 9), copiedInput(0, 9)])).toBe(false);
    expect(usesPair([x])).toBe(false);
    expect(usesPair([x, copiedInput(2, 9), copiedInput(3, 9)])).toBe(false);
  });

  it.each([
    ['tanh', tanh],
    ['relu', relu],
    ['erf', erf],
    ['erf on the host', onHost(erf)],
  ])('have one output if they are one: %s', (_, activation) => {
    const [x, y] = generalInputs(2, 30);
    for (const initial of [
      [x, x],
      [x, y, x],
      [x, y, y, x],
    ]) {
      const { states } = sampler(drawsOf({ initial, activation, depth: 50 })).draw(2);
      const twin = initial.lastIndexOf(x);
      for (let d = 0; d < 30; d++) {
        expect(Math.abs(states[d] - states[twin * 30 + d])).toBeLessThan(1e-5);
      }
    }
  });

  it('stay linearly dependent under the identity without bias', () => {
    const [x, y] = generalInputs(2, 50);
    const sum = x.map((value, d) => value + y[d]);
    const linear = { activation: identity, sigmaB: 0, depth: 50 };
    const three = sampler(drawsOf({ initial: [x, y, sum], ...linear })).draw(0).states;
    for (let d = 0; d < 50; d++) {
      expect(Math.abs(three[100 + d] - three[d] - three[50 + d])).toBeLessThan(2e-5);
    }
    for (const factor of [-3, -0.7, 0.1, 0.8, 1.3, 2.1, 3]) {
      const initial = [x, x.map((value) => factor * value)];
      expect(usesPair(initial)).toBe(true);
      const two = sampler(drawsOf({ initial, ...linear })).draw(0).states;
      for (let d = 0; d < 50; d++) {
        expect(Math.abs(two[50 + d] - factor * two[d])).toBeLessThan(2e-5);
      }
    }
  });

  it('may be exactly parallel, whichever way their covariance rounds', () => {
    for (let step = 1; step <= 40; step++) {
      const initial = [copiedInput(0.1 * step, 9), copiedInput(0.17 * step, 9)];
      const draw = sampler(drawsOf({ initial, sigmaB: 0 })).draw(step);
      expect(draw.divergedAt).toBeUndefined();
    }
  });

  it('keep their distance under a common bias, however large', () => {
    const width = 400;
    const initial = [copiedInput(0, width), copiedInput(1, width)];
    const draws = drawsOf({ initial, activation: identity, sigmaB: 1e4, depth: 20 });
    const small = drawsOf({ initial, activation: identity, sigmaB: 1, depth: 20 });
    expect(usesPair(initial)).toBe(true);
    const distance = ({ states }: { states: Float32Array }) =>
      states.subarray(0, width).reduce((sum, x, d) => sum + (states[width + d] - x) ** 2, 0) /
      width;
    // E = (1 + T/L)^L = 2.65; a draw's own standard deviation is 0.19.
    expect(Math.abs(distance(sampler(draws).draw(0)) - 2.65)).toBeLessThan(1);
    expect(Math.abs(distance(sampler(small).draw(0)) - 2.65)).toBeLessThan(1);
  });

  it('may differ in scale without bound', () => {
    const [x, y, z] = generalInputs(3, 50);
    const linear = { activation: identity, sigmaB: 0 };
    const initial = [x, y.map((value) => 1e-9 * value), z];
    expect(oracleError(drawsOf({ initial, ...linear }), 0)).toBeLessThan(3e-6);
    const { states } = sampler(drawsOf({ initial, ...linear })).draw(0);
    const growth = states.slice(50, 100).map((value, d) => value - initial[1][d]);
    expect(Math.max(...growth.map(Math.abs))).toBeGreaterThan(1e-9);
  });
});

describe('a draw', () => {
  it.each([1, 2, 4])('depends on its index only, %i inputs', (count) => {
    const draws = drawsOf({ initial: generalInputs(count, 20) });
    const inOrder = sampler(draws);
    const forwards = [0, 1, 2, 3].map((index) => inOrder.draw(index).states);
    const reversed = sampler(draws);
    const backwards = [3, 2, 1, 0].map((index) => reversed.draw(index).states).toReversed();
    expect(backwards).toEqual(forwards);
    expect(reversed.draw(1).states).toEqual(forwards[1]);
    expect(sampler(draws).draw(3).states).toEqual(forwards[3]);
    expect(new Set(forwards.map((states) => states[0])).size).toBe(4);
  });

  it('is not disturbed by a sampler of another seed, nor by one that diverges', () => {
    const initial = generalInputs(2, 20);
    const one = sampler(drawsOf({ initial }));
    const alone = one.draw(5).states;
    sampler(drawsOf({ initial, key: seedKey(21) })).draw(5);
    expect(one.draw(5).states).toEqual(alone);
    const diverging = sampler(drawsOf({ initial, activation: identity, T: 1e6, depth: 100 }));
    expect(diverging.draw(0)).toEqual(diverging.draw(0));
  });

  it.each([1, 2, 4])('keeps a prefix of its coordinates, %i inputs', (count) => {
    const width = 21;
    const initial = generalInputs(count, width);
    const all = sampler(drawsOf({ initial })).draw(4).states;
    for (const keep of [1, 4, 5, 20]) {
      const { states } = sampler(drawsOf({ initial, keep })).draw(4);
      expect(states.length).toBe(count * keep);
      for (let input = 0; input < count; input++) {
        expect(states.slice(input * keep, (input + 1) * keep)).toEqual(
          all.slice(input * width, input * width + keep),
        );
      }
    }
  });

  it('differs by seed and by stream', () => {
    const initial = generalInputs(2, 20);
    const firsts = [{}, { key: seedKey(21) }, { key: seedKey(20n + 2n ** 32n) }, { stream: 7 }].map(
      (settings) => sampler(drawsOf({ initial, ...settings })).draw(0).states[0],
    );
    expect(new Set(firsts).size).toBe(4);
  });

  it('does not touch the initial states it was given', () => {
    const initial = generalInputs(3, 10);
    const copy = initial.map((x) => x.slice());
    sampler(drawsOf({ initial })).draw(0);
    expect(initial).toEqual(copy);
  });
});

describe('divergence', () => {
  const exploding: [string, Partial<DrawsOf>][] = [
    [
      'swish beyond its explosion time',
      { activation: swish, increment: 'euler', T: 20, depth: 500 },
    ],
    ['swish, recursion, in a few layers', { activation: swish, T: 1e8, depth: 20 }],
    ['identity, T = 1e6', { activation: identity, T: 1e6, depth: 500 }],
    ['relu, T = 1e6', { activation: relu, T: 1e6, depth: 500 }],
  ];

  it.each(exploding)('is found in the layer in which f64 leaves f32: %s', (_, settings) => {
    for (const count of [1, 2, 3]) {
      const initial = [1, -2, 0.5].slice(0, count).map((z) => copiedInput(z, 20));
      const draws = drawsOf({ initial, ...settings });
      const path = usesPair(initial) ? pairPath : manyPath;
      for (const index of [0, 1]) {
        const { states, divergedAt } = sampler(draws).draw(index);
        const exact = collapsedOracle(draws, path, index).divergedAt!;
        expect(exact).toBeGreaterThan(1);
        expect(Math.abs(divergedAt! - exact)).toBeLessThanOrEqual(1);
        expect(states.length).toBe(20 * count);
        expect(states.every(Number.isNaN)).toBe(true);
      }
    }
  });

  it('may come with the last layer', () => {
    const settings = { activation: identity, initial: [copiedInput(1, 20)] };
    const last = sampler(drawsOf({ ...settings, T: 1e6, depth: 500 })).draw(0).divergedAt!;
    const short = { ...settings, T: (1e6 / 500) * last, depth: last };
    expect(sampler(drawsOf(short)).draw(0).divergedAt).toBe(last);
    const shorter = { ...settings, T: (1e6 / 500) * (last - 1), depth: last - 1 };
    const survivor = sampler(drawsOf(shorter)).draw(0);
    expect(survivor.divergedAt).toBeUndefined();
    expect(survivor.states.every(Number.isFinite)).toBe(true);
  });

  it.each([...activations, onHost(erf)])(
    'is never hidden by $name: states that are NaN, or numbers too large for f32',
    (activation) => {
      for (const count of [1, 2, 3]) {
        for (const lost of [NaN, Infinity, 1e39]) {
          const initial = generalInputs(count, 20);
          initial[count - 1][13] = lost;
          const { states, divergedAt } = sampler(drawsOf({ initial, activation })).draw(0);
          expect(divergedAt).toBe(1);
          expect(states.every(Number.isNaN)).toBe(true);
        }
      }
    },
  );

  it.each([tanh, sigmoidCentred, erf, onHost(erf)])(
    'is declared where preactivations overflow into NaN, or the signs of $name are right',
    (activation) => {
      for (const count of [1, 2, 3]) {
        for (const sigmaW of [1e38, 1e39, 1e160]) {
          const initial = generalInputs(count, 20);
          const draws = drawsOf({ initial, activation, sigmaW, depth: 1 });
          const { states, divergedAt } = sampler(draws).draw(0);
          if (divergedAt !== undefined) continue;
          const path = usesPair(initial) ? pairPath : manyPath;
          const exact = collapsedOracle(draws, path, 0).states.flat();
          exact.forEach((x, i) => expect(states[i]).toBeCloseTo(x, 5));
        }
      }
    },
  );
});

describe('what is refused', () => {
  const initial = generalInputs(2, 20);
  it.each<[string, Partial<DrawsOf>, string]>([
    ['a width of 0', { initial: [new Float64Array(0)], width: 0 }, 'width must be a whole number'],
    ['a width of 1.5', { width: 1.5 }, 'width must be a whole number from 1 to 16777216, not 1.5'],
    ['a depth of 0', { depth: 0 }, 'depth must be a whole number'],
    ['a depth of NaN', { depth: NaN }, 'depth must be a whole number'],
    ['keeping none', { keep: 0 }, 'keep must be a whole number from 1 to 20, not 0'],
    ['keeping more than there are', { keep: 21 }, 'keep must be a whole number from 1 to 20'],
    ['no inputs', { initial: [], width: 20 }, 'the number of inputs must be a whole number'],
    [
      'an input of another width',
      { width: 19, keep: 1 },
      'input 0 has 20 coordinates, but the width is 19',
    ],
    ['one such input', { initial: [initial[0], new Float64Array(3)] }, 'input 1 has 3 coordinates'],
    ['a negative T', { T: -1 }, 'T must be finite and not negative, not -1'],
    ['an infinite sigmaW', { sigmaW: Infinity }, 'sigmaW must be finite'],
    ['sigmaB = NaN', { sigmaB: NaN }, 'sigmaB must be finite'],
    [
      'more numbers than the memory of the kernel holds',
      { initial: Array.from({ length: 129 }, () => new Float64Array(0)), width: 2 ** 20, keep: 1 },
      'inputs x width must be a whole number from 1 to 134217728',
    ],
  ])('%s', (_, settings, message) => {
    const draws = drawsOf({ initial, ...settings });
    expect(() => sampler(draws)).toThrow(RangeError);
    expect(() => sampler(draws)).toThrow(message);
  });
});
