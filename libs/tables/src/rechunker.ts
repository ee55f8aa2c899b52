import {
  allocateColumn,
  isNullableColumn,
  type Batch,
  type BatchColumn,
  type ColumnArray,
  type NullableColumn,
} from './batch.ts';
import { nothingIn } from './nullable.ts';
import type { ColumnSchema, TableSchema } from './schema.ts';

/**
 * Cuts a table into chunks of `chunkRows` rows, however its rows come in, so that what is written
 * does not depend on how they were split into batches. Only the last chunk may be shorter. In rows
 * of nulls, values are 0 or empty.
 *
 * A chunk handed to `emit` is valid until `emit` returns: its arrays are filled again.
 */
export class Rechunker {
  readonly #schema: TableSchema;
  readonly #chunkRows: number;
  readonly #emit: (chunk: Batch) => void;
  readonly #buffers: readonly BatchColumn[];
  #filled = 0;

  constructor(schema: TableSchema, chunkRows: number, emit: (chunk: Batch) => void) {
    this.#schema = schema;
    this.#chunkRows = chunkRows;
    this.#emit = emit;
    this.#buffers = schema.columns.map((column) => allocateBuffer(column, chunkRows));
  }

  append(batch: Batch): void {
    for (let row = 0; row < batch.rows;) {
      const end = Math.min(batch.rows, row + this.#chunkRows - this.#filled);
      for (const [index, { name }] of this.#schema.columns.entries()) {
        copyColumn(this.#buffers[index], this.#filled, batch.columns[name], row, end);
      }
      this.#filled += end - row;
      row = end;
      if (this.#filled === this.#chunkRows) this.flush();
    }
  }

  /** Emits the rows that wait for a chunk to fill, if there are any. */
  flush(): void {
    if (this.#filled === 0) return;
    const columns = this.#schema.columns.map(({ name }, index): [string, BatchColumn] => [
      name,
      filledPart(this.#buffers[index], this.#filled),
    ]);
    this.#emit({ rows: this.#filled, columns: Object.fromEntries(columns) });
    for (const buffer of this.#buffers) {
      const values = isNullableColumn(buffer) ? buffer.values : buffer;
      if (Array.isArray(values)) values.length = 0;
    }
    this.#filled = 0;
  }
}

function allocateBuffer({ type, nullable }: ColumnSchema, rows: number): BatchColumn {
  const values = allocateColumn(type, rows);
  return nullable ? { values, valid: new Uint8Array(rows) } : values;
}

function filledPart(buffer: BatchColumn, rows: number): BatchColumn {
  if (!isNullableColumn(buffer)) return filledRows(buffer, rows);
  const { values, valid } = buffer;
  return { values: filledRows(values, rows), valid: valid.subarray(0, rows) };
}

function filledRows(buffer: ColumnArray, rows: number): ColumnArray {
  return Array.isArray(buffer) ? buffer : buffer.subarray(0, rows);
}

function copyColumn(
  target: BatchColumn,
  offset: number,
  source: BatchColumn,
  start: number,
  end: number,
): void {
  if (!isNullableColumn(target)) {
    copyRows(target, offset, source as ColumnArray, start, end);
    return;
  }
  const { values, valid } = source as NullableColumn;
  copyRows(target.values, offset, values, start, end);
  target.valid.set(valid.subarray(start, end), offset);
  clearNulls(target, offset, offset + end - start);
}

function copyRows(
  target: ColumnArray,
  offset: number,
  source: ColumnArray,
  start: number,
  end: number,
): void {
  if (Array.isArray(target)) {
    for (let row = start; row < end; row++) target.push((source as string[])[row]);
  } else if (target instanceof BigInt64Array) {
    target.set((source as BigInt64Array).subarray(start, end), offset);
  } else {
    target.set((source as Float64Array).subarray(start, end), offset);
  }
}

function clearNulls({ values, valid }: NullableColumn, start: number, end: number): void {
  const nothing = nothingIn(values);
  const cleared = values as ColumnArray[number][];
  for (let row = start; row < end; row++) if (valid[row] === 0) cleared[row] = nothing;
}
