import { readFileSync } from 'node:fs';
import pl, { type DataFrame } from 'nodejs-polars';

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
    ? Array.from(column.cast(pl.String).toArray(), (text) => text && BigInt(text))
    : [...column.toArray()];
}
