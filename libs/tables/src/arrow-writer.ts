import { MetadataVersion } from 'apache-arrow/enum';
import { FileBlock, Footer } from 'apache-arrow/ipc/metadata/file';
import {
  BufferRegion,
  DictionaryBatch,
  FieldNode,
  Message,
  RecordBatch,
} from 'apache-arrow/ipc/metadata/message';
import type { Schema } from 'apache-arrow/schema';
import { arrowSchema } from './arrow-schema.ts';
import type { AtomicFile } from './atomic.ts';
import { isNullableColumn, type Batch, type ColumnArray } from './batch.ts';
import { fileMetadata, type Metadata } from './metadata.ts';
import { countNulls } from './nullable.ts';
import type { ColumnSchema, ColumnType, TableSchema } from './schema.ts';
import {
  CHUNK_ROWS,
  createFileWriter,
  type ChunkEncoder,
  type TableTarget,
  type TableWriter,
} from './table-writer.ts';

const RECORD_BATCH_ROWS = CHUNK_ROWS / 2;

const MAGIC = Buffer.from('ARROW1');

/**
 * A writer of an Arrow IPC file ("Feather 2"), uncompressed, in record batches of 61,440 rows.
 * `metadata` and the table's schema stand in the metadata of the Arrow schema, descriptions and
 * units in that of the fields.
 *
 * @throws RangeError for a faulty schema or a metadata key that is taken; an error of the file
 *   system, with its `code`.
 */
export function createArrowWriter<Schema extends TableSchema>(
  path: string,
  schema: Schema,
  metadata: Metadata,
): TableWriter<Schema> {
  return createFileWriter(schema, arrowTarget(path, schema, metadata));
}

/** An Arrow file as {@link createArrowWriter} writes it. Throws RangeError as it does. */
export function arrowTarget(path: string, schema: TableSchema, metadata: Metadata): TableTarget {
  const arrow = arrowSchema(schema, fileMetadata(schema, metadata));
  return { path, createEncoder: (file) => new ArrowEncoder(file, schema.columns, arrow) };
}

/** A column of a record batch. */
interface ColumnBuffers {
  readonly nulls: number;
  /** That of what is valid, which is empty if all is, and those of the values. */
  readonly buffers: readonly Uint8Array[];
}

/**
 * Writes the layout "IPC File Format" of the format's Columnar.rst. The library's own writer takes
 * each batch apart anew, which costs more than the batch.
 */
class ArrowEncoder implements ChunkEncoder {
  readonly #file: AtomicFile;
  readonly #columns: readonly ColumnSchema[];
  readonly #schema: Schema;
  readonly #dictionaries: FileBlock[] = [];
  readonly #batches: FileBlock[] = [];
  #position = 0;
  /** The last batch's message and the sizes that it tells. */
  #message = { sizes: '', bytes: new Uint8Array(0) };

  constructor(file: AtomicFile, columns: readonly ColumnSchema[], schema: Schema) {
    this.#file = file;
    this.#columns = columns;
    this.#schema = schema;
    this.#write(MAGIC);
    this.#write(new Uint8Array(2));
    this.#write(framed(Message.from(schema)));
    for (const [id, { values }] of columns.entries()) {
      if (!values) continue;
      const dictionary = [allValid(stringBuffers(values))];
      const batch = new DictionaryBatch(recordBatch(values.length, dictionary), id);
      const message = framed(Message.from(batch, bodyBytes(dictionary)));
      this.#dictionaries.push(this.#writeBatch(message, dictionary));
    }
  }

  writeChunk({ rows, columns }: Batch): void {
    for (let start = 0; start < rows; start += RECORD_BATCH_ROWS) {
      this.#writeRows(columns, start, Math.min(rows, start + RECORD_BATCH_ROWS));
    }
  }

  #writeRows(columns: Batch['columns'], start: number, end: number): void {
    const written = this.#columns.map(({ name, type }) => {
      const column = columns[name];
      if (!isNullableColumn(column)) return allValid(buffersOf(type, rowsOf(column, start, end)));
      const values = buffersOf(type, rowsOf(column.values, start, end));
      const valid = column.valid.subarray(start, end);
      const nulls = countNulls(valid);
      return nulls === 0 ? allValid(values) : { nulls, buffers: [packBits(valid), ...values] };
    });
    this.#batches.push(this.#writeBatch(this.#messageOf(end - start, written), written));
  }

  finish(): void {
    const { V5 } = MetadataVersion;
    const footer = Footer.encode(new Footer(this.#schema, V5, this.#batches, this.#dictionaries));
    this.#write(bytesOf(Int32Array.of(-1, 0)));
    this.#write(footer);
    this.#write(bytesOf(Int32Array.of(footer.length)));
    this.#write(MAGIC);
  }

  /** Batches of the same sizes, all but the last of a table without strings or nulls, have the same. */
  #messageOf(rows: number, columns: readonly ColumnBuffers[]): Uint8Array {
    const nulls = columns.map((column) => column.nulls);
    const sizes = [rows, ...nulls, ...buffersIn(columns).map(({ length }) => length)].join();
    if (this.#message.sizes !== sizes) {
      const bytes = framed(Message.from(recordBatch(rows, columns), bodyBytes(columns)));
      this.#message = { sizes, bytes };
    }
    return this.#message.bytes;
  }

  #writeBatch(message: Uint8Array, columns: readonly ColumnBuffers[]): FileBlock {
    const block = new FileBlock(message.length, bodyBytes(columns), this.#position);
    this.#write(message);
    for (const bytes of buffersIn(columns)) {
      this.#write(bytes);
      if (bytes.length % 8 > 0) this.#write(new Uint8Array(8 - (bytes.length % 8)));
    }
    return block;
  }

  #write(bytes: Uint8Array): void {
    this.#file.write(bytes);
    this.#position += bytes.length;
  }
}

/** A message with its length before it, up to a multiple of eight bytes. */
function framed(message: Message): Uint8Array<ArrayBuffer> {
  const bytes = Message.encode(message);
  const length = padded(bytes.length);
  const frame = new Uint8Array(8 + length);
  frame.set(bytesOf(Int32Array.of(-1, length)));
  frame.set(bytes, 8);
  return frame;
}

function recordBatch(rows: number, columns: readonly ColumnBuffers[]): RecordBatch {
  const nodes = columns.map(({ nulls }) => new FieldNode(rows, nulls));
  let offset = 0;
  const regions = buffersIn(columns).map(({ length }) => {
    const region = new BufferRegion(offset, padded(length));
    offset += region.length;
    return region;
  });
  return new RecordBatch(rows, nodes, regions, null);
}

function bodyBytes(columns: readonly ColumnBuffers[]): number {
  return buffersIn(columns).reduce((sum, { length }) => sum + padded(length), 0);
}

function buffersIn(columns: readonly ColumnBuffers[]): Uint8Array[] {
  return columns.flatMap(({ buffers }) => buffers);
}

function allValid(values: readonly Uint8Array[]): ColumnBuffers {
  return { nulls: 0, buffers: [new Uint8Array(0), ...values] };
}

function padded(length: number): number {
  return Math.ceil(length / 8) * 8;
}

function rowsOf(array: ColumnArray, start: number, end: number): ColumnArray {
  return Array.isArray(array) ? array.slice(start, end) : array.subarray(start, end);
}

function buffersOf(type: ColumnType, array: ColumnArray): Uint8Array[] {
  if (Array.isArray(array)) return stringBuffers(array);
  return [type === 'boolean' ? packBits(array as Uint8Array) : bytesOf(array)];
}

function stringBuffers(strings: readonly string[]): Uint8Array[] {
  const offsets = new Int32Array(strings.length + 1);
  for (const [row, string] of strings.entries()) {
    offsets[row + 1] = offsets[row] + Buffer.byteLength(string);
  }
  return [bytesOf(offsets), Buffer.from(strings.join(''))];
}

/** Little-endian, as the memory of every machine that Node.js supports but one is. */
function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** One bit a boolean, the first in the lowest bit. */
function packBits(booleans: Uint8Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(booleans.length / 8));
  for (let row = 0; row < booleans.length; row++) bits[row >> 3] |= booleans[row] << (row & 7);
  return bits;
}
