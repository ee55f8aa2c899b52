import { expect, it } from 'vitest';
import { reluDepthLaw } from './depth-law.ts';

it('agrees with the series in T/L', () => {
  // E log(1 + s z) = -s^2/2 - 3 s^4/4 - 5 s^6/2 - 105 s^8/8 - ..., and of its square s^2 + 11 s^4/4 + ...
  for (const [T, depth] of [
    [1, 1000],
    [2, 5000],
    [0.5, 20_000],
  ]) {
    const dt = T / depth;
    const { mean, variance } = reluDepthLaw({ T, depth });
    const series = -dt / 2 - (3 * dt ** 2) / 4 - (5 * dt ** 3) / 2 - (105 * dt ** 4) / 8;
    expect(Math.abs(mean / (depth * series) - 1)).toBeLessThan(2e-9);
    const square = dt + (11 * dt ** 2) / 4 - (dt / 2 + (3 * dt ** 2) / 4) ** 2;
    expect(Math.abs(variance / (depth * square) - 1)).toBeLessThan(20 * dt ** 2);
  }
});

it('tends to -T/2 and T', () => {
  const { mean, variance } = reluDepthLaw({ T: 3, depth: 1e6 });
  expect(mean).toBeCloseTo(-1.5, 4);
  expect(variance).toBeCloseTo(3, 4);
});
