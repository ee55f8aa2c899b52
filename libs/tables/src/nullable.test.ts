import { tableFromIPC } from 'apache-arrow';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pl from 'nodejs-polars';
import { afterAll, describe, expect, expectTypeOf, it } from 'vitest';
import { queryDuckDb, readWithDuckDb } from '../test/duckdb.ts';
import {
  cyclicRows,
  differentRows,
  everyNullable,
  expectedNullable,
  firstDifference,
  listOf,
  repeatingRows,
  sliceRows,
  sortedRows,
  temporaryFolder,
  withNulls,
  type EveryType,
} from '../test/fixtures.ts';
import { readWithPolars } from '../test/polars.ts';
import { ArrowReader, readArrowBatches } from './arrow-reader.ts';
import type { Batch, BatchColumn } from './batch.ts';
import { createTableWriter } from './index.ts';
import { nullableColumn, valueAt } from './nullable.ts';
import { defineTable, type TableSchema } from './schema.ts';
import type { TableFiles } from './table.ts';
import type { TableFile } from './table-writer.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

type IsNull = (row: number, column: number) => boolean;

const scattered: IsNull = (row, column) => (row * 7 + column) % 3 === 0;

async function write(
  name: string,
  batch: Batch,
  schema: TableSchema = everyNullable,
  ends: readonly number[] = [batch.rows],
): Promise<TableFiles<TableFile>> {
  const path = join(folder, name);
  const files = { parquet: `${path}.parquet`, arrow: `${path}.arrow` };
  const writer = await createTableWriter(files, schema, {});
  let start = 0;
  for (const end of ends) {
    writer.append(sliceRows(batch, start, end));
    start = end;
  }
  return writer.close();
}

/** The columns of a file of ours, of categories the strings. */
function readOwn(path: string): Record<string, unknown[]> {
  const found: Record<string, unknown[]> = {};
  for (const { columns } of readArrowBatches(path)) {
    for (const { name, type, values } of everyNullable.columns) {
      const meaning = (value: unknown) => {
        if (value === null || (type !== 'category' && type !== 'boolean')) return value;
        return values?.[Number(value)] ?? value === 1;
      };
      (found[name] ??= []).push(...listOf(columns[name]).map(meaning));
    }
  }
  return found;
}

describe('nullableColumn and valueAt', () => {
  it('tell null from NaN', () => {
    const column = nullableColumn('float64', [1, null, NaN, -0]);
    expect(column).toEqual({
      values: Float64Array.of(1, 0, NaN, -0),
      valid: Uint8Array.of(1, 0, 1, 1),
    });
    expect([0, 1, 2, 3].map((row) => valueAt(column, row))).toEqual([1, null, NaN, -0]);
  });

  it('are of every type', () => {
    expect(listOf(nullableColumn('string', [null, 'a', null]))).toEqual([null, 'a', null]);
    expect(listOf(nullableColumn('int64', [2n, null]))).toEqual([2n, null]);
    expect(listOf(nullableColumn('category', [null, 3]))).toEqual([null, 3]);
    expect(listOf(nullableColumn('float32', []))).toEqual([]);
  });

  it('have types that keep a nullable column apart from others', () => {
    const table = defineTable({
      name: 'pair',
      columns: [
        { name: 'all', type: 'float32', description: '' },
        { name: 'some', type: 'float32', description: '', nullable: true },
      ],
    });
    type Columns = Batch<typeof table>['columns'];
    expectTypeOf<Columns['all']>().toEqualTypeOf<Float32Array>();
    expectTypeOf<Columns['some']>().not.toExtend<Float32Array>();
    expectTypeOf<Columns['all']>().not.toExtend<Columns['some']>();
    expectTypeOf<Columns['all'] | Columns['some']>().toExtend<BatchColumn>();
    expectTypeOf(valueAt<Float32Array>).returns.toEqualTypeOf<number | null>();
  });
});

describe('files with nulls', () => {
  it.each<[string, EveryType, IsNull]>([
    ['none of three rows', repeatingRows(3), () => false],
    ['all of three rows', repeatingRows(3), () => true],
    ['a row of one column', differentRows(9), (row, column) => row === 8 && column === 6],
    ['repeating values', repeatingRows(2000), scattered],
    ['different values', differentRows(5000), scattered],
    ['cycles', cyclicRows(5000), scattered],
    ['runs of keys', sortedRows(5000), (row, column) => (row >> 9) % 3 === column % 3],
  ])('are read by DuckDB, polars and our own reader: %s', async (name, batch, isNull) => {
    const { parquet, arrow } = await write(name, withNulls(batch, isNull));
    const expected = expectedNullable(batch, isNull);
    expect(firstDifference(await readWithDuckDb(parquet.file), expected)).toBeUndefined();
    expect(firstDifference(readWithPolars(parquet.file), expected)).toBeUndefined();
    expect(firstDifference(readWithPolars(arrow.file), expected)).toBeUndefined();
    expect(firstDifference(readOwn(arrow.file), expected)).toBeUndefined();
    // The comparison sees a null that is taken for a value.
    const others = expectedNullable(batch, (row, column) => isNull(row, column) !== (row === 0));
    expect(firstDifference(readOwn(arrow.file), others)).toMatch(/^process\[0\]/);
  });

  const pair = defineTable({
    name: 'pair',
    columns: [
      { name: 'id', type: 'int32', description: '' },
      { name: 'z', type: 'float64', description: '', nullable: true },
      { name: 'label', type: 'string', description: '', nullable: true },
    ],
  });

  /** Of two row groups and three record batches. */
  const rows = 122_880 + 8;

  function pairs(isNull: IsNull): Batch<typeof pair> {
    const from = { length: rows };
    const valid = (column: number) => Uint8Array.from(from, (_, row) => +!isNull(row, column));
    // Nulls hide what is beyond the others.
    const z = (row: number) => (isNull(row, 0) ? 1e9 * (row - 7) : row / 2);
    const label = (row: number) => (isNull(row, 1) ? 'zzz' : `label ${row % 9}`);
    return {
      rows,
      columns: {
        id: Int32Array.from(from, (_, row) => row),
        z: { values: Float64Array.from(from, (_, row) => z(row)), valid: valid(0) },
        label: { values: Array.from(from, (_, row) => label(row)), valid: valid(1) },
      },
    };
  }

  const ends = [0, 1, 61_439, 61_440, 122_879, 122_880, 122_887];
  it.each<[string, IsNull]>([
    ['beside the ends of row groups and record batches', (row) => ends.includes(row)],
    [
      'in all rows of one and in no row of the next',
      (row, column) => row < 122_880 === (column === 0),
    ],
  ])('are read where nulls stand %s', async (name, isNull) => {
    const { columns } = pairs(isNull);
    const { parquet, arrow } = await write(name, { rows, columns }, pair);
    const expected = Object.fromEntries(
      Object.entries(columns).map(([column, found]) => [column, listOf(found)]),
    );
    expect(firstDifference(await readWithDuckDb(parquet.file), expected)).toBeUndefined();
    expect(firstDifference(readWithPolars(arrow.file), expected)).toBeUndefined();
    const own: Record<string, unknown[]> = { id: [], z: [], label: [] };
    for (const batch of readArrowBatches(arrow.file)) {
      for (const [column, values] of Object.entries(own))
        values.push(...listOf(batch.columns[column]));
    }
    expect(firstDifference(own, expected)).toBeUndefined();
  });

  it('say in Parquet which columns are optional, their nulls, and bounds without them', async () => {
    const batch = pairs((row, column) => (column === 0 ? row % 2 === 0 : row >= 122_880));
    const { parquet } = await write('metadata', batch, pair);
    const repetitions = await queryDuckDb(
      `select name, repetition_type from parquet_schema('${parquet.file}') where type is not null`,
    );
    expect(repetitions).toEqual([
      ['id', 'REQUIRED'],
      ['z', 'OPTIONAL'],
      ['label', 'OPTIONAL'],
    ]);
    const chunks = await queryDuckDb(
      `select row_group_id, path_in_schema, num_values, stats_null_count, stats_min_value,
         stats_max_value, encodings, compression
       from parquet_metadata('${parquet.file}')`,
    );
    expect(chunks).toEqual([
      [0n, 'id', 122_880n, 0n, '0', '122879', 'DELTA_BINARY_PACKED', 'SNAPPY'],
      [0n, 'z', 122_880n, 61_440n, '0.5', '61439.5', 'PLAIN, RLE', 'UNCOMPRESSED'],
      [0n, 'label', 122_880n, 0n, 'label 0', 'label 8', 'PLAIN, RLE_DICTIONARY, RLE', 'SNAPPY'],
      [1n, 'id', 8n, 0n, '122880', '122887', 'DELTA_BINARY_PACKED', 'SNAPPY'],
      [1n, 'z', 8n, 4n, '61440.5', '61443.5', 'PLAIN, RLE', 'UNCOMPRESSED'],
      [1n, 'label', 8n, 8n, null, null, 'PLAIN, RLE', 'UNCOMPRESSED'],
    ]);
    const [counts] = await queryDuckDb(
      `select count(*) filter (z > 61440), count(*) filter (z < 0), count(*) filter (z is null)
       from '${parquet.file}'`,
    );
    expect(counts).toEqual([4n, 0n, 61_444n]);
  });

  it('leave nulls, and no NaN, out of what DuckDB and polars compute', async () => {
    const table = defineTable({
      name: 'averages',
      columns: [
        { name: 'healthy', type: 'float64', description: '', nullable: true },
        { name: 'diverged', type: 'float32', description: '', nullable: true },
        { name: 'empty', type: 'float64', description: '', nullable: true },
      ],
    });
    const batch: Batch<typeof table> = {
      rows: 4,
      columns: {
        healthy: nullableColumn('float64', [1, null, null, 4]),
        diverged: nullableColumn('float32', [1, NaN, null, 4]),
        empty: nullableColumn('float64', [null, null, null, null]),
      },
    };
    const { parquet } = await write('averages', batch, table);
    const names = table.columns.map(({ name }) => name);
    const [averages] = await queryDuckDb(
      `select ${names.map((name) => `avg(${name}), count(${name})`).join()} from '${parquet.file}'`,
    );
    expect(averages).toEqual([2.5, 2n, NaN, 3n, null, 0n]);
    const frame = pl.readParquet(readFileSync(parquet.file));
    expect(names.map((name) => frame.getColumn(name).mean())).toEqual([2.5, NaN, null]);
    const summary = await queryDuckDb(
      `select column_name, "avg", count, null_percentage::double
       from (summarize select healthy, empty from '${parquet.file}')`,
    );
    expect(summary).toEqual([
      ['healthy', '2.5', 4n, 50],
      ['empty', null, 4n, 100],
    ]);
    // Where a diverged number is in play, it shows.
    await expect(queryDuckDb(`summarize from '${parquet.file}'`)).rejects.toThrow('out of range');
  });

  it('have bytes that do not depend on how rows are split, nor on what stands at nulls', async () => {
    const rows = 10_000;
    const batch = withNulls(cyclicRows(rows), scattered);
    const other = withNulls(differentRows(rows), scattered);
    const replaced = everyNullable.columns.map(({ name }): [string, BatchColumn] => {
      const [own, foreign] = [batch.columns[name], other.columns[name]];
      if (!('valid' in own) || !('valid' in foreign)) return [name, own];
      const values = own.values.slice() as unknown[];
      own.valid.forEach((valid, row) => {
        if (!valid) values[row] = foreign.values[row];
      });
      return [name, { values, valid: own.valid } as BatchColumn];
    });
    const files = [
      await write('whole', batch),
      await write('split', batch, everyNullable, [1, 1, 8, 6000, 6001, rows]),
      await write('garbage', { rows, columns: Object.fromEntries(replaced) }),
    ];
    const moved = await write(
      'moved',
      withNulls(cyclicRows(rows), (row, column) => scattered(row + 1, column)),
    );
    for (const format of ['parquet', 'arrow'] as const) {
      const sums = files.map((each) => each[format].sha256);
      expect(new Set(sums).size, format).toBe(1);
      expect(sums).not.toContain(moved[format].sha256);
    }
  });
});

describe('Arrow files with nulls', () => {
  const rows = 100;

  it('are read by the library with their nulls counted', async () => {
    const { arrow } = await write('library', withNulls(repeatingRows(rows), scattered));
    const { schema, ...table } = tableFromIPC(readFileSync(arrow.file));
    expect(schema.fields.filter(({ nullable }) => !nullable).map(({ name }) => name)).toEqual([
      'id',
    ]);
    const expected = expectedNullable(repeatingRows(rows), scattered);
    const counts = schema.fields.map(({ name }) => [
      name,
      table.batches[0].getChild(name)!.nullCount,
    ]);
    expect(counts).toEqual(
      Object.entries(expected).map(([name, values]) => [
        name,
        values.filter((value) => value === null).length,
      ]),
    );
  });

  it('of one layout are told apart by what is null in each', async () => {
    const patterns: IsNull[] = [
      (row) => row < 10,
      (row) => row >= 90,
      () => false,
      (row) => row === 50,
      (row) => row === 51,
      () => true,
    ];
    const batch = differentRows(rows);
    const reader = new ArrowReader();
    for (const [index, isNull] of [...patterns, ...patterns.toReversed()].entries()) {
      const { arrow } = await write(`pattern ${index}`, withNulls(batch, isNull));
      const [{ columns }] = [
        ...reader.batches({ name: arrow.file, bytes: readFileSync(arrow.file) }),
      ];
      for (const [name, values] of Object.entries(batch.columns)) {
        const expected = Array.from<unknown>(values).map((value, row) =>
          isNull(row, 0) ? null : value,
        );
        expect(listOf(columns[name]), `pattern ${index}, ${name}`).toEqual(expected);
      }
    }
  });

  it('are refused where the schema in the file does not let the column be null', async () => {
    const { arrow } = await write('undeclared', withNulls(differentRows(rows), scattered));
    const bytes = readFileSync(arrow.file);
    for (let at = bytes.indexOf('"nullable"'); at !== -1; at = bytes.indexOf('"nullable"', at)) {
      bytes.write('"unknown_"', at);
    }
    expect(() => [...readArrowBatches({ name: 'undeclared', bytes })]).toThrow(
      'undeclared: column process: expected no nulls, found 34',
    );
  });

  it('are refused if they have fewer bits than rows', async () => {
    const { arrow } = await write('bits', withNulls(differentRows(rows), scattered));
    const bytes = readFileSync(arrow.file);
    // 100 bits are 13 bytes, padded to 16.
    const size = Buffer.from(BigInt64Array.of(16n).buffer);
    bytes.writeBigInt64LE(8n, bytes.indexOf(size));
    expect(() => [...readArrowBatches({ name: 'bits', bytes })]).toThrow(
      'bits: column process: expected a complete Arrow IPC file, found a batch cut short',
    );
  });
});
