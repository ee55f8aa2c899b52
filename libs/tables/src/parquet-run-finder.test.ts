import { expect, it } from 'vitest';
import { RunFinder } from './parquet-run-finder.ts';

const finder = new RunFinder(1000);

function bruteForce(keys: readonly string[]): number[] {
  const starts = keys.flatMap((key, row) => (key === keys[row - 1] ? [] : [row]));
  return [...starts, keys.length];
}

it.each([
  ['one value', 1000, () => 5],
  ['runs of a hundred', 1000, (row: number) => Math.floor(row / 100)],
  ['runs of eight', 1000, (row: number) => Math.floor(row / 8) % 3],
  ['runs that differ in length', 999, (row: number) => Math.floor(Math.sqrt(row) / 3) % 2],
  ['eight rows', 8, () => 0],
  ['no rows', 0, () => 0],
])('finds %s', (_, rows, value) => {
  const values = Array.from({ length: rows }, (_row, row) => value(row));
  const expected = bruteForce(values.map(String));
  expect([...finder.ofBytes(Uint8Array.from(values))!]).toEqual(expected);
  expect([...finder.ofWords(Int32Array.from(values), 1, rows)!]).toEqual(expected);
  for (const same of [0, 1]) {
    const words = Int32Array.from({ length: 2 * rows }, (_word, at) =>
      at % 2 === same ? 7 : values[at >> 1],
    );
    expect([...finder.ofWords(words, 2, rows)!]).toEqual(expected);
  }
});

it('gives up where runs are short', () => {
  const short = Array.from({ length: 1000 }, (_, row) => Math.floor(row / 7));
  expect(finder.ofBytes(Uint8Array.from(short))).toBeUndefined();
  expect(finder.ofWords(Int32Array.from(short), 1, 1000)).toBeUndefined();
  expect(finder.ofWords(Int32Array.from(short), 2, 500)).toBeUndefined();
  expect(finder.ofBytes(Uint8Array.of(1, 1, 1))).toBeUndefined();
});

it('finds runs in a part of an array', () => {
  const bytes = new Uint8Array(103).fill(3, 50).subarray(3);
  expect([...finder.ofBytes(bytes)!]).toEqual([0, 47, 100]);
});
