import { normals } from '@resdiff/random';
import { describe, expect, it } from 'vitest';
import { instantiateKernel } from '../src/kernel.ts';
import { kernelModule } from './kernel-module.ts';

const tolerance = 1e-14;

/** The kernel's factor of A, rows of `rank` columns. */
function factored(matrix: number[][]): { rank: number; factor: number[][] } {
  const kernel = instantiateKernel(kernelModule);
  const { exports } = kernel;
  const n = matrix.length;
  const [a, residual, factorAt] = [8 * n * n, 8 * n, 8 * n * n].map((size) =>
    exports.reserve(size),
  );
  matrix.forEach((row, i) =>
    row.forEach((value, j) => {
      kernel.doubles(a, n * n)[i * n + j] = j <= i ? value : NaN;
    }),
  );
  const rank = exports.pivotedCholesky(a, residual, factorAt, n, tolerance);
  const columns = kernel.doubles(factorAt, n * n);
  return {
    rank,
    factor: matrix.map((_, i) => [...columns.subarray(i * n, i * n + rank)]),
  };
}

/** The largest |A - R R^T|_ij over sqrt(A_ii A_jj). */
function relativeError(matrix: number[][], factor: number[][]): number {
  return Math.max(
    ...matrix.flatMap((row, i) =>
      row.map((value, j) => {
        const product = dot(factor[i], factor[j]);
        if (value === product) return 0;
        return Math.abs(value - product) / Math.sqrt(matrix[i][i] * matrix[j][j]);
      }),
    ),
  );
}

const dot = (x: number[], y: number[]) => x.reduce((sum, value, k) => sum + value * y[k], 0);

/** N iid Gaussian vectors of this length. */
function vectors(count: number, length: number, layer: number): number[][] {
  const z = normals({ key: [11, 0], stream: 0, draw: 0, layer }, count * length);
  return Array.from({ length: count }, (_, i) => [...z.subarray(i * length, (i + 1) * length)]);
}

const gram = (xs: number[][]) => xs.map((x) => xs.map((y) => dot(x, y)));

describe('pivotedCholesky', () => {
  it.each([
    [1, 5, 1],
    [2, 7, 2],
    [3, 40, 3],
    [12, 40, 12],
    [40, 100, 40],
    [4, 3, 3],
    [30, 5, 5],
    [30, 1, 1],
  ])('factors the Gram matrix of %i vectors of length %i: rank %i', (count, length, rank) => {
    const matrix = gram(vectors(count, length, 100 * count + length));
    const found = factored(matrix);
    expect(found.rank).toBe(rank);
    expect(relativeError(matrix, found.factor)).toBeLessThan(2e-14);
  });

  it.each([1e-2, 1e-4, 1e-6])('keeps the difference of inputs at relative distance %d', (apart) => {
    const [x, y] = vectors(2, 50, 1);
    const matrix = gram([x, x.map((value, d) => value + apart * y[d])]);
    const { rank, factor } = factored(matrix);
    expect(rank).toBe(2);
    expect(relativeError(matrix, factor)).toBeLessThan(1e-15);
    // The squared distance is A_00 + A_11 - 2 A_01, of which rounding leaves 1e-16 / apart^2.
    const squared = factor[0].reduce((sum, r, k) => sum + (r - factor[1][k]) ** 2, 0);
    const exact = apart ** 2 * dot(y, y);
    expect(Math.abs(squared / exact - 1)).toBeLessThan(1e-14 / apart ** 2);
  });

  it('gives a repeated input the row of its twin', () => {
    const [x, y] = vectors(2, 20, 2);
    const { rank, factor } = factored(gram([x, y, x]));
    expect(rank).toBe(2);
    factor[2].forEach((r, k) => expect(Math.abs(r - factor[0][k])).toBeLessThan(1e-13));
  });

  it('treats rows of any scale alike', () => {
    const [x, y, z] = vectors(3, 20, 3);
    const matrix = gram([x, y.map((value) => 1e-12 * value), z.map((value) => 1e12 * value)]);
    const { rank, factor } = factored(matrix);
    expect(rank).toBe(3);
    expect(relativeError(matrix, factor)).toBeLessThan(1e-15);
  });

  it('has rank 0 at zero', () => {
    expect(factored([[0]]).rank).toBe(0);
    expect(
      factored([
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
      ]).rank,
    ).toBe(0);
  });

  it('leaves a zero input at zero', () => {
    const [x, y] = vectors(2, 20, 4);
    const { rank, factor } = factored(gram([x, x.map(() => 0), y]));
    expect(rank).toBe(2);
    expect(factor[1]).toEqual([0, 0]);
  });

  it('takes the root of a 1 x 1 matrix', () => {
    expect(factored([[4]])).toEqual({ rank: 1, factor: [[2]] });
    expect(factored([[1e-300]]).rank).toBe(1);
  });
});
