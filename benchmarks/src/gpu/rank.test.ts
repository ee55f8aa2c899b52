import { tanh } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import { kernelUrl } from '@resdiff/sampler';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { meanRank, rankOf } from './rank.ts';

it('counts what is left above the tolerance', () => {
  const vectors = [
    [1, 0, 0],
    [1, 1e-3, 0],
    [2, 2e-3, 1e-5],
  ];
  expect(rankOf(vectors, 1e-14)).toBe(3);
  expect(rankOf(vectors, 1e-10)).toBe(2);
  expect(rankOf(vectors, 1e-5)).toBe(1);
  expect(rankOf([[0, 0]], 1e-10)).toBe(0);
});

it('is low for smooth functions, and grows as the tolerance falls', () => {
  const kernel = new WebAssembly.Module(readFileSync(kernelUrl));
  const network = { width: 100, depth: 20, T: 1, sigmaW: 1, sigmaB: 1, activation: tanh };
  const inputs = Array.from({ length: 14 }, (_, k) => 2 * Math.cos((Math.PI * k) / 13));
  const draw = { network, inputs, key: seedKey(1), stream: streams.resnet };
  const ranks = [1e-2, 1e-6, 1e-12].map((tolerance) => meanRank(kernel, draw, tolerance));
  expect(ranks[0]).toBeGreaterThanOrEqual(2);
  expect(ranks[1]).toBeGreaterThan(ranks[0]);
  expect(ranks[2]).toBeGreaterThan(ranks[1]);
  expect(ranks[2]).toBeLessThan(14);
});
