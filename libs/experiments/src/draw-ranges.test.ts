import { UserError } from '@resdiff/runtime';
import { expect, it } from 'vitest';
import { drawRanges } from './draw-ranges.ts';

it('covers every draw once, in order', () => {
  for (const size of [undefined, 1, 7, 20, 30]) {
    const ranges = drawRanges({ draws: 20, seconds: 0.3, rowsPerDraw: 10 }, size);
    const draws = ranges.flatMap(({ first, count }) =>
      Array.from({ length: count }, (_, i) => first + i),
    );
    expect(draws).toEqual(Array.from({ length: 20 }, (_, i) => i));
  }
});

it('takes about a second a shard, unless that would be too many rows or shards', () => {
  const sizes = (draws: number, seconds: number, rowsPerDraw: number) =>
    drawRanges({ draws, seconds, rowsPerDraw })[0].count;
  expect(sizes(1000, 0.1, 10)).toBe(10);
  expect(sizes(1000, 5, 10)).toBe(1);
  expect(sizes(1000, 0.001, 40_000)).toBe(10);
  expect(drawRanges({ draws: 1_000_000, seconds: 5, rowsPerDraw: 1 })).toHaveLength(10_000);
});

it('refuses a shard size that makes too many shards', () => {
  const cut = () => drawRanges({ draws: 20_001, seconds: 1, rowsPerDraw: 1 }, 2);
  expect(cut).toThrow(UserError);
  expect(cut).toThrow(
    'A shard size of 2 cuts 20001 draws into more than 10000 shards; it must be at least 3.',
  );
});
