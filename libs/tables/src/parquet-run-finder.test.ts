import { expect, it } from 'vitest';
import { RunFinder } from './parquet-run-finder.ts';

type Values = Uint8Array | Int16Array | Int32Array;

const finder = new RunFinder(1000);

function bruteForce(keys: readonly string[]): number[] {
  const starts = keys.flatMap((key, row) => (key === keys[row - 1] ? [] : [row]));
  return [...starts, keys.length];
}

function find(values: Values, width = values.BYTES_PER_ELEMENT): Int32Array | undefined {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return finder.find(bytes, width as 1 | 2 | 4 | 8);
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
  expect([...find(Uint8Array.from(values))!]).toEqual(expected);
  expect([...find(Int16Array.from(values, (each) => -each))!]).toEqual(expected);
  expect([...find(Int32Array.from(values))!]).toEqual(expected);
  for (const same of [0, 1]) {
    const words = Int32Array.from({ length: 2 * rows }, (_word, at) =>
      at % 2 === same ? 7 : values[at >> 1],
    );
    expect([...find(words, 8)!]).toEqual(expected);
  }
});

it('gives up where runs are short', () => {
  const short = Array.from({ length: 1000 }, (_, row) => Math.floor(row / 7));
  expect(find(Uint8Array.from(short))).toBeUndefined();
  expect(find(Int16Array.from(short))).toBeUndefined();
  expect(find(Int32Array.from(short))).toBeUndefined();
  expect(find(Int32Array.from(short), 8)).toBeUndefined();
  expect(find(Uint8Array.of(1, 1, 1))).toBeUndefined();
});

it.each([0, 1, 2, 3, 4])('finds runs from the element %i of an array on', (start) => {
  const rows = [47, 8, 9, 10, 11, 3, 19].flatMap((length, run) =>
    new Array<number>(length).fill(run),
  );
  const expected = bruteForce(rows.map(String));
  for (const type of [Uint8Array, Int16Array, Int32Array]) {
    const values: Values = new type(start + rows.length);
    values.set(rows, start);
    expect([...find(values.subarray(start))!]).toEqual(expected);
  }
});
