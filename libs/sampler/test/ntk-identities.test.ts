import { copiedInput, identity, relu, swish, tanh, type Activation } from '@resdiff/networks';
import {
  completedTangentKernel,
  copiedInputsMeanField,
  linearNetworkGradient,
  linearNetworkNtk,
  networkNtk,
} from '@resdiff/limits';
import { describe, expect, it } from 'vitest';
import { completedNtkSampler } from '../src/ntk-completed.ts';
import { directNtkSampler } from '../src/ntk-direct.ts';
import { ntkSampler, type NtkSampler } from '../src/ntk.ts';
import { kernelModule } from './kernel-module.ts';
import { completedNtkDrawsOf, completedParts, generalStates, ntkDrawsOf } from './ntk-networks.ts';
import { zScore } from './statistics.ts';

/** Every |z score| below 5.3: a false alarm at 1.2e-7 each, so at 3e-5 for the some 250 here. */
const bound = 5.3;

/** Draws 0, 1, ... of every entry of the matrices, by name. */
function columns<Draw extends object>(source: NtkSampler<Draw>, draws: number) {
  const all = Array.from({ length: draws }, (_, index) => source.draw(index));
  return (part: keyof Draw, entry: number): Float64Array =>
    Float64Array.from(all, (draw) => (draw[part] as Float64Array)[entry]);
}

const half: Activation = {
  ...identity,
  name: 'half the identity',
  phi: (x) => x / 2,
  dphi: () => 0.5,
  atZero: { phi: 0, dphi: 0.5, ddphi: 0 },
};

const inner = (x: Float64Array, y: Float64Array) => x.reduce((sum, v, d) => sum + v * y[d], 0);

describe('phi(x) = a x has its exact mean kernels at every width and depth', () => {
  it('K_W = 5.6230624366 and K_b = 1.6130352902 at L = 12, z = 1, 2', () => {
    for (const width of [1, 3, 20]) {
      const initial = [1, 2].map((z) => copiedInput(z, width));
      const draws = ntkDrawsOf({ initial, activation: identity, depth: 12 });
      const entry = columns(ntkSampler(kernelModule, draws), 6000);
      expect(Math.abs(zScore(entry('weights', 1), 5.6230624366))).toBeLessThan(bound);
      expect(Math.abs(zScore(entry('biases', 1), 1.6130352902))).toBeLessThan(bound);
      // The mean of twice as deep a network: K_W = 5.99, K_b = 1.66.
      if (width === 20)
        expect(Math.abs(zScore(entry('weights', 1), 5.9949))).toBeGreaterThan(bound);
    }
  });

  it.each([
    ['identity', identity, 1, 1],
    ['identity', identity, 1, 6],
    ['identity', identity, 7, 3],
    ['identity', identity, 40, 30],
    ['half of it', half, 1, 4],
    ['half of it', half, 5, 12],
  ] as const)('%s, width %i, depth %i', (_, activation, width, depth) => {
    const law = { sigmaW: 0.8, sigmaB: 0.6, T: 1.3 };
    const network = { ...law, slope: activation.atZero.dphi, depth };
    for (const count of [1, 2, 3]) {
      const initial = generalStates(count, width);
      const draws = ntkDrawsOf({ initial, activation, depth, ...law });
      const entry = columns(ntkSampler(kernelModule, draws), 1500);
      for (let i = 0; i < count; i++) {
        for (let j = 0; j <= i; j++) {
          const lambda = Float64Array.of(inner(initial[i], initial[j]) / width);
          const { weights, biases } = linearNetworkNtk(lambda, network);
          const at = i * count + j;
          const gradients = linearNetworkGradient(network);
          expect(Math.abs(zScore(entry('gradients', at), gradients))).toBeLessThan(bound);
          // One layer leaves nothing to chance: V is the gradient of y.
          if (depth === 1) {
            const far = (values: Float64Array, exact: number) =>
              Math.max(...values.map((value) => Math.abs(value - exact)));
            expect(far(entry('weights', at), weights[0])).toBeLessThan(5e-7);
            expect(far(entry('biases', at), biases[0])).toBeLessThan(5e-7);
          } else {
            expect(Math.abs(zScore(entry('weights', at), weights[0]))).toBeLessThan(bound);
            expect(Math.abs(zScore(entry('biases', at), biases[0]))).toBeLessThan(bound);
          }
        }
      }
    }
  });

  it('with weights made as well', () => {
    const initial = [1, 2].map((z) => copiedInput(z, 3));
    const draws = ntkDrawsOf({ initial, activation: identity, depth: 12 });
    const entry = columns(directNtkSampler(draws), 2000);
    expect(Math.abs(zScore(entry('weights', 1), 5.6230624366))).toBeLessThan(bound);
    expect(Math.abs(zScore(entry('biases', 1), 1.6130352902))).toBeLessThan(bound);
  });
});

describe('wide networks have the kernels of infinite width at their depth', () => {
  it.each([
    ['tanh', tanh, 20],
    ['tanh', tanh, 100],
    ['swish', swish, 20],
    ['relu', relu, 8],
  ] as const)('%s', (_, activation, depth) => {
    const z = [1, 2];
    const law = { sigmaW: 1, sigmaB: 1 };
    const expected = networkNtk(copiedInputsMeanField(z), activation, law, 1, depth);
    const initial = z.map((value) => copiedInput(value, 200));
    const draws = ntkDrawsOf({ initial, activation, depth });
    const entry = columns(ntkSampler(kernelModule, draws), 200);
    for (const at of [0, 1, 3]) {
      expect(Math.abs(zScore(entry('weights', at), expected.weights[at]))).toBeLessThan(bound);
      expect(Math.abs(zScore(entry('biases', at), expected.biases[at]))).toBeLessThan(bound);
    }
    const deeper = networkNtk(copiedInputsMeanField(z), activation, law, 1, 4 * depth);
    if (activation === tanh) {
      expect(Math.abs(zScore(entry('weights', 1), deeper.weights[1]))).toBeGreaterThan(bound);
    }
  });
});

/**
 * x_0 = A z, y = G x_L, phi = id: E |dy/dx_L|^2 = sigmaY^2 and E <x_0, x_0'>/D = sigmaZ^2 <z, z'>, and
 * the kernels are linear in both.
 */
describe('completed networks of the identity have exact means of every part', () => {
  it.each([
    [1, 1],
    [2, 9],
    [30, 12],
  ])('width %i, depth %i', (width, depth) => {
    const inputs = generalStates(2, 4);
    const law = { sigmaW: 0.9, sigmaB: 0.7, T: 1 };
    const [sigmaZ, sigmaY] = [0.6, 1.3];
    const scales = { sigmaZ, sigmaY };
    const draws = completedNtkDrawsOf({
      inputs,
      width,
      depth,
      activation: identity,
      ...law,
      ...scales,
    });
    const entry = columns(completedNtkSampler(kernelModule, draws), 3000);
    const ratio = (law.sigmaB / law.sigmaW) ** 2;
    const growth = linearNetworkGradient({ ...law, slope: 1, depth });
    for (const [at, i, j] of [
      [0, 0, 0],
      [1, 0, 1],
      [3, 1, 1],
    ]) {
      const lambda = sigmaZ ** 2 * inner(inputs[i], inputs[j]);
      const ntk = linearNetworkNtk(Float64Array.of(lambda), { ...law, slope: 1, depth });
      const expected = {
        input: sigmaY ** 2 * lambda * growth,
        weights: sigmaY ** 2 * ntk.weights[0],
        biases: sigmaY ** 2 * ntk.biases[0],
        output: sigmaY ** 2 * ((lambda + ratio) * growth - ratio),
      };
      for (const part of completedParts) {
        expect(Math.abs(zScore(entry(part, at), expected[part]))).toBeLessThan(bound);
      }
      const other = entry('outputs', j);
      const products = entry('outputs', i).map((y, draw) => y * other[draw]);
      expect(Math.abs(zScore(products, expected.output))).toBeLessThan(bound);
    }
  });

  it('sums to [PF22] (37) as depth grows', () => {
    const inputs = generalStates(2, 4);
    const draws = completedNtkDrawsOf({ inputs, width: 60, depth: 400, activation: tanh });
    const entry = columns(completedNtkSampler(kernelModule, draws), 200);
    const { constant, slope } = completedTangentKernel(draws.network);
    const total = (at: number) =>
      entry('input', at).map(
        (value, draw) =>
          value +
          (['weights', 'biases', 'output'] as const)
            .map((part) => entry(part, at)[draw])
            .reduce((sum, other) => sum + other),
      );
    // A depth of 400 is some 2% short of the limit, where tanh bends: half a standard error.
    for (const [at, i, j] of [
      [0, 0, 0],
      [1, 0, 1],
      [3, 1, 1],
    ]) {
      const limit = constant + slope * inner(inputs[i], inputs[j]);
      expect(Math.abs(zScore(total(at), limit))).toBeLessThan(bound);
      expect(Math.abs(zScore(total(at), limit - constant / 2))).toBeGreaterThan(bound);
    }
  });
});
