import { isLaidOutAs, knownLayout, type KnownLayout } from './arrow-known-layout.ts';
import { readFooter, type BatchLayout, type ColumnLayout } from './arrow-layout.ts';
import { openSource, type ArrowSource, type OpenSource } from './arrow-source.ts';
import { columnOver, type Batch, type BatchColumn, type ColumnArray } from './batch.ts';
import { SCHEMA_KEY, splitMetadata, type Metadata } from './metadata.ts';
import type { TableSchema } from './schema.ts';

/**
 * Reads an Arrow IPC file record batch by record batch; memory is bounded by a batch. Batches
 * without rows are skipped. Arrays of batches may be views of the memory given.
 *
 * @throws Error if the file is not a complete Arrow file; TypeError if a column has nulls that the
 *   {@link TableSchema} in the file's metadata does not declare or is of a type that none has, or if
 *   the batches are compressed; an error of the file system, with its `code`.
 */
export function readArrowBatches(source: ArrowSource): Generator<Batch, void, undefined> {
  return new ArrowReader().batches(source);
}

/** Reads one file after another; one that is laid out as the one before is read at once. */
export class ArrowReader {
  #last: KnownLayout | undefined;

  /** Reads as {@link readArrowBatches} does. */
  *batches(source: ArrowSource): Generator<Batch, void, undefined> {
    const file = openSource(source);
    try {
      for (const layout of this.#layoutOf(file)) {
        const { offset, length } = layout.body;
        if (layout.rows > 0) yield toBatch(layout, file.read(offset, length));
      }
    } finally {
      file.close();
    }
  }

  #layoutOf(file: OpenSource): readonly BatchLayout[] {
    if (!this.#last || !isLaidOutAs(this.#last, file)) this.#last = knownLayout(file);
    return this.#last.batches;
  }
}

/** The metadata that was given to the writer. Throws as {@link readArrowBatches} does. */
export function readArrowMetadata(path: string): Metadata {
  return readPairs(path).metadata;
}

/**
 * The schema of a table that was written by this library.
 *
 * @throws Error for another file, or as {@link readArrowBatches} does.
 */
export function readArrowSchema(path: string): TableSchema {
  const { schema } = readPairs(path);
  if (!schema) throw new Error(`${path}: expected the metadata key ${SCHEMA_KEY}, found none`);
  return schema;
}

function readPairs(path: string): ReturnType<typeof splitMetadata> {
  const file = openSource(path);
  try {
    return splitMetadata(readFooter(file).schema.metadata);
  } finally {
    file.close();
  }
}

function toBatch({ rows, columns }: BatchLayout, body: Uint8Array): Batch {
  const entries = columns.map((column) => [column.name, toColumn(column, body, rows)] as const);
  return { rows, columns: Object.fromEntries(entries) };
}

function toColumn(column: ColumnLayout, body: Uint8Array, rows: number): BatchColumn {
  const values = toArray(column, body, rows);
  if (!column.validity) return values;
  const { offset, length } = column.validity;
  const valid =
    length === 0
      ? new Uint8Array(rows).fill(1)
      : unpackBits(body.subarray(offset, offset + length), rows);
  return { values, valid };
}

function toArray({ type, buffers }: ColumnLayout, body: Uint8Array, rows: number): ColumnArray {
  const [first, second] = buffers.map(({ offset, length }) =>
    body.subarray(offset, offset + length),
  );
  switch (type) {
    case 'string':
      return unpackStrings(columnOver('int32', first, rows + 1), second);
    case 'boolean':
      return unpackBits(first, rows);
    default:
      return columnOver(type, first, rows);
  }
}

function unpackStrings(offsets: Int32Array, bytes: Uint8Array): string[] {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return Array.from({ length: offsets.length - 1 }, (_, row) =>
    decoder.decode(bytes.subarray(offsets[row], offsets[row + 1])),
  );
}

function unpackBits(bits: Uint8Array, length: number): Uint8Array {
  const booleans = new Uint8Array(length);
  for (let row = 0; row < length; row++) booleans[row] = (bits[row >> 3] >> (row & 7)) & 1;
  return booleans;
}
