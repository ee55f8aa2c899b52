import { expect, it } from 'vitest';
import { positiveEigen } from './symmetric-eigen.ts';

it('has no components along coordinates whose rows are zero', () => {
  // Eigenvalues 3 and 1, of (1, 1) and (1, -1), in the first and the third coordinate.
  const matrix = Float64Array.from([2, 0, 1, 0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0]);
  const { size, values, vectors } = positiveEigen(matrix, 4);
  expect(size).toBe(4);
  expect(values).toHaveLength(2);
  [3, 1].forEach((value, i) => expect(values[i]).toBeCloseTo(value, 14));
  const half = Math.SQRT1_2;
  const [a, b, c, d] = [vectors[0], vectors[2], vectors[4], vectors[6]];
  for (const entry of [a, b, c, d]) expect(Math.abs(entry)).toBeCloseTo(half, 14);
  expect(a * b).toBeCloseTo(0.5, 14);
  expect(c * d).toBeCloseTo(-0.5, 14);
  for (const zero of [1, 3, 5, 7]) expect(vectors[zero]).toBe(0);
});

it('has no terms where all is zero', () => {
  expect(positiveEigen(new Float64Array(9), 3)).toEqual({
    size: 3,
    values: new Float64Array(),
    vectors: new Float64Array(),
  });
});
