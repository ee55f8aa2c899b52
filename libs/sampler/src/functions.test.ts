import { copiedInput, identity, relu, swish, tanh } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import { describe, expect, it } from 'vitest';
import { collapsedOracle, manyPath, pivotedFactor } from '../test/collapsed-oracle.ts';
import { kernelModule } from '../test/kernel-module.ts';
import { sample, smallestPValue } from '../test/law-comparison.ts';
import { drawsOf, type DrawsOf } from '../test/networks.ts';
import { recorded, withLastApart } from '../test/recorded-draws.ts';
import { chebyshevPoints, interpolationMatrix } from './chebyshev.ts';
import { collapsedSampler } from './collapsed.ts';
import { directSampler } from './direct.ts';
import { directFeedforwardSampler, feedforwardSampler } from './feedforward.ts';
import { functionSampler, type FunctionDraws } from './functions.ts';
import type { Sampler } from './sampler.ts';

type Settings = Partial<DrawsOf> & Partial<Omit<FunctionDraws, 'network' | 'increment'>>;

function functionDraws(settings: Settings & { width: number }): FunctionDraws {
  const { network, increment, key, stream } = drawsOf({
    initial: [copiedInput(0, settings.width)],
    ...settings,
  });
  const { interval, points, keep, tolerance } = settings;
  const own = { interval, points, keep, tolerance };
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  return { network, increment, key, stream, ...given };
}

const sampler = (settings: Settings & { width: number }) =>
  functionSampler(kernelModule, functionDraws(settings));

/** Three of the points of functions, as draws of three inputs with one coordinate each. */
function atThree(functions: Sampler, rows: readonly number[]): Sampler {
  return {
    draw(index) {
      const { states } = functions.draw(index);
      return { states: Float32Array.from(rows, (row) => states[row]) };
    },
  };
}

/**
 * That functions have this law at three inputs, but neither where the last is a tenth of the interval
 * off nor where it is another draw's (p-values of 1e-35 and less).
 */
function expectLaw(functions: Sampler, rows: readonly number[], exact: Float64Array[]): void {
  const view = { network: { width: 1 }, initial: rows.map(() => new Float64Array(1)) };
  const found = (sampler: Sampler) => smallestPValue(sample(sampler, view, 2999), exact);
  expect(found(atThree(functions, rows))).toBeGreaterThan(1e-7);
  const [first, middle, last] = rows;
  const off = [first, middle, Math.round(last + (middle - first) / 10)];
  expect(found(atThree(functions, off))).toBeLessThan(1e-9);
  expect(found(withLastApart(atThree(functions, rows), 1))).toBeLessThan(1e-9);
}

describe('draws of functions', () => {
  // Eleven comparisons of 21 p-values, each above 1e-7: a false alarm at 3e-5.
  it.each<[string, Settings & { width: number }, string]>([
    ['tanh', { width: 8, depth: 8 }, 'interpolated'],
    ['swish', { width: 8, depth: 8, activation: swish }, 'interpolated'],
    ['swish, Euler', { width: 8, depth: 8, activation: swish, increment: 'euler' }, 'interpolated'],
    ['identity', { width: 5, depth: 5, activation: identity }, 'interpolated'],
    ['relu', { width: 8, depth: 8, activation: relu, T: 0.5, points: 16 }, 'direct'],
    ['width 1', { width: 1, depth: 12, points: 16 }, 'direct'],
    ['depth 1', { width: 6, depth: 1, sigmaW: 2, points: 16 }, 'direct'],
    ['without bias', { width: 6, depth: 6, sigmaB: 0 }, 'interpolated'],
    ['relu without bias', { width: 6, depth: 6, activation: relu, sigmaB: 0 }, 'homogeneous'],
    ['few points', { width: 6, depth: 6, points: 15 }, 'direct'],
  ])('have the law of the direct sampler at three inputs: %s', (_, settings, kind) => {
    const points = settings.points ?? 61;
    const functions = sampler({ ...settings, points });
    expect(functions.method.kind).toBe(kind);
    const rows = [0, points - 1, Math.floor(points / 3)];
    const initial = rows.map((row) => copiedInput(functions.inputs[row], settings.width));
    const draws = drawsOf({ ...settings, initial, keep: 1, stream: streams.resnetDirect });
    const view = { network: { width: 1 }, initial };
    expectLaw(recorded(functions, 3000), rows, sample(directSampler(draws), view, 2000));
  });

  it('of feedforward networks have the law of the direct sampler at three inputs', () => {
    const network = { width: 6, depth: 5, activation: tanh, sigmaW: 1.30414584, sigmaB: 0.2 };
    const seeded = { network, increment: 'feedforward', key: seedKey(3) } as const;
    const points = 91;
    const functions = functionSampler(kernelModule, {
      ...seeded,
      stream: streams.feedforward,
      points,
    });
    const rows = [0, 90, 40];
    const initial = rows.map((row) => copiedInput(functions.inputs[row], 6));
    const stream = streams.feedforwardDirect;
    const direct = directFeedforwardSampler({ ...seeded, initial, keep: 1, stream });
    const view = { network: { width: 1 }, initial };
    expectLaw(recorded(functions, 3000), rows, sample(direct, view, 2000));
  });

  it('are those of the inputs themselves where they are homogeneous', () => {
    const network = { width: 20, depth: 15, activation: relu, sigmaW: Math.SQRT2, sigmaB: 0 };
    const seeded = { network, increment: 'feedforward', key: seedKey(3), stream: 1 } as const;
    const functions = functionSampler(kernelModule, { ...seeded, points: 9 });
    const two = feedforwardSampler(kernelModule, {
      ...seeded,
      initial: [-1, 1].map((z) => copiedInput(z, 20)),
      keep: 1,
    }).draw(4).states;
    functions
      .draw(4)
      .states.forEach((x, i) =>
        expect(x).toBeCloseTo(
          Math.abs(functions.inputs[i]) * two[functions.inputs[i] < 0 ? 0 : 1],
          6,
        ),
      );
  });

  it.each([
    ['tanh, in its polynomials', tanh, 60, 60, 8e-6],
    ['tanh, beyond them', tanh, 20, 4, 8e-6],
    ['swish', swish, 60, 30, 8e-6],
    ['swish, beyond', swish, 20, 2, 8e-6],
    ['relu', relu, 20, 10, 3e-6],
  ])(
    'are the interpolated draw of the f64 oracle at their nodes: %s',
    (_, activation, width, depth, bound) => {
      const tolerance = 1e-4;
      const functions = sampler({ width, depth, activation, points: 50, keep: 2, tolerance });
      const { method, inputs } = functions;
      const direct = method.kind !== 'interpolated';
      const z = direct ? inputs : chebyshevPoints([-2, 2], method.nodes);
      const draws = drawsOf({
        initial: Array.from(z, (value) => copiedInput(value, width)),
        activation,
        depth,
      });
      const path = { ...manyPath, factor: oracleFactor(1e-10) };
      const exact = collapsedOracle(draws, path, 9).states;
      const matrix = direct ? undefined : interpolationMatrix([-2, 2], z.length, inputs);
      const { states } = functions.draw(9);
      for (let i = 0; i < 50; i++) {
        for (const d of [0, 1]) {
          const expected = matrix
            ? exact.reduce((sum, x, k) => sum + matrix[i * z.length + k] * x[d], 0)
            : exact[i][d];
          expect(Math.abs(states[i * 2 + d] - expected)).toBeLessThan(bound);
        }
      }
    },
  );

  it('state an error that is that of interpolation: against exact draws at twice the nodes', () => {
    for (const [activation, width, depth] of [
      [tanh, 100, 20],
      [swish, 40, 10],
      [tanh, 5, 12],
    ] as const) {
      const { method, inputs } = sampler({ width, depth, activation });
      if (method.kind !== 'interpolated') throw new Error('not interpolated');
      expect(method.error).toBeLessThan(1e-5);
      const fine = 2 * method.nodes - 1;
      const draws = drawsOf({
        initial: Array.from(chebyshevPoints([-2, 2], fine), (z) => copiedInput(z, width)),
        activation,
        depth,
        keep: 1,
      });
      const exact = collapsedSampler(kernelModule, draws);
      // The points of fewer nodes are every other one.
      const coarse = interpolationMatrix([-2, 2], method.nodes, inputs);
      const whole = interpolationMatrix([-2, 2], fine, inputs);
      for (let index = 0; index < 12; index++) {
        const values = exact.draw(index).states;
        const scale = Math.max(...values.map(Math.abs));
        for (let row = 0; row < inputs.length; row++) {
          let difference = 0;
          for (let k = 0; k < fine; k++) {
            difference += whole[row * fine + k] * values[k];
            if (k % 2 === 0) difference -= coarse[row * method.nodes + k / 2] * values[k];
          }
          // The tolerance is held by the pilot draws; others may exceed it, by their rarity.
          expect(Math.abs(difference) / scale).toBeLessThan(5e-5);
        }
      }
    }
  });

  it('take fewer nodes the wider the network and the larger the tolerance', () => {
    const nodes = (settings: Settings & { width: number }) => {
      const { method } = sampler(settings);
      return method.kind === 'interpolated' ? method.nodes : Infinity;
    };
    const fine = nodes({ width: 100, depth: 100 });
    expect(nodes({ width: 100, depth: 100, tolerance: 1e-3 })).toBeLessThan(fine);
    expect(nodes({ width: 100, depth: 10 })).toBeGreaterThan(fine);
  });

  it('are evenly spaced over the interval and depend on nothing but seed and index', () => {
    const settings = { width: 12, depth: 5, interval: [-1, 4] as const, points: 101 };
    const functions = sampler(settings);
    expect(functions.inputs[0]).toBe(-1);
    expect(functions.inputs[100]).toBe(4);
    expect(functions.inputs[20]).toBeCloseTo(0, 12);
    const [a, b] = [functions.draw(3), functions.draw(4)];
    expect(functions.draw(3)).toEqual(a);
    expect(sampler(settings).draw(4)).toEqual(b);
    expect(a.states).not.toEqual(b.states);
    const two = sampler({ ...settings, keep: 2 }).draw(3).states;
    expect(two.filter((_, i) => i % 2 === 0)).toEqual(a.states);
  });

  it('say after which layer they were not finite', () => {
    for (const activation of [swish, relu]) {
      const functions = sampler({ width: 10, depth: 60, activation, T: 1e8, points: 120 });
      const { states, divergedAt } = functions.draw(0);
      expect(divergedAt).toBeGreaterThan(0);
      expect(divergedAt).toBeLessThanOrEqual(60);
      expect(states.length).toBe(120);
      expect(states.every(Number.isNaN)).toBe(true);
      expect(functions.method.kind).toBe('direct');
    }
  });

  it.each<[string, Settings, string]>([
    ['an empty interval', { interval: [2, 2] }, 'from a number to a larger one, not 2 to 2'],
    ['one point', { points: 1 }, 'points must be a whole number from 2 to 16384, not 1'],
    ['no tolerance', { tolerance: 0 }, 'tolerance must be from 1e-6'],
    ['more coordinates than there are', { keep: 6 }, 'keep must be a whole number from 1 to 5'],
    ['a depth of 0', { depth: 0 }, 'depth must be a whole number'],
  ])('refuse %s', (_, settings, message) => {
    expect(() =>
      sampler({ width: 5, depth: 3, ...settings, initial: [copiedInput(0, 5)] }),
    ).toThrow(message);
  });
});

/** The factor of the oracle at another tolerance. */
function oracleFactor(tolerance: number) {
  return (covariance: readonly number[][]) => pivotedFactor(covariance, tolerance);
}
