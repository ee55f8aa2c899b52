import { expect, test } from 'vitest';
import { linearFlow } from './linear-flow.ts';

test('growth, decay and a circle', () => {
  const scaled = (rate: number) => (X: Float64Array) => X.map((value) => rate * value);
  for (const rate of [3, -20, 0, 1e-9]) {
    const [end] = linearFlow(scaled(rate), Math.abs(rate), Float64Array.of(2), 1.5);
    expect(Math.abs(end / (2 * Math.exp(1.5 * rate)) - 1)).toBeLessThan(1e-13);
  }
  const turn = ([x, y]: Float64Array) => Float64Array.of(-y, x);
  const [x, y] = linearFlow(turn, 1, Float64Array.of(1, 0), 10);
  expect(x).toBeCloseTo(Math.cos(10), 13);
  expect(y).toBeCloseTo(Math.sin(10), 13);
});

test('a nilpotent matrix gives a polynomial', () => {
  const shift = ([, y, z]: Float64Array) => Float64Array.of(y, z, 0);
  expect([...linearFlow(shift, 1, Float64Array.of(0, 0, 2), 3)]).toEqual([9, 6, 2]);
});

test('no time, no change', () => {
  expect([...linearFlow((X) => X, 1, Float64Array.of(1, 2), 0)]).toEqual([1, 2]);
});

test('of more steps than there are numbers there is no end', () => {
  const [end] = linearFlow((X) => X, 2, Float64Array.of(1), 1.7e308);
  expect(end).toBeNaN();
});
