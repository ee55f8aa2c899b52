import { ByteWriter } from 'hyparquet-writer';
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js';
import { expect, it } from 'vitest';
import { RunFinder } from './parquet-run-finder.ts';
import { RunEncoder } from './parquet-runs.ts';

const encoder = new RunEncoder();
const finder = new RunFinder(5000);

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
      expect([...encoder.encode(values, { bits })]).toEqual([...byLibrary(values, bits)]);
      const starts = finder.ofWords(values, 1, rows);
      if (starts) {
        const found = encoder.encode(values, { bits, runs: starts });
        expect([...found]).toEqual([...byLibrary(values, bits)]);
      }
    }
  }
});

it('leaves room before the encoding', () => {
  const values = runs(100, 3, 12);
  const found = encoder.encode(values, { bits: 3, prefix: 4 });
  expect([...found.subarray(4)]).toEqual([...byLibrary(values, 3)]);
});
