import { normals } from '@resdiff/random';
import { describe, expect, it } from 'vitest';
import { logSkewness, relativeRowVariance, relativeVariances } from './tails.ts';

describe('relative variances', () => {
  it('of width 1 are those of a product of Gaussian numbers', () => {
    const [c, k] = [1.3, 0.4];
    const { trace, squaredNorm } = relativeVariances({ width: 1, centre: c, variance: k }, 5);
    const fourth = (c ** 4 + 6 * c ** 2 * k + 3 * k ** 2) / (c ** 2 + k) ** 2;
    for (let l = 0; l <= 5; l++) {
      expect(squaredNorm[l]).toBeCloseTo(fourth ** l - 1, 12);
      expect(trace[l]).toBeCloseTo(((c ** 2 + k) / c ** 2) ** l - 1, 12);
    }
    const row = relativeRowVariance({ width: 1, centre: c, variance: k }, 5);
    expect(row).toBeCloseTo(squaredNorm[5], 12);
  });

  // Each variance is beyond 4.5 of its own standard errors once in 150,000 seeds.
  it.each([1, 1.2])('are those of products of matrices %f I + A', (centre) => {
    const [width, factors, variance, draws] = [3, 3, 0.15, 40_000];
    const squares = { trace: [] as number[], squaredNorm: [] as number[], row: [] as number[] };
    for (let draw = 0; draw < draws; draw++) {
      let g = identity(width);
      for (let layer = 0; layer < factors; layer++) {
        const z = normals({ key: [3, 0], stream: 1, draw, layer }, width * width);
        g = product(factorOf(z, width, centre, variance), g, width);
      }
      const norm = (values: number[]) => values.reduce((sum, value) => sum + value ** 2, 0);
      squares.trace.push((g[0] + g[4] + g[8]) / (width * centre ** factors));
      squares.squaredNorm.push(norm(g) / (width * (centre ** 2 + variance) ** factors));
      squares.row.push(norm(g.slice(0, 3)) / (centre ** 2 + variance) ** factors);
    }
    const law = { width, centre, variance };
    const { trace, squaredNorm } = relativeVariances(law, factors);
    const expected = {
      trace: trace[factors],
      squaredNorm: squaredNorm[factors],
      row: relativeRowVariance(law, factors),
    };
    for (const name of ['trace', 'squaredNorm', 'row'] as const) {
      const deviations = squares[name].map((value) => (value - 1) ** 2);
      const mean = deviations.reduce((sum, value) => sum + value / draws, 0);
      const spread = deviations.reduce((sum, value) => sum + (value - mean) ** 2 / draws, 0);
      const error = Math.sqrt(spread / draws);
      expect(Math.abs(mean - expected[name]) / error, name).toBeLessThan(4.5);
      expect(Math.abs(mean - 1.15 * expected[name]) / error, name).toBeGreaterThan(4.5);
    }
  });
});

it('bounds the skewness of the logarithm of a row', () => {
  for (const width of [1, 2, 10]) {
    for (const s of [0.05, 0.3, 0.5, 1, 5]) {
      const logs = Array.from({ length: 20_000 }, (_, draw) => {
        const z = normals({ key: [4, 0], stream: 1, draw, layer: 0 }, width);
        return Math.log(z.reduce((sum, value, i) => sum + ((i === 0 ? 1 : 0) + s * value) ** 2, 0));
      });
      const mean = (power: number, about = 0) =>
        logs.reduce((sum, value) => sum + (value - about) ** power / logs.length, 0);
      const centre = mean(1);
      const skewness = mean(3, centre) / mean(2, centre) ** 1.5;
      expect(Math.abs(skewness)).toBeLessThan(logSkewness(width, 1));
    }
  }
});

function identity(width: number): number[] {
  return Array.from({ length: width * width }, (_, i) => (i % (width + 1) === 0 ? 1 : 0));
}

function factorOf(z: ArrayLike<number>, width: number, centre: number, variance: number): number[] {
  const s = Math.sqrt(variance / width);
  return identity(width).map((one, i) => centre * one + s * z[i]);
}

function product(A: number[], B: number[], width: number): number[] {
  return A.map((_, index) => {
    const [i, j] = [Math.floor(index / width), index % width];
    return A.slice(i * width, (i + 1) * width).reduce(
      (sum, value, k) => sum + value * B[k * width + j],
      0,
    );
  });
}
