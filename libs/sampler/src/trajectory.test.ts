import { copiedInput, identity, relu, tanh } from '@resdiff/networks';
import { describe, expect, it } from 'vitest';
import { kernelModule } from '../test/kernel-module.ts';
import { drawsOf, generalInputs } from '../test/networks.ts';
import { zScore } from '../test/statistics.ts';
import { collapsedSampler } from './collapsed.ts';
import { logNorm, norm, trajectorySampler } from './trajectory.ts';

/** Hayou's network of this width, one input. */
function hayou(width: number, depth: number, x0 = copiedInput(1, width)) {
  return {
    ...drawsOf({ initial: [x0], activation: identity, sigmaB: 0, depth }),
    psi: relu,
  };
}

describe('trajectories', () => {
  it('end where the sampler of final states ends, and begin at the inputs', () => {
    const initial = generalInputs(3, 12);
    const draws = { ...drawsOf({ initial, depth: 9 }), psi: tanh };
    const statistics = { norm: norm(), first: (x: Float64Array) => x[0], size: norm(tanh) };
    const sampler = trajectorySampler(kernelModule, { ...draws, layers: [0, 4, 9], statistics });
    const { values, divergedAt } = sampler.draw(6);
    expect(divergedAt).toBeUndefined();
    const { states } = collapsedSampler(kernelModule, draws).draw(6);
    initial.forEach((x, input) => {
      expect(values.first[input]).toBe(x[0]);
      expect(values.norm[input]).toBeCloseTo(Math.hypot(...x), 12);
      expect(values.size[input]).toBeCloseTo(Math.hypot(...x.map(Math.tanh)), 12);
      expect(Math.fround(values.first[6 + input])).toBe(states[input * 12]);
    });
    const short = trajectorySampler(kernelModule, {
      ...draws,
      layers: [4],
      statistics: { norm: norm() },
    });
    expect([...short.draw(6).values.norm]).toEqual([...values.norm.slice(3, 6)]);
    expect(sampler.draw(6)).toEqual(sampler.draw(6));
  });

  it('of width 1 are the exponential of a random walk: log |X_1| and X_1 have its means', () => {
    const depth = 100;
    const layers = [50, depth];
    const statistics = { log: logNorm(), x: (x: Float64Array) => x[0] };
    const sampler = trajectorySampler(kernelModule, { ...hayou(1, depth), layers, statistics });
    const draws = Array.from({ length: 20_000 }, (_, index) => sampler.draw(index).values);
    const log = Float64Array.from(draws, (values) => values.log[1]);
    // L E log(1 + z / sqrt L) = -1/2 - 3 / (4 L) - 5 / (2 L^2) - ..., z ~ N(0, 1). Each z-score is
    // beyond 4.5 once in 150,000 seeds.
    const expected = -1 / 2 - 3 / (4 * depth) - 5 / (2 * depth ** 2);
    expect(Math.abs(zScore(log, expected))).toBeLessThan(4.5);
    expect(Math.abs(zScore(log, expected + 0.1))).toBeGreaterThan(4.5);
    for (const row of [0, 1]) {
      const x = Float64Array.from(draws, (values) => values.x[row]);
      expect(Math.abs(zScore(x, 1))).toBeLessThan(4.5);
    }
  });

  it.each([2, 3, 6])('of width %i have a feature norm that grows as in theory', (width) => {
    // A layer adds |relu(x_l)|^2 / L to the mean of |x_l|^2; over |x_l|^2, so that no draw outweighs
    // the others. Beyond 4.5 standard errors once in 150,000 seeds.
    const depth = 30;
    const layers = Array.from({ length: depth + 1 }, (_, layer) => layer);
    const statistics = { whole: norm(), active: norm(relu) };
    const sampler = trajectorySampler(kernelModule, {
      ...hayou(width, depth, generalInputs(1, width)[0].map(Math.abs)),
      layers,
      statistics,
    });
    const excess = Float64Array.from({ length: 10_000 }, (_, index) => {
      const { whole, active } = sampler.draw(index).values;
      let sum = 0;
      for (let l = 0; l < depth; l++) {
        sum += (whole[l + 1] ** 2 - active[l] ** 2 / depth) / whole[l] ** 2 - 1;
      }
      return sum;
    });
    expect(Math.abs(zScore(excess, 0))).toBeLessThan(4.5);
    expect(Math.abs(zScore(excess, 0.2))).toBeGreaterThan(4.5);
  });

  it('have no logarithm where all of a state is inactive', () => {
    const draws = hayou(2, 4, Float64Array.of(-1, -2));
    const statistics = { log: logNorm(relu), whole: norm() };
    const { values } = trajectorySampler(kernelModule, {
      ...draws,
      layers: [0, 4],
      statistics,
    }).draw(0);
    expect([...values.log]).toEqual([-Infinity, -Infinity]);
    expect([...values.whole]).toEqual([Math.sqrt(5), Math.sqrt(5)]);
  });

  it('are NaN from the layer on that is not finite, and say which', () => {
    const draws = drawsOf({
      initial: generalInputs(2, 5),
      activation: identity,
      T: 1e6,
      depth: 200,
    });
    const layers = [0, 1, 199, 200];
    const { values, divergedAt } = trajectorySampler(kernelModule, {
      ...draws,
      layers,
      statistics: { norm: norm() },
    }).draw(0);
    expect(divergedAt).toBeGreaterThan(1);
    expect(divergedAt).toBeLessThan(199);
    expect([...values.norm].map(Number.isFinite)).toEqual([
      ...[true, true, true, true],
      ...[false, false, false, false],
    ]);
  });

  it.each([
    [[3, 2], 'number 1 is 2'],
    [[0, 11], 'from 0 to 10; number 1 is 11'],
    [[0.5], 'number 0 is 0.5'],
  ])('refuse layers %j', (layers, message) => {
    const draws = drawsOf({ initial: generalInputs(1, 3) });
    expect(() =>
      trajectorySampler(kernelModule, { ...draws, layers, statistics: { norm: norm() } }),
    ).toThrow(message);
  });
});
