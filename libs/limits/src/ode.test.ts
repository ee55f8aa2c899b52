import { describe, expect, test } from 'vitest';
import { solveOde } from './ode.ts';

describe('solveOde', () => {
  test('exponential growth, and a circle', () => {
    const [growth] = solveOde((_, y, slope) => void (slope[0] = y[0]), [1], 3);
    expect(Math.abs(growth / Math.exp(3) - 1)).toBeLessThan(1e-11);
    const [cosine, sine] = solveOde(
      (_, y, slope) => {
        slope[0] = -y[1];
        slope[1] = y[0];
      },
      [1, 0],
      2 * Math.PI,
    );
    expect(cosine).toBeCloseTo(1, 10);
    expect(sine).toBeCloseTo(0, 10);
  });

  test('time enters the slope', () => {
    const [y] = solveOde((t, _, slope) => void (slope[0] = Math.cos(t)), [0], 2);
    expect(y).toBeCloseTo(Math.sin(2), 11);
  });

  test('a coarser tolerance is coarser', () => {
    const solve = (relative: number) =>
      solveOde((_, y, slope) => void (slope[0] = y[0]), [1], 3, { relative, absolute: 1e-14 })[0];
    const error = (relative: number) => Math.abs(solve(relative) / Math.exp(3) - 1);
    expect(error(1e-4)).toBeGreaterThan(1e-7);
    expect(error(1e-9)).toBeLessThan(1e-7);
  });

  test('no time, no change; and an explosion stops it', () => {
    expect([...solveOde(() => undefined, [1, 2], 0)]).toEqual([1, 2]);
    const square = (_: number, y: readonly number[], slope: number[]) => {
      slope[0] = y[0] ** 2;
    };
    expect(solveOde(square, [1], 0.9)[0]).toBeCloseTo(10, 8);
    expect(() => solveOde(square, [1], 1.1)).toThrow();
  });
});
