import { DuckDBInstance, type DuckDBResultReader, type DuckDBValue } from '@duckdb/node-api';

/** The rows of a query that DuckDB answers, each an array of its values. */
export async function queryDuckDb(sql: string): Promise<DuckDBValue[][]> {
  return (await answer(sql)).getRows();
}

/** The columns that DuckDB finds in a Parquet file. */
export async function readWithDuckDb(path: string): Promise<Record<string, DuckDBValue[]>> {
  const result = await answer(`from read_parquet('${path}')`);
  const columns = result.getColumns();
  const names = result.columnNames();
  return Object.fromEntries(names.map((name, index) => [name, columns[index] ?? []]));
}

async function answer(sql: string): Promise<DuckDBResultReader> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    return await connection.runAndReadAll(sql);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
