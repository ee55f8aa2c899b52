import { identity, relu, swish, tanh } from '@resdiff/networks';
import { normals, streams } from '@resdiff/random';
import { describe, expect, it } from 'vitest';
import { collapsedOracle, manyPath, pivotedFactor } from '../test/collapsed-oracle.ts';
import { kernelModule } from '../test/kernel-module.ts';
import { sample, smallestPValue } from '../test/law-comparison.ts';
import { drawsOf, type DrawsOf } from '../test/networks.ts';
import { recorded, withLastApart } from '../test/recorded-draws.ts';
import { zScore } from '../test/statistics.ts';
import { directSampler } from './direct.ts';
import type { Sampler } from './sampler.ts';
import { surfaceSampler, type SurfaceDraws } from './surfaces.ts';

function surfaceDraws(
  width: number,
  settings: Partial<DrawsOf> & Partial<Pick<SurfaceDraws, 'points' | 'sigmaZ' | 'interval'>> = {},
): SurfaceDraws {
  const { points = 20, sigmaZ = 1, interval = [-2, 2] } = settings;
  const initial = [new Float64Array(width)];
  const { network, increment, key, stream } = drawsOf({ depth: 6, ...settings, initial });
  return { network, increment, key, stream, points, sigmaZ, interval };
}

/** x_0 = A z of these z, A from its own normals. */
function embedded({ key, stream, network, sigmaZ }: SurfaceDraws, draw: number, z: number[][]) {
  const { width } = network;
  const a = normals({ key, stream: streams.embedding, draw, layer: stream }, 2 * width);
  return z.map(([z0, z1]) =>
    Float64Array.from({ length: width }, (_, d) => sigmaZ * (a[2 * d] * z0 + a[2 * d + 1] * z1)),
  );
}

describe('draws of surfaces', () => {
  it('of ReLU networks are the f64 oracle at every point', () => {
    const draws = surfaceDraws(12, { activation: relu, points: 14, sigmaZ: 0.5, T: 0.5 });
    const { method, inputs, ...sampler } = surfaceSampler(kernelModule, draws);
    expect(method).toEqual({ kind: 'direct', reason: 'relu is not smooth' });
    const z = [...inputs].flatMap((z0) => [...inputs].map((z1) => [z0, z1]));
    const path = { ...manyPath, factor: (K: readonly number[][]) => pivotedFactor(K, 1e-12) };
    for (const index of [0, 3]) {
      const initial = embedded(draws, index, z);
      const exact = collapsedOracle(
        { ...draws, increment: 'recursion', network: surfaceNetwork(draws), initial, keep: 1 },
        path,
        index,
      );
      const { states } = sampler.draw(index);
      exact.states.forEach((x, i) => expect(Math.abs(states[i] - x[0])).toBeLessThan(2e-5));
    }
  });

  // Three comparisons of 21 p-values, each above 1e-7: a false alarm at 7e-6.
  it.each([
    ['tanh', tanh],
    ['swish', swish],
    ['relu', relu],
  ])('have the law of the direct sampler at three inputs: %s', (name, activation) => {
    const depth = 5;
    const settings = {
      activation,
      depth,
      sigmaW: 0.7,
      sigmaZ: 0.5,
      points: name === 'relu' ? 10 : 22,
    };
    const draws = surfaceDraws(12, { ...settings, interval: [-1, 1] });
    const surface = surfaceSampler(kernelModule, draws);
    expect(surface.method.kind).toBe(name === 'relu' ? 'direct' : 'interpolated');
    const last = surface.inputs.length - 1;
    const places = [
      [0, last >> 1],
      [last >> 1, 1],
      [2, last],
    ];
    const z = places.map(([i, j]) => [surface.inputs[i], surface.inputs[j]]);
    const surfaces = recorded(surface, 1201);
    const at = (chosen: readonly number[][]): Sampler => ({
      draw(index) {
        const { states } = surfaces.draw(index);
        return { states: Float32Array.from(chosen, ([i, j]) => states[i * (last + 1) + j]) };
      },
    });
    const direct = {
      draw: (index: number) => {
        const initial = embedded({ ...draws, stream: 9 }, index, z);
        const own = drawsOf({ ...settings, initial, keep: 1, stream: streams.resnetDirect });
        return directSampler(own).draw(index);
      },
    };
    const view = { network: { width: 1 }, initial: places.map(() => new Float64Array(1)) };
    const exact = sample(direct, view, 2000);
    expect(smallestPValue(sample(at(places), view, 1200), exact)).toBeGreaterThan(1e-7);
    // The axes of the last place exchanged, or its network another: p-values of 1e-50 and less.
    const exchanged = at([...places.slice(0, 2), [last, 2]]);
    for (const wrong of [exchanged, withLastApart(at(places), 1)]) {
      expect(smallestPValue(sample(wrong, view, 1200), exact)).toBeLessThan(1e-9);
    }
  });

  it('of the identity have the exact second moments at every size', () => {
    // E f(z) f(z') = sigmaZ^2 <z, z'> G + r (G - 1), G = (1 + sigmaW^2 dt)^L, r = sigmaB^2 / sigmaW^2.
    const draws = surfaceDraws(7, {
      activation: identity,
      depth: 4,
      sigmaB: 0.5,
      sigmaZ: 0.6,
      points: 14,
    });
    const { inputs, method, ...sampler } = surfaceSampler(kernelModule, draws);
    expect(method).toMatchObject({ kind: 'interpolated', nodes: 2 });
    const found = Array.from({ length: 20_000 }, (_, index) => sampler.draw(index).states);
    const G = 1.25 ** 4;
    // Each z-score is beyond 4.5 once in 150,000 seeds.
    for (const [i, j, k, l] of [
      [0, 0, 0, 0],
      [0, 13, 13, 0],
      [3, 7, 10, 10],
    ]) {
      const inner = inputs[i] * inputs[k] + inputs[j] * inputs[l];
      const products = Float64Array.from(found, (f) => f[i * 14 + j] * f[k * 14 + l]);
      const expected = 0.36 * inner * G + 0.25 * (G - 1);
      expect(Math.abs(zScore(products, expected))).toBeLessThan(4.5);
      expect(Math.abs(zScore(products, 1.2 * expected))).toBeGreaterThan(4.5);
    }
  });

  it('state their error, and take more nodes where the networks are rougher', () => {
    const smooth = surfaceSampler(
      kernelModule,
      surfaceDraws(60, { depth: 60, sigmaZ: 0.5, points: 40 }),
    ).method;
    const rough = surfaceSampler(
      kernelModule,
      surfaceDraws(60, { depth: 60, sigmaZ: 1, points: 40 }),
    ).method;
    if (smooth.kind !== 'interpolated' || rough.kind !== 'interpolated') throw new Error('direct');
    expect(smooth.nodes).toBeLessThan(rough.nodes);
    expect(rough.error).toBeLessThan(1e-5);
  });

  it('depend on nothing but seed and index', () => {
    const draws = surfaceDraws(6, { activation: swish });
    const sampler = surfaceSampler(kernelModule, draws);
    const first = sampler.draw(1);
    expect(sampler.draw(2)).not.toEqual(first);
    expect(sampler.draw(1)).toEqual(first);
    expect(surfaceSampler(kernelModule, draws).draw(1)).toEqual(first);
  });

  it('say after which layer they were not finite', () => {
    const draws = surfaceDraws(6, { activation: swish, T: 1e12, points: 6, depth: 30 });
    const { states, divergedAt } = surfaceSampler(kernelModule, draws).draw(0);
    expect(divergedAt).toBeGreaterThan(0);
    expect(states.length).toBe(36);
    expect(states.every(Number.isNaN)).toBe(true);
  });

  it('refuse what is out of range', () => {
    const sampler = (settings: object) => () =>
      surfaceSampler(kernelModule, { ...surfaceDraws(5), ...settings });
    expect(sampler({ points: 200 })).toThrow(
      'points must be a whole number from 2 to 128, not 200',
    );
    expect(sampler({ sigmaZ: -1 })).toThrow('sigmaZ must be finite and not negative, not -1');
    expect(sampler({ interval: [1, 0] })).toThrow('from a number to a larger one, not 1 to 0');
    expect(sampler({ tolerance: 2 })).toThrow('tolerance must be from 1e-6');
  });
});

function surfaceNetwork(draws: SurfaceDraws) {
  if (draws.increment === 'feedforward') throw new Error('not residual');
  return draws.network;
}
