import type { Sampler } from '../src/sampler.ts';

/** Draws 0, 1, ..., `draws` - 1 of a sampler, made once. */
export function recorded(sampler: Sampler, draws: number): Sampler {
  const all = Array.from({ length: draws }, (_, index) => sampler.draw(index));
  return { draw: (index) => all[index] };
}

/** Some of the inputs, N x D, of each draw. */
export function ofInputs(sampler: Sampler, rows: readonly number[], width: number): Sampler {
  return {
    draw(index) {
      const { states } = sampler.draw(index);
      const chosen = new Float32Array(rows.length * width);
      rows.forEach((row, i) =>
        chosen.set(states.subarray(row * width, (row + 1) * width), i * width),
      );
      return { states: chosen };
    },
  };
}

/**
 * The last input from the next draw: every input keeps its law, but in this share of the draws the
 * last has parameters of its own, by which its covariances with the others are too small.
 */
export function withLastApart(sampler: Sampler, width: number, share = 1): Sampler {
  return {
    draw(index) {
      const { states } = sampler.draw(index);
      if (Math.floor((index + 1) * share) === Math.floor(index * share)) return { states };
      const last = states.length - width;
      const mixed = states.slice();
      mixed.set(sampler.draw(index + 1).states.subarray(last), last);
      return { states: mixed };
    },
  };
}
