import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  cyclicRows,
  differentRows,
  everyType,
  expectedColumns,
  firstDifference,
  repeatingRows,
  sortedRows,
  temporaryFolder,
  type EveryType,
} from '../test/fixtures.ts';
import { queryDuckDb, readWithDuckDb } from '../test/duckdb.ts';
import { readWithPolars } from '../test/polars.ts';
import { SCHEMA_KEY } from './metadata.ts';
import { createParquetWriter } from './parquet-writer.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

function write(name: string, batch: EveryType, metadata: Record<string, string> = {}): string {
  const path = join(folder, `${name}.parquet`);
  const writer = createParquetWriter(path, everyType, metadata);
  writer.append(batch);
  writer.close();
  return path;
}

describe('createParquetWriter', () => {
  it.each([
    ['no rows', repeatingRows(0)],
    ['one row', differentRows(1)],
    ['three rows', repeatingRows(3)],
    ['a row group of repeating values', repeatingRows(20_000)],
    ['several row groups of repeating values', repeatingRows(122_880 + 17)],
    ['several row groups of different values', differentRows(122_880 + 1)],
    ['cycles of many lengths', cyclicRows(20_003)],
    ['several row groups of sorted keys', sortedRows(122_880 + 5)],
  ])('writes what DuckDB and polars read: %s', async (name, batch) => {
    const path = write(name, batch);
    const expected = expectedColumns(batch);
    expect(firstDifference(await readWithDuckDb(path), expected)).toBeUndefined();
    expect(firstDifference(readWithPolars(path), expected)).toBeUndefined();
  });

  it('gives the columns their types and lets none be null', async () => {
    const path = write('types', repeatingRows(3));
    const described = await queryDuckDb(`describe from read_parquet('${path}')`);
    expect(described.map(([name, type]) => [name, type])).toEqual([
      ['process', 'VARCHAR'],
      ['label', 'VARCHAR'],
      ['input', 'SMALLINT'],
      ['draw', 'INTEGER'],
      ['seed', 'BIGINT'],
      ['value', 'FLOAT'],
      ['z', 'DOUBLE'],
      ['exploded', 'BOOLEAN'],
    ]);
    const required = await queryDuckDb(
      `select distinct repetition_type from parquet_schema('${path}') where type is not null`,
    );
    expect(required).toEqual([['REQUIRED']]);
  });

  it('puts the metadata and the schema into the key-value metadata', async () => {
    const path = write('metadata', repeatingRows(1), { seed: '42', pipeline: 'Löwe 🦁' });
    const pairs = await queryDuckDb(
      `select decode(key), decode(value) from parquet_kv_metadata('${path}')`,
    );
    expect(pairs).toEqual([
      ['seed', '42'],
      ['pipeline', 'Löwe 🦁'],
      [SCHEMA_KEY, JSON.stringify(everyType)],
    ]);
  });

  it('bounds its column chunks so that DuckDB skips none that it needs', async () => {
    const path = write('bounds', differentRows(125_000));
    const { columns } = differentRows(125_000);
    const count = async (condition: string): Promise<number> => {
      const [row] = await queryDuckDb(`select count(*) from '${path}' where ${condition}`);
      return Number(row[0]);
    };
    const values = Array.from(columns.value);
    expect(await count(`value = 'NaN'::float`)).toBe(values.filter(Number.isNaN).length);
    expect(await count(`value = 'Infinity'::float`)).toBe(
      values.filter((v) => v === Infinity).length,
    );
    expect(await count('value = 0')).toBe(values.filter((v) => v === 0).length);
    expect(await count('draw < -2000000000')).toBe(columns.draw.filter((v) => v < -2e9).length);
    expect(await count('seed = -9223372036854775808')).toBe(1);
    expect(await count(`label = '${columns.label.at(-1)!.replaceAll("'", "''")}'`)).toBe(1);
    expect(await count(`process = ''`)).toBe(columns.process.filter((v) => v === 3).length);
    expect(await count('exploded')).toBe(columns.exploded.filter((v) => v === 1).length);
  });

  it('stores the least and the greatest value but NaN, of strings 16 bytes', async () => {
    const finite = [NaN, 0, -0, 1.5, -2.5];
    const path = write('statistics', {
      rows: 5,
      columns: {
        ...repeatingRows(5).columns,
        process: Uint8Array.of(2, 1, 1, 2, 1),
        label: ['b', '\ud7ff', '', '🦁', '\uffff'],
        value: Float32Array.from(finite),
        z: Float64Array.from(finite, (value) => 0 * value),
      },
    });
    const bounds = await queryDuckDb(
      `select path_in_schema, stats_min_value, stats_max_value from parquet_metadata('${path}')`,
    );
    expect(bounds).toEqual([
      ['process', 'Löwe, "quoted" ', 'sde'],
      ['label', '', '🦁'],
      ['input', '-32768', '32767'],
      ['draw', '0', '1'],
      ['seed', '-9223372036854775808', '9223372036854775807'],
      ['value', '-2.5', '1.5'],
      ['z', '-0.0', '0.0'],
      ['exploded', 'false', 'false'],
    ]);
  });

  it('stores sorted and constant keys in hardly any bytes', async () => {
    const rows = 40_960;
    const batch: EveryType = {
      rows,
      columns: {
        ...differentRows(rows).columns,
        process: new Uint8Array(rows).fill(1),
        input: Int16Array.from({ length: rows }, (_, row) => row % 10),
        draw: Int32Array.from({ length: rows }, (_, row) => Math.floor(row / 1100)),
        z: Float64Array.from({ length: rows }, (_, row) => (Math.floor(row / 10) % 11) / 10),
        exploded: new Uint8Array(rows),
      },
    };
    const path = write('keys', batch);
    const expected = expectedColumns(batch);
    expect(firstDifference(await readWithDuckDb(path), expected)).toBeUndefined();
    expect(firstDifference(readWithPolars(path), expected)).toBeUndefined();
    const sizes = await queryDuckDb(
      `select path_in_schema, total_compressed_size from parquet_metadata('${path}')`,
    );
    const bytes = Object.fromEntries(sizes.map(([name, size]) => [String(name), Number(size)]));
    for (const key of ['process', 'input', 'draw', 'z', 'exploded']) {
      expect(bytes[key], key).toBeLessThan(rows / 32);
    }
    expect(bytes['value'], 'value').toBeGreaterThan(4 * rows);
  });
});
