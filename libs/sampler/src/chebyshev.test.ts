import { describe, expect, it } from 'vitest';
import { chebyshevCoefficients, chebyshevPoints, interpolationMatrix } from './chebyshev.ts';

const interval = [-1, 3] as const;
const inputs = Float64Array.from({ length: 101 }, (_, i) => -1 + 0.04 * i);

/** The interpolating polynomial's values at the inputs. */
function interpolated(
  f: (x: number) => number,
  m: number,
  at: ArrayLike<number> = inputs,
): number[] {
  const matrix = interpolationMatrix(interval, m, at);
  const values = [...chebyshevPoints(interval, m)].map(f);
  return Array.from({ length: at.length }, (_, row) =>
    values.reduce((sum, value, k) => sum + matrix[row * m + k] * value, 0),
  );
}

describe('Chebyshev interpolation', () => {
  it('has its ends and its middle as points', () => {
    expect([...chebyshevPoints([-2, 2], 5)]).toEqual(
      [2, Math.SQRT2, 0, -Math.SQRT2, -2].map((x) => expect.closeTo(x, 15) as number),
    );
    expect([...chebyshevPoints(interval, 2)]).toEqual([3, -1]);
  });

  it.each([2, 3, 8, 25])('reproduces polynomials of degree below %i', (m) => {
    const polynomial = (x: number) => (x / 3 - 0.2) ** (m - 1) + x;
    interpolated(polynomial, m).forEach((value, i) =>
      expect(Math.abs(value - polynomial(inputs[i]))).toBeLessThan(1e-13),
    );
    const other = (x: number) => Math.cos(m * Math.acos((x - 1) / 2));
    const error = interpolated(other, m).map((value, i) => Math.abs(value - other(inputs[i])));
    expect(Math.max(...error)).toBeGreaterThan(0.5);
  });

  it('is exact at its points', () => {
    const points = chebyshevPoints(interval, 9);
    expect(interpolated(Math.exp, 9, points)).toEqual([...points].map(Math.exp));
  });

  it('converges as theory says: exp, below 2 / (2^(m-1) m!) times its largest derivative', () => {
    for (const m of [4, 8, 12]) {
      const error = interpolated(Math.exp, m).map((value, i) =>
        Math.abs(value - Math.exp(inputs[i])),
      );
      let bound = 4 * Math.exp(3);
      for (let k = 1; k <= m; k++) bound *= 1 / k;
      expect(Math.max(...error)).toBeLessThan(bound);
      expect(Math.max(...error)).toBeGreaterThan(bound / 1e3);
    }
  });

  it('finds coefficients: T_n has one', () => {
    for (const n of [0, 1, 4, 7]) {
      const values = [...chebyshevPoints([-1, 1], 8)].map((x) => Math.cos(n * Math.acos(x)));
      chebyshevCoefficients(values).forEach((c, k) => expect(c).toBeCloseTo(k === n ? 1 : 0, 13));
    }
  });
});
