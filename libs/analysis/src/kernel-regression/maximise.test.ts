import { describe, expect, test } from 'vitest';
import { maximise, type Box } from './maximise.ts';

const wide = (size: number): Box => Array.from({ length: size }, () => [-10, 10] as const);

describe('maximise', () => {
  test('finds the top of a bent valley (Rosenbrock)', () => {
    const f = ([x, y]: Float64Array) => -((1 - x) ** 2) - 100 * (y - x * x) ** 2;
    const { x, value, converged, atBound } = maximise(f, [-1.2, 1], wide(2));
    expect(Math.hypot(x[0] - 1, x[1] - 1)).toBeLessThan(1e-4);
    expect(value).toBeGreaterThan(-1e-8);
    expect(converged).toBe(true);
    expect(atBound).toEqual([null, null]);
  });

  test('of a quadratic in one to four dimensions, with correlated coordinates', () => {
    for (let size = 1; size <= 4; size++) {
      const f = (x: Float64Array) =>
        3 - x.reduce((sum, value, i) => sum + (i + 1) * (value - i + (x[i - 1] ?? 0) / 3) ** 2, 0);
      const { x, value } = maximise(f, new Float64Array(size), wide(size), {
        maxEvaluations: 2000,
      });
      expect(value).toBeGreaterThan(3 - 1e-9);
      x.forEach((at, i) => expect(at).toBeCloseTo(i - (x[i - 1] ?? 0) / 3, 4));
    }
  });

  test('stops at bounds and says so', () => {
    const f = ([x, y]: Float64Array) => x - (y - 0.3) ** 2 - (y - 0.3) * (x - 2);
    const { x, atBound } = maximise(
      f,
      [0, 0],
      [
        [-1, 2],
        [-1, 1],
      ],
    );
    expect(x[0]).toBeCloseTo(2, 6);
    expect(x[1]).toBeCloseTo(0.3, 4);
    expect(atBound).toEqual(['upper', null]);
  });

  test('calls flat directions bound', () => {
    const f = ([x, y]: Float64Array) => -(x ** 2) - 1e-3 * Math.exp(y);
    const { atBound } = maximise(
      f,
      [1, -5],
      [
        [-2, 2],
        [-20, 1],
      ],
    );
    expect(atBound).toEqual([null, 'lower']);
  });

  test('passes over places without a value, and gives up in time', () => {
    const f = ([x]: Float64Array) => (x > 1 ? NaN : x < -1 ? -Infinity : -((x - 0.9) ** 2));
    expect(maximise(f, [-0.9], wide(1)).x[0]).toBeCloseTo(0.9, 4);
    const slow = maximise((x) => -(x[0] ** 2) - x[1] ** 4, [3, 3], wide(2), { maxEvaluations: 12 });
    expect(slow.converged).toBe(false);
    expect(slow.evaluations).toBeLessThan(24);
  });

  test('refuses starts outside the box or without a value', () => {
    expect(() => maximise(() => 0, [11], wide(1))).toThrow('coordinate 0 starts at 11');
    expect(() => maximise(() => 0, [0, 0], wide(1))).toThrow('2 coordinates and 1 bounds');
    expect(() => maximise(() => NaN, [0], wide(1))).toThrow('no value at its start, (0)');
  });
});
