import { ByteWriter } from 'hyparquet-writer';
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js';
import { expect, it } from 'vitest';
import { Condenser } from './parquet-condenser.ts';
import { RunEncoder } from './parquet-runs.ts';

const encoder = new RunEncoder();
const condenser = new Condenser(5000);

/** By what repeats in the values. */
function encode(values: Int32Array, bits: number, prefix?: number): Uint8Array {
  const { words, repeats } = condenser.condense(values);
  return encoder.encode(words, { bits, rows: values.length, repeats, ...(prefix && { prefix }) })
    .bytes;
}

/** The same by the library. */
function byLibrary(values: Int32Array, bits: number): Uint8Array {
  const writer = new ByteWriter();
  writeRleBitPackedHybrid(writer, values, bits);
  return writer.getBytes();
}

/** Runs of lengths that differ, of values below 2^bits. */
function runs(rows: number, bits: number, most: number): Int32Array {
  const values = new Int32Array(rows);
  let state = rows + bits;
  const below = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  for (let row = 0; row < rows;) {
    const end = row + 1 + below(most);
    values.fill(below(2 ** bits), row, end);
    row = end;
  }
  return values;
}

it.each([0, 1, 2, 7, 8, 9, 14, 16, 24])('encodes values of %i bits as the library does', (bits) => {
  for (const rows of [0, 1, 7, 8, 9, 15, 16, 100, 5000]) {
    for (const most of [1, 5, 12, 40, 3000]) {
      const values = runs(rows, bits, most);
      const expected = [...byLibrary(values, bits)];
      const repeats = { kind: 'none' } as const;
      expect([...encoder.encode(values, { bits, rows, repeats }).bytes]).toEqual(expected);
      expect([...encode(values, bits)]).toEqual(expected);
    }
  }
});

it.each([1, 2, 7, 8, 9, 14])('encodes cycles of %i bits as the library does', (bits) => {
  for (const rows of [1, 16, 100, 999, 5000]) {
    for (const period of [1, 2, 3, 10, 64, 125]) {
      for (const most of [1, 12, 40]) {
        const pattern = runs(period, bits, most);
        const values = Int32Array.from({ length: rows }, (_, row) => pattern[row % period]);
        expect([...encode(values, bits)]).toEqual([...byLibrary(values, bits)]);
      }
    }
  }
});

it('tells which bytes come again', () => {
  const rows = 5000;
  const values = Int32Array.from({ length: 10 }, (_, row) => row);
  const encoding = { bits: 4, rows, repeats: { kind: 'cycle' } } as const;
  const { bytes, cycle } = encoder.encode(values, encoding);
  expect(cycle).toEqual({ start: 2, period: 40, end: bytes.length });
  expect([...bytes.subarray(42)]).toEqual([...bytes.subarray(2, -40)]);
});

it('leaves room before the encoding', () => {
  const values = runs(100, 3, 12);
  expect([...encode(values, 3, 4).subarray(4)]).toEqual([...byLibrary(values, 3)]);
});
