import { expect, test } from 'vitest';
import { normalQuantile } from './normal-quantile.ts';
import { studentQuantile } from './student-quantile.ts';

test.each([
  // The tables of every handbook, two-sided 95 and 99 %, to the digits that they print.
  [0.975, 1, 12.706],
  [0.975, 2, 4.303],
  [0.975, 5, 2.571],
  [0.995, 7, 3.499],
  [0.995, 10, 3.169],
  [0.975, 30, 2.042],
])('the quantile at %f with %i degrees of freedom is %f', (p, degrees, value) => {
  expect(studentQuantile(p, degrees)).toBeCloseTo(value, 3);
  expect(studentQuantile(1 - p, degrees)).toBeCloseTo(-value, 3);
});

test('one and two degrees have closed forms, and many are normal', () => {
  for (const p of [0.6, 0.9, 0.999]) {
    expect(studentQuantile(p, 1)).toBeCloseTo(Math.tan(Math.PI * (p - 0.5)), 9);
    expect(studentQuantile(p, 2)).toBeCloseTo((2 * p - 1) / Math.sqrt(2 * p * (1 - p)), 9);
    expect(studentQuantile(p, 100_000)).toBeCloseTo(normalQuantile(p), 3);
  }
  expect(studentQuantile(0.5, 3)).toBe(0);
});

test('what is no probability, and no degrees, are refused', () => {
  expect(() => studentQuantile(1, 3)).toThrow('p is 1');
  expect(() => studentQuantile(0.9, 1.5)).toThrow('1.5 degrees of freedom');
});
