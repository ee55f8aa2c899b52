import { copiedInput, identity, relu, swish, tanh } from '@resdiff/networks';
import { normals } from '@resdiff/random';
import { describe, expect, it } from 'vitest';
import { drawsOf, generalInputs, type DrawsOf } from '../test/networks.ts';
import { directSampler } from './direct.ts';

describe('directSampler', () => {
  it('is x + phi(W x + b) with the normals of the layer, row by row, then the biases', () => {
    const [width, depth, sigmaW, sigmaB, T] = [3, 2, 0.7, 0.4, 1.5];
    const initial = generalInputs(2, width);
    const draws = drawsOf({ initial, depth, sigmaW, sigmaB, T, activation: swish });
    const { states } = directSampler(draws).draw(6);
    initial.forEach((x, input) => {
      let state = [...x];
      for (let layer = 0; layer < depth; layer++) {
        const z = normals({ key: draws.key, stream: draws.stream, draw: 6, layer }, 12);
        state = state.map((value, o) => {
          const weights = state.map(
            (_, i) => sigmaW * Math.sqrt(T / depth / width) * z[o * width + i],
          );
          const bias = sigmaB * Math.sqrt(T / depth) * z[9 + o];
          return value + swish.phi(weights.reduce((sum, w, i) => sum + w * state[i], bias));
        });
      }
      state.forEach((value, d) => expect(states[input * width + d]).toBeCloseTo(value, 6));
    });
  });

  it('takes the Euler step with its drift', () => {
    const initial = [Float64Array.of(2)];
    const draws = drawsOf({ initial, depth: 1, activation: swish, increment: 'euler', T: 0.5 });
    const [w, b] = normals({ key: draws.key, stream: draws.stream, draw: 0, layer: 0 }, 2);
    const noise = Math.sqrt(0.5) * (2 * w + b);
    const drift = 0.25 * (1 + 4) * 0.5;
    expect(directSampler(draws).draw(0).states[0]).toBeCloseTo(2 + drift + noise / 2, 6);
  });

  it('keeps a prefix of its coordinates, in any order of draws', () => {
    const initial = generalInputs(2, 6);
    const all = directSampler(drawsOf({ initial }));
    all.draw(1);
    const { states } = directSampler(drawsOf({ initial, keep: 2 })).draw(4);
    const full = all.draw(4).states;
    expect([...states]).toEqual([full[0], full[1], full[6], full[7]]);
  });

  it.each([identity, relu, swish])(
    'gives NaN and the layer when it diverges: $name',
    (activation) => {
      const settings: DrawsOf = { initial: [copiedInput(1, 10)], activation, T: 1e6, depth: 200 };
      const { states, divergedAt } = directSampler(drawsOf(settings)).draw(0);
      expect(states.every(Number.isNaN)).toBe(true);
      const before = { ...settings, T: (1e6 / 200) * (divergedAt! - 1), depth: divergedAt! - 1 };
      const survivor = directSampler(drawsOf(before)).draw(0);
      expect(survivor.divergedAt).toBeUndefined();
      expect(survivor.states.every(Number.isFinite)).toBe(true);
    },
  );

  it('refuses shapes that do not agree', () => {
    const initial = [copiedInput(1, 3)];
    expect(() => directSampler(drawsOf({ initial, width: 4, keep: 1, activation: tanh }))).toThrow(
      'input 0 has 3 coordinates, but the width is 4',
    );
  });
});
