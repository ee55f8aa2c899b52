import { expect, test } from 'vitest';
import { alongLine, clearest } from './clearest.ts';

const boxOf = (x: number) => ({ x, y: 0, width: 10, height: 10 });

test('finds the place with the fewest points, the first of equals', () => {
  const points = [5, 6, 25, 45, 46].map((x) => ({ x, y: 5 }));
  expect(clearest([0, 20, 40], boxOf, points)).toBe(20);
  expect(clearest([0, 40], boxOf, points)).toBe(0);
  expect(clearest([40, 0], boxOf, [])).toBe(40);
});

test('lines between distant points are seen', () => {
  const line = alongLine([
    { x: -100, y: -95 },
    { x: 100, y: 105 },
  ]);
  expect(clearest([0, 20], boxOf, line)).toBe(20);
  for (const { x, y } of line) expect(y - x).toBeCloseTo(5, 9);
  expect(line.at(-1)).toEqual({ x: 100, y: 105 });
  expect(alongLine([])).toEqual([]);
});
