import { expect, it } from 'vitest';
import { shareOf } from './share.ts';

/** The standard deviation of the share p whose likelihood is p^passed (1 - p)^(draws - passed). */
function posteriorDeviation(passed: number, draws: number): number {
  const steps = 20_000;
  const moments = [0, 0, 0];
  for (let i = 0; i < steps; i++) {
    const p = (i + 0.5) / steps;
    const weight = p ** passed * (1 - p) ** (draws - passed);
    for (let power = 0; power < 3; power++) moments[power] += weight * p ** power;
  }
  const mean = moments[1] / moments[0];
  return Math.sqrt(moments[2] / moments[0] - mean ** 2);
}

it.each([
  [0, 40],
  [40, 40],
  [1, 3],
  [17, 40],
])('of %i of %i draws has the error of its posterior', (passed, draws) => {
  const { value, se } = shareOf(passed, draws);
  expect(value).toBe(passed / draws);
  expect(se).toBeCloseTo(posteriorDeviation(passed, draws), 6);
});

it('is not sure of what no draw has shown: the rule of three, and the binomial error of many', () => {
  expect(1000 * shareOf(0, 1000).se).toBeCloseTo(1, 2);
  expect(100 * shareOf(3000, 10_000).se).toBeCloseTo(Math.sqrt(0.3 * 0.7), 3);
});
