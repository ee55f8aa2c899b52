import { identity, swish } from '@resdiff/networks';
import { describe, expect, it } from 'vitest';
import { kernelModule } from '../test/kernel-module.ts';
import {
  completedNtkDrawsOf,
  completedParts,
  entries,
  generalStates,
} from '../test/ntk-networks.ts';
import { completedNtkSampler } from './ntk-completed.ts';

const inputs = generalStates(2, 4);

describe('a tangent kernel of a completed network', () => {
  it('depends on its index only, and is symmetric in the inputs', () => {
    const draws = completedNtkDrawsOf({ inputs });
    const [source, reversed] = [0, 1].map(() => completedNtkSampler(kernelModule, draws));
    const forwards = [0, 1, 2].map((index) => source.draw(index));
    expect([2, 1, 0].map((index) => reversed.draw(index)).toReversed()).toEqual(forwards);
    for (const draw of forwards) {
      for (const part of completedParts) {
        const [k00, k01, k10, k11] = draw[part];
        expect(k01).toBe(k10);
        expect(k01 ** 2).toBeLessThanOrEqual(k00 * k11);
      }
    }
  });

  it('of inputs at a relative distance of 1e-6 is nearly one number', () => {
    const near = inputs[0].map((value, d) => value + 1e-6 * inputs[1][d]);
    const draws = completedNtkDrawsOf({ inputs: [inputs[0], near], depth: 30 });
    const draw = completedNtkSampler(kernelModule, draws).draw(0);
    for (const part of completedParts) {
      for (const value of draw[part]) {
        expect(Math.abs(value / draw[part][0] - 1)).toBeLessThan(5e-5);
      }
    }
  });

  it.each([
    ['states', { activation: identity, T: 1e6, depth: 500 }],
    ['states, in a few layers', { activation: swish, T: 1e8, depth: 20 }],
    ['the embedding', { sigmaZ: 1e39 }],
  ])('is NaN throughout where it diverges: %s', (_, settings) => {
    const draws = completedNtkDrawsOf({ inputs, ...settings });
    const draw = completedNtkSampler(kernelModule, draws).draw(0);
    expect(draw.divergedAt).toBeGreaterThan(0);
    expect(entries(draw).every(Number.isNaN)).toBe(true);
  });

  it.each([
    ['a negative sigmaZ', { sigmaZ: -1 }, 'sigmaZ must be finite and not negative, not -1'],
    ['sigmaY = NaN', { sigmaY: NaN }, 'sigmaY must be finite and not negative, not NaN'],
    ['inputs of another size', { inputs: [inputs[0], new Float64Array(3)] }, 'input 1 has 3'],
    ['no inputs', { inputs: [] as Float64Array[] }, 'the number of inputs must be a whole number'],
  ])('refuses %s', (_, settings, message) => {
    const { network, ...draws } = completedNtkDrawsOf({ inputs });
    const { inputs: own = inputs, ...changed } = settings as Partial<typeof draws>;
    const wrong = { ...draws, inputs: own, network: { ...network, ...changed } };
    expect(() => completedNtkSampler(kernelModule, wrong)).toThrow(message);
  });
});
