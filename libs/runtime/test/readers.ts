import { DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';

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
