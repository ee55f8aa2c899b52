import { DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';
import { readFileSync } from 'node:fs';
import pl, { type DataFrame } from 'nodejs-polars';

/** The rows of a query that DuckDB answers, each an array of its values. */
export async function queryDuckDb(sql: string): Promise<DuckDBValue[][]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRows();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The columns that DuckDB finds in a Parquet file. */
export async function readWithDuckDb(path: string): Promise<Record<string, DuckDBValue[]>> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const result = await connection.runAndReadAll(`from read_parquet('${path}')`);
    const columns = result.getColumns();
    const names = result.columnNames();
    return Object.fromEntries(names.map((name, index) => [name, columns[index] ?? []]));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The columns that polars finds in a Parquet or Arrow file. */
export function readWithPolars(path: string): Record<string, unknown[]> {
  const bytes = readFileSync(path);
  const frame = path.endsWith('.parquet') ? pl.readParquet(bytes) : pl.readIPC(bytes);
  return Object.fromEntries(frame.columns.map((name) => [name, polarsColumn(frame, name)]));
}

/** `toArray` would round 64-bit integers to doubles. */
function polarsColumn(frame: DataFrame, name: string): unknown[] {
  const column = frame.getColumn(name);
  return String(column.dtype) === String(pl.Int64)
    ? Array.from(column.cast(pl.String).toArray(), BigInt)
    : [...column.toArray()];
}
