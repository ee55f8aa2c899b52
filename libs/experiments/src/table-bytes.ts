import type { ColumnType, TableSchema } from '@resdiff/tables';

const ARROW_BYTES: Readonly<Record<Exclude<ColumnType, 'string'>, number>> = {
  category: 1,
  boolean: 1 / 8,
  int16: 2,
  int32: 4,
  int64: 8,
  float32: 4,
  float64: 8,
};

/** What the rows of a table take on disk. */
export interface TableRows {
  readonly rows: number;
  /** Bytes of a row in Parquet, which depend on how much the values repeat. */
  readonly parquetRowBytes: number;
  /** Bytes of a text, for tables that have any. */
  readonly textBytes?: number;
}

/** Estimated bytes on disk of a table's rows: in their shards, in the Arrow and in the Parquet file. */
export function tableBytes(
  { columns }: TableSchema,
  { rows, parquetRowBytes, textBytes = 16 }: TableRows,
): number {
  const arrowRowBytes = columns.reduce(
    (sum, { type, nullable }) =>
      sum +
      (type === 'string' ? 4 + textBytes : ARROW_BYTES[type]) +
      (nullable ? ARROW_BYTES.boolean : 0),
    0,
  );
  return rows * (2 * arrowRowBytes + parquetRowBytes);
}
