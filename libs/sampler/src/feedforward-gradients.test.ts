import { identity, relu, swish, tanh, type Activation } from '@resdiff/networks';
import { normals, seedKey, streams } from '@resdiff/random';
import { describe, expect, it } from 'vitest';
import { generalInputs } from '../test/networks.ts';
import { zScore } from '../test/statistics.ts';
import {
  feedforwardGradientSampler,
  type FeedforwardGradientDraws,
} from './feedforward-gradients.ts';

const key = seedKey(61);

function drawsOf(
  activation: Activation,
  width: number,
  depth: number,
  { sigmaW = 1.3, sigmaB = 0.2 } = {},
): FeedforwardGradientDraws {
  return {
    network: { width, depth, activation, sigmaW, sigmaB },
    initial: generalInputs(1, width)[0],
    key,
    stream: streams.feedforwardDirect,
  };
}

/** y as a function of x_l, from the normals themselves. */
function output({ network, stream }: FeedforwardGradientDraws, draw: number, l: number) {
  const { width, depth, activation, sigmaW, sigmaB } = network;
  return (start: readonly number[]): number => {
    let x = start;
    for (let layer = l; layer < depth; layer++) {
      const z = normals({ key, stream, draw, layer }, width * width + width);
      const features = layer === 0 ? x : x.map(activation.phi);
      x = features.map((_, o) =>
        features.reduce(
          (sum, value, i) => sum + (sigmaW / Math.sqrt(width)) * z[o * width + i] * value,
          sigmaB * z[width * width + o],
        ),
      );
    }
    return x[0];
  };
}

/** x_l. */
function stateAt(draws: FeedforwardGradientDraws, draw: number, l: number): number[] {
  const { width, activation, sigmaW, sigmaB } = draws.network;
  let x = [...draws.initial];
  for (let layer = 0; layer < l; layer++) {
    const z = normals({ key, stream: draws.stream, draw, layer }, width * width + width);
    const features = layer === 0 ? x : x.map(activation.phi);
    x = x.map(
      (_, o) =>
        features
          .map((value, i) => (sigmaW / Math.sqrt(width)) * z[o * width + i] * value)
          .reduce((sum, value) => sum + value) +
        sigmaB * z[width * width + o],
    );
  }
  return x;
}

describe('the gradients of a feedforward network', () => {
  it.each([
    { activation: tanh, width: 4, depth: 5 },
    { activation: swish, width: 3, depth: 4 },
    { activation: tanh, width: 1, depth: 3 },
    { activation: tanh, width: 5, depth: 1 },
  ])('are what finite differences find: $activation.name, D = $width, L = $depth', (shape) => {
    const { activation, width, depth } = shape;
    const draws = drawsOf(activation, width, depth);
    const norms = feedforwardGradientSampler(draws).gradientNorms(3);
    expect(norms.length).toBe(depth + 1);
    for (let l = 0; l <= depth; l++) {
      const x = stateAt(draws, 3, l);
      const y = output(draws, 3, l);
      const slopes = x.map((_, i) => {
        const moved = (by: number) => y(x.map((value, j) => (i === j ? value + by : value)));
        return (moved(1e-5) - moved(-1e-5)) / 2e-5;
      });
      expect(Math.abs(norms[l] - Math.hypot(...slopes))).toBeLessThan(1e-8);
    }
  });

  it('depend on nothing but the seed and the index of the draw', () => {
    const sampler = feedforwardGradientSampler(drawsOf(tanh, 6, 4));
    const first = sampler.gradientNorms(2);
    expect(sampler.gradientNorms(3)).not.toEqual(first);
    expect(sampler.gradientNorms(2)).toEqual(first);
  });

  // By the sign symmetry of (W, b), given the layers below, E phi'(h)^2 W W^T is isotropic for relu:
  // E |dy/dx_l|^2 = sigmaW^2, times sigmaW^2 E phi'^2 a layer, at every width. |z| above 4.5 once in
  // 150,000 seeds. Without biases a layer that is dead to the last coordinate breaks the symmetry.
  it.each([
    { activation: relu, sigmaW: 1.5, sigmaB: 0.3, slope: 1 / 2 },
    { activation: identity, sigmaW: 1.1, sigmaB: 0, slope: 1 },
  ])('have exact mean squares at every width where phi is $activation.name', (given) => {
    const { activation, sigmaW, sigmaB, slope } = given;
    const [width, depth] = [5, 4];
    const draws = drawsOf(activation, width, depth, { sigmaW, sigmaB });
    const sampler = feedforwardGradientSampler(draws);
    const norms = Array.from({ length: 8000 }, (_, index) => sampler.gradientNorms(index));
    for (let l = 0; l < depth; l++) {
      const factors = slope ** (l === 0 ? depth - 1 : depth - l);
      const expected = sigmaW ** (2 * (depth - l)) * factors;
      const squares = Float64Array.from(norms, (each) => each[l] ** 2);
      expect(Math.abs(zScore(squares, expected))).toBeLessThan(4.5);
      expect(Math.abs(zScore(squares, 1.3 * expected))).toBeGreaterThan(4.5);
    }
  });

  it('are refused for shapes that do not agree', () => {
    const draws = { ...drawsOf(tanh, 4, 3), initial: new Float64Array(3) };
    expect(() => feedforwardGradientSampler(draws)).toThrow('input 0 has 3 coordinates');
    expect(() => feedforwardGradientSampler(drawsOf(tanh, 4, 0))).toThrow(
      'depth must be a whole number from 1',
    );
  });
});
