import { describe, expect, it } from 'vitest';
import type { ColumnArray } from './batch.ts';
import { Condenser, gather, type Condensed } from './parquet-condenser.ts';

const condenser = new Condenser(2000);

/** The words of all rows. */
function expand({ words, stride, count, repeats }: Condensed, rows: number): number[] {
  const starts = repeats.kind === 'runs' ? repeats.starts : undefined;
  let run = 0;
  const positions = Int32Array.from({ length: rows }, (_, row) => {
    if (!starts) return row % count;
    while (starts[run + 1] <= row) run++;
    return run;
  });
  return [...gather(words, stride, positions)];
}

function wordsOf(values: Exclude<ColumnArray, string[]>): number[] {
  return values.BYTES_PER_ELEMENT < 4
    ? Array.from(values as Int16Array)
    : [...new Int32Array(values.buffer, values.byteOffset, values.byteLength / 4)];
}

const shapes = [
  ['runs', 1000, 'runs', 100, (row: number) => Math.floor(row / 10)],
  ['a constant', 1000, 'runs', 1, () => 3],
  ['a cycle', 1001, 'cycle', 100, (row: number) => row % 100],
  ['a cycle that comes just twice', 1000, 'cycle', 500, (row: number) => row % 500],
  ['a cycle that does not', 1000, 'none', 1000, (row: number) => row % 501],
  ['a cycle with another end', 1000, 'none', 1000, (row: number) => (row === 999 ? 1 : row % 100)],
  ['a cycle whose first value comes sooner', 1000, 'none', 1000, (row: number) => (row % 100) % 60],
  ['no rows', 0, 'runs', 0, () => 0],
] as const;

describe.each(shapes)('of %s', (_, rows, kind, count, value) => {
  it.each([
    ['bytes', Uint8Array.from({ length: rows }, (_row, row) => value(row) % 251)],
    ['short integers', Int16Array.from({ length: rows }, (_row, row) => -value(row))],
    ['integers', Int32Array.from({ length: rows }, (_row, row) => value(row) << 20)],
    [
      'long integers',
      BigInt64Array.from({ length: rows }, (_row, row) => BigInt(value(row)) << 40n),
    ],
    ['floats', Float32Array.from({ length: rows }, (_row, row) => value(row) / 7)],
    ['doubles', Float64Array.from({ length: rows }, (_row, row) => value(row) / 7)],
  ] as const)('%s are made up of fewer values', (type, values) => {
    const condensed = condenser.condense(values);
    expect(expand(condensed, rows)).toEqual(wordsOf(values));
    if (type === 'bytes') return;
    expect(condensed.repeats.kind).toBe(kind);
    expect(condensed.count).toBe(count);
  });
});

it('tells apart what is equal but not the same', () => {
  const zeros = Float64Array.from({ length: 100 }, (_, row) => (row % 2 === 0 ? 0 : -0));
  const { words } = condenser.condense(zeros);
  expect(words).toHaveLength(200);
  expect(condenser.condense(new Float32Array(100).fill(NaN)).count).toBe(1);
});
