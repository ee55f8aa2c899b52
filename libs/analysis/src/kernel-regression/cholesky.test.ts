import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { column, deviation, normals } from '../../test/random.ts';
import {
  cholesky,
  logDeterminant,
  NotPositiveDefiniteError,
  solveCholesky,
  solveLower,
} from './cholesky.ts';

/** A A^T + shift I of random A, size x rank. */
function random(seed: number, size: number, shift: number, rank = size): Float64Array {
  const normal = normals(seed);
  const a = Array.from({ length: size }, () => column(rank, normal));
  return column(size * size, (index) => {
    const [i, j] = [Math.floor(index / size), index % size];
    const [x, y] = [a[Math.max(i, j)], a[Math.min(i, j)]];
    return x.reduce((sum, value, c) => sum + value * y[c], i === j ? shift : 0);
  });
}

describe.each([1, 2, 3, 4, 5, 7, 63, 64, 65, 66, 67, 68, 130, 195])('of size %i', (size) => {
  const matrix = random(size, size, 0.1);
  const factor = cholesky(matrix, size);
  const peer = new CholeskyDecomposition(Matrix.from1DArray(size, size, matrix));

  test('agrees with ml-matrix', () => {
    expect(deviation(factor.lower, peer.lowerTriangularMatrix.to1DArray())).toBeLessThan(1e-12);
    const diagonal = peer.lowerTriangularMatrix.diagonal();
    const determinant = 2 * diagonal.reduce((sum, value) => sum + Math.log(value), 0);
    expect(Math.abs(logDeterminant(factor) - determinant)).toBeLessThan(1e-11 * size);
  });

  test.each([1, 3, 4, 6])('solves for %i right-hand sides', (sides) => {
    const b = column(sides * size, normals(5));
    const product = (rows: (i: number, j: number) => number, x: Float64Array) =>
      column(sides * size, (index) => {
        const [side, i] = [Math.floor(index / size), index % size];
        let sum = 0;
        for (let j = 0; j < size; j++) sum += rows(i, j) * x[side * size + j];
        return sum;
      });
    const x = b.slice();
    solveCholesky(factor, x);
    expect(
      deviation(
        product((i, j) => matrix[i * size + j], x),
        b,
      ),
    ).toBeLessThan(1e-9);
    const y = b.slice();
    solveLower(factor, y);
    expect(
      deviation(
        product((i, j) => factor.lower[i * size + j], y),
        b,
      ),
    ).toBeLessThan(1e-10);
  });
});

describe('refuses', () => {
  const failure = (matrix: Float64Array, size: number): unknown => {
    try {
      cholesky(matrix, size);
    } catch (error) {
      return error;
    }
    return undefined;
  };

  test('singular and indefinite matrices, with the pivot', () => {
    for (const [size, rank] of [
      [5, 3],
      [150, 100],
    ]) {
      const error = failure(random(2, size, 0, rank), size);
      expect(error).toBeInstanceOf(NotPositiveDefiniteError);
      expect(error).toMatchObject({ index: rank });
      expect((error as Error).message).toContain(`pivot ${rank} is`);
    }
    expect(failure(Float64Array.of(1, 2, 2, 1), 2)).toMatchObject({ index: 1, pivot: -3 });
    expect(failure(Float64Array.of(0), 1)).toMatchObject({ index: 0, pivot: 0 });
  });

  test('NaN, asymmetry and other shapes, with the place', () => {
    expect(() => cholesky(Float64Array.of(1, 0, NaN, 1), 2)).toThrow('row 1, column 0 is NaN');
    expect(() => cholesky(Float64Array.of(1, Infinity, 0, 1), 2)).toThrow('its mirror Infinity');
    expect(() => cholesky(Float64Array.of(1, 0.1, 0.2, 1), 2)).toThrow(
      'row 1, column 0 is 0.2, at row 0, column 1 0.1, must be equal',
    );
    expect(() => cholesky(new Float64Array(6), 2)).toThrow('2 x 2 = 4');
  });
});

test('leaves its argument as it is', () => {
  const matrix = random(3, 70, 1);
  const copy = matrix.slice();
  cholesky(matrix, 70);
  expect(matrix).toEqual(copy);
});
