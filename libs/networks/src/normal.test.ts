import { describe, expect, test } from 'vitest';
import { erf, normalCdf, normalDensity } from './normal.ts';

const relative = (value: number, exact: number) => Math.abs(value / exact - 1);

describe('normalCdf', () => {
  // Computed with mpmath at 40 digits.
  test.each([
    [-37, 5.725571222524577e-300],
    [-20, 2.7536241186062337e-89],
    [-10, 7.619853024160525e-24],
    [-5, 2.866515718791939e-7],
    [-3, 0.0013498980316300946],
    [-1.6, 0.05479929169955798],
    [-1.4, 0.08075665923377107],
    [-0.3, 0.38208857781104744],
    [0.7, 0.758036347776927],
    [1.96, 0.9750021048517795],
    [4, 0.9999683287581669],
  ])('is right to a few ulps at %f', (x, exact) => {
    expect(relative(normalCdf(x), exact)).toBeLessThan(3e-15);
  });

  test('is monotone, complementary and continuous where its two expansions meet', () => {
    let previous = 0;
    for (let x = -8; x < 8; x += 1 / 64) {
      expect(normalCdf(x)).toBeGreaterThanOrEqual(previous);
      expect(normalCdf(x) + normalCdf(-x)).toBeCloseTo(1, 15);
      previous = normalCdf(x);
    }
    for (const x of [-1.5, 1.5]) {
      expect(normalCdf(x * (1 + 1e-15))).toBeCloseTo(normalCdf(x * (1 - 1e-15)), 14);
    }
  });

  test('has its limits', () => {
    expect(normalCdf(0)).toBe(0.5);
    expect(normalCdf(-1e4)).toBe(0);
    expect(normalCdf(1e4)).toBe(1);
    expect(normalCdf(-Infinity)).toBe(0);
    expect(normalCdf(Infinity)).toBe(1);
    expect(normalCdf(NaN)).toBeNaN();
  });
});

describe('normalDensity', () => {
  test('is exp(-x^2/2)/sqrt(2 pi)', () => {
    expect(normalDensity(0)).toBe(1 / Math.sqrt(2 * Math.PI));
    expect(relative(normalDensity(1.3), 0.17136859204780736)).toBeLessThan(1e-15);
    expect(relative(normalDensity(-37), 2.1200065515246056e-298)).toBeLessThan(1e-15);
    expect(normalDensity(Infinity)).toBe(0);
    expect(normalDensity(NaN)).toBeNaN();
  });

  test('is the slope of normalCdf', () => {
    for (let x = -4; x <= 4; x += 0.37) {
      const slope = (normalCdf(x + 1e-4) - normalCdf(x - 1e-4)) / 2e-4;
      expect(slope).toBeCloseTo(normalDensity(x), 8);
    }
  });
});

describe('erf', () => {
  // Computed with mpmath at 40 digits.
  test.each([
    [1e-9, 1.1283791670955127e-9],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [1.05, 0.8624361060900967],
    [1.07, 0.8697732971635866],
    [2, 0.9953222650189527],
    [3.5, 0.9999992569016276],
  ])('is right to a few ulps at %f, and odd', (x, exact) => {
    expect(relative(erf(x), exact)).toBeLessThan(1e-15);
    expect(erf(-x)).toBe(-erf(x));
  });

  test('has its limits', () => {
    expect(erf(0)).toBe(0);
    expect(erf(-1e3)).toBe(-1);
    expect(erf(Infinity)).toBe(1);
  });
});
