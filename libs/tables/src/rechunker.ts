import { allocateColumn, type Batch, type ColumnArray } from './batch.ts';
import type { TableSchema } from './schema.ts';

/**
 * Cuts a table into chunks of `chunkRows` rows, however its rows come in, so that what is written
 * does not depend on how they were split into batches. Only the last chunk may be shorter.
 *
 * A chunk handed to `emit` is valid until `emit` returns: its arrays are filled again.
 */
export class Rechunker {
  readonly #schema: TableSchema;
  readonly #chunkRows: number;
  readonly #emit: (chunk: Batch) => void;
  readonly #buffers: readonly ColumnArray[];
  #filled = 0;

  constructor(schema: TableSchema, chunkRows: number, emit: (chunk: Batch) => void) {
    this.#schema = schema;
    this.#chunkRows = chunkRows;
    this.#emit = emit;
    this.#buffers = schema.columns.map(({ type }) => allocateColumn(type, chunkRows));
  }

  append(batch: Batch): void {
    for (let row = 0; row < batch.rows;) {
      const end = Math.min(batch.rows, row + this.#chunkRows - this.#filled);
      for (const [index, { name }] of this.#schema.columns.entries()) {
        copyRows(this.#buffers[index], this.#filled, batch.columns[name], row, end);
      }
      this.#filled += end - row;
      row = end;
      if (this.#filled === this.#chunkRows) this.flush();
    }
  }

  /** Emits the rows that wait for a chunk to fill, if there are any. */
  flush(): void {
    if (this.#filled === 0) return;
    const columns = this.#schema.columns.map(({ name }, index): [string, ColumnArray] => {
      const buffer = this.#buffers[index];
      return [name, Array.isArray(buffer) ? buffer : buffer.subarray(0, this.#filled)];
    });
    this.#emit({ rows: this.#filled, columns: Object.fromEntries(columns) });
    for (const buffer of this.#buffers) if (Array.isArray(buffer)) buffer.length = 0;
    this.#filled = 0;
  }
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
