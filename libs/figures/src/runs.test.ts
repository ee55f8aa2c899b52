import { expect, test } from 'vitest';
import { drawnRuns } from './runs.ts';

const all = [-Infinity, Infinity] as const;

test('runs end where any array has no number', () => {
  const runs = drawnRuns(
    6,
    [
      [1, 2, NaN, 4, 5, 6],
      [1, 2, 3, 4, NaN, 6],
    ],
    (i) => i,
    all,
  );
  expect(runs).toEqual([[0, 1], [3], [5]]);
  expect(drawnRuns(2, [[NaN, NaN]], (i) => i, all)).toEqual([]);
  expect(drawnRuns(0, [[]], (i) => i, all)).toEqual([]);
});

test('of each unit the extremes stay, and of each run the ends', () => {
  const y = Array.from({ length: 1000 }, (_, i) => Math.sin(i * i));
  const [run] = drawnRuns(1000, [y], (i) => i / 100, all);
  expect(run.length).toBeLessThanOrEqual(2 * 10 + 2);
  expect([run[0], run.at(-1)]).toEqual([0, 999]);
  expect(run).toEqual([...run].sort((a, b) => a - b));
  for (let unit = 0; unit < 10; unit++) {
    const within = y.slice(100 * unit, 100 * unit + 100);
    for (const end of [Math.min(...within), Math.max(...within)]) {
      expect(run).toContain(100 * unit + within.indexOf(end));
    }
  }
});

test('what lies outside is left out but for the next points', () => {
  const y = [0, 1, 2, 3, 4, 5, 6];
  expect(drawnRuns(7, [y], (i) => i, [2.5, 4])).toEqual([[2, 3, 4, 5]]);
  expect(drawnRuns(7, [y], (i) => 10 + i, [0, 4])).toEqual([]);
});
