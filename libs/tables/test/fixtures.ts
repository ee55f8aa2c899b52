import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isNullableColumn, type Batch, type BatchColumn } from '../src/batch.ts';
import { valueAt } from '../src/nullable.ts';
import { defineTable, type TableSchema } from '../src/schema.ts';

/** A table with a column of every type. */
export const everyType = defineTable({
  name: 'everyType',
  columns: [
    {
      name: 'process',
      type: 'category',
      description: 'The process that was drawn from.',
      values: ['resnet', 'sde', 'Löwe, "quoted" 🦁', ''],
    },
    { name: 'label', type: 'string', description: 'Any text.' },
    { name: 'input', type: 'int16', description: 'The index of the input.' },
    { name: 'draw', type: 'int32', description: 'The index of the draw.' },
    { name: 'seed', type: 'int64', description: 'A 64-bit seed.' },
    { name: 'value', type: 'float32', description: 'A preactivation.', unit: 'sigmaW' },
    { name: 'z', type: 'float64', description: 'The position in depth.', unit: 'depth' },
    { name: 'exploded', type: 'boolean', description: 'Whether it left the range of a float.' },
  ],
});

export type EveryType = Batch<typeof everyType>;

/** A table with a nullable column of every type, and one that is not nullable among them. */
export const everyNullable: TableSchema = defineTable({
  name: 'everyNullable',
  columns: [
    ...everyType.columns.slice(0, 4).map((column) => ({ ...column, nullable: true as const })),
    { name: 'id', type: 'int32', description: 'The index of the row.' },
    ...everyType.columns.slice(4).map((column) => ({ ...column, nullable: true as const })),
  ],
});

const strings = [
  '',
  'a',
  'Ünïcödé',
  '水',
  '🦁🧪',
  'mark\ufeff',
  'line\nbreak',
  '"\'\\',
  'x'.repeat(999),
];
const int16s = [0, 1, -1, 32_767, -32_768];
const int32s = [0, 1, -1, 2_147_483_647, -2_147_483_648];
const int64s = [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n)];
const doubles = [0, -0, NaN, Infinity, -Infinity, 5e-324, 1.7976931348623157e308, 1 / 3];

/** Rows that run through the awkward values of every type, again and again. */
export function repeatingRows(rows: number): EveryType {
  const from = { length: rows };
  return {
    rows,
    columns: {
      process: Uint8Array.from(from, (_, row) => Math.floor(row / 50) % 4),
      label: Array.from(from, (_, row) => strings[row % strings.length]),
      input: Int16Array.from(from, (_, row) => int16s[row % int16s.length]),
      draw: Int32Array.from(from, (_, row) => int32s[Math.floor(row / 3) % int32s.length]),
      seed: BigInt64Array.from(from, (_, row) => int64s[row % int64s.length]),
      value: Float32Array.from(from, (_, row) => doubles[row % doubles.length]),
      z: Float64Array.from(from, (_, row) => doubles[Math.floor(row / 9) % doubles.length]),
      exploded: Uint8Array.from(from, (_, row) => Number(Math.floor(row / 20) % 3 === 1)),
    },
  };
}

/** Rows whose values hardly repeat, with the awkward values of every type among them. */
export function differentRows(rows: number): EveryType {
  const from = { length: rows };
  let state = 1;
  const bits = Int32Array.from(
    from,
    () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0),
  );
  return {
    rows,
    columns: {
      process: Uint8Array.from(bits, (word) => (word >>> 16) & 3),
      label: Array.from(bits, (word, row) => `${row} ${strings[(word >>> 16) % 9]}`),
      input: Int16Array.from(bits, (word) => word >> 16),
      draw: bits,
      seed: BigInt64Array.from(bits, (word, row) => int64s[row] ?? BigInt(word) * 1_234_567_890n),
      value: Float32Array.from(bits, (word, row) => doubles[row] ?? word * 1e-9),
      z: Float64Array.from(bits, (word, row) => doubles[row] ?? word / 3),
      exploded: Uint8Array.from(bits, (word) => (word >>> 16) & 1),
    },
  };
}

/** Sorted keys, all different. */
export function sortedRows(rows: number): EveryType {
  const batch = differentRows(rows);
  return {
    rows,
    columns: {
      ...batch.columns,
      draw: Int32Array.from({ length: rows }, (_, row) => Math.floor(row / 5) - 1000),
      input: Int16Array.from({ length: rows }, (_, row) => Math.floor(row / 8)),
    },
  };
}

/** Keys that run through the same values again and again. */
export function cyclicRows(rows: number): EveryType {
  const from = { length: rows };
  const grid = Float64Array.from({ length: 4000 }, (_, index) => Math.sqrt(index) - 20);
  return {
    rows,
    columns: {
      ...differentRows(rows).columns,
      process: Uint8Array.from(from, (_, row) => (row % 5) % 4),
      input: Int16Array.from(from, (_, row) => row % 500),
      draw: Int32Array.from(from, (_, row) => (row % 333) << 20),
      seed: BigInt64Array.from(from, (_, row) => BigInt(row % 1001) << 40n),
      z: Float64Array.from(from, (_, row) => grid[row % 4000]),
      exploded: Uint8Array.from(from, (_, row) => Number(row % 7 === 3)),
    },
  };
}

/**
 * The rows with nulls in some places, which depend on the column's index in {@link everyType}; what
 * stands there stays.
 */
export function withNulls(
  { rows, columns }: EveryType,
  isNull: (row: number, column: number) => boolean,
): Batch {
  const nullable = Object.entries(columns).map(([name, values], index): [string, BatchColumn] => [
    name,
    { values, valid: Uint8Array.from({ length: rows }, (_, row) => Number(!isNull(row, index))) },
  ]);
  return {
    rows,
    columns: {
      ...Object.fromEntries(nullable),
      id: Int32Array.from({ length: rows }, (_, row) => row),
    },
  };
}

/** What a reader should find of {@link withNulls}. */
export function expectedNullable(
  batch: EveryType,
  isNull: (row: number, column: number) => boolean,
): Record<string, unknown[]> {
  const found = expectedColumns(batch);
  const nullable = Object.entries(found).map(([name, values], index): [string, unknown[]] => [
    name,
    values.map((value, row) => (isNull(row, index) ? null : value)),
  ]);
  const id = Array.from({ length: batch.rows }, (_, row) => row);
  return { ...Object.fromEntries([...nullable.slice(0, 4), ['id', id], ...nullable.slice(4)]) };
}

/** The values of a column, null in the rows that have none. */
export function listOf(column: BatchColumn): unknown[] {
  return isNullableColumn(column)
    ? Array.from(column.valid, (_, row) => valueAt(column, row))
    : Array.from<unknown>(column);
}

/** What a reader should find: strings for categories, booleans for 0 and 1. */
export function expectedColumns({ columns }: EveryType): Record<string, unknown[]> {
  const categories = everyType.columns[0].values;
  return {
    ...Object.fromEntries(Object.entries(columns).map(([name, array]) => [name, [...array]])),
    process: Array.from(columns.process, (index) => categories[index]),
    exploded: Array.from(columns.exploded, (bit) => bit === 1),
  };
}

/** The first difference between two sets of columns, where NaN is NaN and -0 is not 0. */
export function firstDifference(
  found: Record<string, readonly unknown[]>,
  expected: Record<string, readonly unknown[]>,
): string | undefined {
  if (Object.keys(found).join() !== Object.keys(expected).join()) {
    return `columns ${Object.keys(found).join()}`;
  }
  for (const [name, values] of Object.entries(expected)) {
    const others = found[name];
    if (others.length !== values.length) return `${name}: ${others.length} rows`;
    const row = values.findIndex((value, index) => !Object.is(value, others[index]));
    if (row !== -1) return `${name}[${row}]: ${String(others[row])} for ${String(values[row])}`;
  }
  return undefined;
}

/** The rows from `start` to before `end`. */
export function sliceRows<Rows extends Batch>(batch: Rows, start: number, end: number): Rows {
  const columns = Object.entries<BatchColumn>(batch.columns).map(
    ([name, column]): [string, BatchColumn] => [
      name,
      isNullableColumn(column)
        ? { values: column.values.slice(start, end), valid: column.valid.slice(start, end) }
        : column.slice(start, end),
    ],
  );
  return { rows: end - start, columns: Object.fromEntries(columns) } as Rows;
}

/** A folder for one test file, and how to remove it. */
export function temporaryFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'resdiff-tables-'));
  return {
    folder,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
