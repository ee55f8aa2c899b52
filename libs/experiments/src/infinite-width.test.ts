import { findActivation } from '@resdiff/networks';
import { expect, it } from 'vitest';
import {
  feedforwardWidthShare,
  isWideEnough,
  keepsMeans,
  residualWidthShare,
} from './infinite-width.ts';

const network = (activation: string, depth = 100) => ({
  ...{ width: 50, depth, T: 1, sigmaW: 1, sigmaB: 1 },
  activation: findActivation(activation)!,
});

it('is nothing for linear networks, 1/D with curvature, and more at a kink', () => {
  expect(residualWidthShare(network('identity'), 4)).toBe(0);
  expect(residualWidthShare(network('swish'), 4)).toBe(1 / 50);
  expect(residualWidthShare(network('relu'), 4)).toBe(10 / 50);
  expect(feedforwardWidthShare({ width: 50, depth: 100 })).toBe(2);
});

it('is the variance of a preactivation over D where phi is odd, at most 1/D', () => {
  expect(residualWidthShare(network('tanh'), 4)).toBeCloseTo((0.01 * 5 * Math.E) / 50, 12);
  expect(residualWidthShare(network('tanh', 2), 4)).toBe(1 / 50);
});

it('may be a third of a standard error', () => {
  expect(isWideEnough(1 / 100, 1000)).toBe(true);
  expect(isWideEnough(1 / 100, 1001)).toBe(false);
});

it.each([
  ['tanh', true],
  ['identity', true],
  ['sin', true],
  ['swish', false],
  ['relu', false],
])('%s keeps means: %s', (name, kept) => {
  expect(keepsMeans(findActivation(name)!)).toBe(kept);
});
