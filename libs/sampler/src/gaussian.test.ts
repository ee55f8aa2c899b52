import { ksOneSample, kolmogorovPValue } from '@resdiff/analysis';
import { normalCdf } from '@resdiff/networks';
import { normals, seedKey, streams } from '@resdiff/random';
import { describe, expect, it } from 'vitest';
import { pivotedFactor } from '../test/collapsed-oracle.ts';
import { kernelModule } from '../test/kernel-module.ts';
import { zScore } from '../test/statistics.ts';
import { gaussianSampler, type GaussianDraws } from './gaussian.ts';

const law = {
  mean: Float64Array.from([0.5, -1, 2]),
  covariance: Float64Array.from([2, 1.2, -0.3, 1.2, 1.5, 0.4, -0.3, 0.4, 0.9]),
};

function drawsOf(settings: Partial<GaussianDraws> = {}): GaussianDraws {
  return { ...law, key: seedKey(8), stream: streams.limit, keep: 30, ...settings };
}

const sampler = (settings?: Partial<GaussianDraws>) =>
  gaussianSampler(kernelModule, drawsOf(settings));

/** Input i's coordinates over draws 0, 1, ... */
function columns(settings: Partial<GaussianDraws>, draws: number): Float64Array[] {
  const { mean, keep } = drawsOf(settings);
  const source = sampler(settings);
  const all = Array.from(mean, () => new Float64Array(draws * keep));
  for (let index = 0; index < draws; index++) {
    const { states } = source.draw(index);
    all.forEach((column, i) => column.set(states.subarray(i * keep, (i + 1) * keep), index * keep));
  }
  return all;
}

describe('gaussianSampler', () => {
  it('is mean + R z, from the normals d N to d N + N - 1 of the draw', () => {
    const rows = [0, 1, 2].map((i) => [...law.covariance.subarray(3 * i, 3 * i + 3)]);
    const factor = pivotedFactor(rows, 1e-14);
    for (const index of [0, 1, 2 ** 32 - 1]) {
      const { states } = sampler().draw(index);
      const z = normals({ key: seedKey(8), stream: 2, draw: index, layer: 0 }, 90);
      for (let d = 0; d < 30; d++) {
        for (let i = 0; i < 3; i++) {
          const x = factor[i].reduce((sum, r, k) => sum + r * z[3 * d + k], law.mean[i]);
          expect(Math.abs(states[30 * i + d] - x)).toBeLessThan(3e-6);
        }
      }
    }
  });

  /** Nine z scores below 5 and three p-values above 1e-6: a false alarm at 1e-5 in all. */
  it('has its mean, covariance and normal law', () => {
    const x = columns({ keep: 1000 }, 300);
    x.forEach((column, i) => {
      const variance = law.covariance[4 * i];
      expect(Math.abs(zScore(column, law.mean[i]))).toBeLessThan(5);
      const { distance } = ksOneSample(column, (value) =>
        normalCdf((value - law.mean[i]) / Math.sqrt(variance)),
      );
      expect(kolmogorovPValue(distance, column.length)).toBeGreaterThan(1e-6);
      for (let j = i; j < 3; j++) {
        const products = column.map((value, n) => (value - law.mean[i]) * (x[j][n] - law.mean[j]));
        expect(Math.abs(zScore(products, law.covariance[3 * i + j]))).toBeLessThan(5);
      }
    });
    const [first, second] = x.map((column, i) => column.map((value) => value - law.mean[i]));
    const products = first.map((value, n) => value * second[n]);
    expect(Math.abs(zScore(products, 1.1))).toBeGreaterThan(5);
  });

  it('has independent coordinates', () => {
    const [x] = columns({ keep: 2 }, 100_000);
    const products = new Float64Array(100_000).map(
      (_, n) => (x[2 * n] - 0.5) * (x[2 * n + 1] - 0.5),
    );
    expect(Math.abs(zScore(products, 0))).toBeLessThan(5);
  });

  it('keeps a prefix of its coordinates', () => {
    const all = sampler().draw(3).states;
    for (const keep of [1, 7, 29]) {
      const { states } = sampler({ keep }).draw(3);
      expect(states.length).toBe(3 * keep);
      for (let i = 0; i < 3; i++) {
        expect(states.slice(i * keep, (i + 1) * keep)).toEqual(all.slice(30 * i, 30 * i + keep));
      }
    }
  });

  it('depends on the index only', () => {
    const one = sampler();
    const first = one.draw(0).states;
    const second = one.draw(1).states;
    expect(one.draw(0).states).toEqual(first);
    expect(sampler().draw(1).states).toEqual(second);
    expect(first).not.toEqual(second);
  });

  it('takes singular covariances', () => {
    const constant = sampler({ covariance: new Float64Array(9) }).draw(0).states;
    expect([...constant]).toEqual([0.5, -1, 2].flatMap((m) => new Array<number>(30).fill(m)));
    const covariance = Float64Array.from([1, 1, 2, 1, 1, 2, 2, 2, 4]);
    const { states } = sampler({ mean: new Float64Array(3), covariance }).draw(0);
    for (let d = 0; d < 30; d++) {
      expect(states[30 + d]).toBeCloseTo(states[d], 6);
      expect(states[60 + d]).toBeCloseTo(2 * states[d], 5);
    }
  });

  it('refuses a covariance of another size', () => {
    expect(() => sampler({ mean: Float64Array.of(0, 1) })).toThrow(
      'the covariance has 9 entries; of 2 inputs it must have 4',
    );
  });

  it('takes a single input', () => {
    const one = { mean: Float64Array.of(3), covariance: Float64Array.of(4) };
    const [x] = columns({ ...one, keep: 100 }, 100);
    expect(Math.abs(zScore(x, 3))).toBeLessThan(5);
    expect(
      Math.abs(
        zScore(
          x.map((value) => (value - 3) ** 2),
          4,
        ),
      ),
    ).toBeLessThan(5);
  });
});
