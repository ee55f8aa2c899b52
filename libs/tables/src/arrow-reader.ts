import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import {
  DataType,
  Message,
  Precision,
  RecordBatchReader,
  type Data,
  type Field,
  type RecordBatch,
  type Utf8,
} from 'apache-arrow';
import { Footer, type FileBlock } from 'apache-arrow/ipc/metadata/file';
import type { ArrowTypes } from './arrow-schema.ts';
import type { Batch, ColumnArray } from './batch.ts';
import { SCHEMA_KEY, splitMetadata, type Metadata } from './metadata.ts';
import type { TableSchema } from './schema.ts';

const MAGIC = 'ARROW1';

/** The length of the footer, four bytes, and the magic string. */
const TAIL_BYTES = 10;

/** A file on disk by its path, or the content of one; `name` stands for its path in errors. */
export type ArrowSource = string | { readonly name: string; readonly bytes: Uint8Array };

/**
 * Reads an Arrow IPC file record batch by record batch; memory is bounded by a batch. Batches
 * without rows are skipped. Arrays of batches may be views of the memory given.
 *
 * @throws Error if the file is not a complete Arrow file; TypeError if a column is nullable in
 *   fact or of a type that no {@link TableSchema} has; an error of the file system, with its `code`.
 */
export function* readArrowBatches(source: ArrowSource): Generator<Batch, void, undefined> {
  const file = openSource(source);
  try {
    const messages = readMessages(file, readFooter(file));
    for (const batch of RecordBatchReader.from<ArrowTypes>(messages)) {
      if (batch.numRows > 0) yield toBatch(file.name, batch);
    }
  } finally {
    file.close();
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

/** Bytes that can be read anywhere. */
interface OpenSource {
  readonly name: string;
  readonly size: number;
  /** @throws Error if they end before. */
  readonly read: (position: number, length: number) => Uint8Array;
  readonly close: () => void;
}

function openSource(source: ArrowSource): OpenSource {
  if (typeof source === 'string') return openFile(source);
  const { name, bytes } = source;
  return {
    name,
    size: bytes.length,
    read: (position, length) => bytes.subarray(position, position + length),
    close: () => undefined,
  };
}

function openFile(path: string): OpenSource {
  const descriptor = openSync(path, 'r');
  const { size } = fstatSync(descriptor);
  return {
    name: path,
    size,
    read: (position, length) => {
      const bytes = new Uint8Array(length);
      for (let read = 0; read < length;) {
        const count = readSync(descriptor, bytes, read, length - read, position + read);
        if (count === 0) throw new Error(`${path}: expected ${length} bytes at ${position}`);
        read += count;
      }
      return bytes;
    },
    close: () => closeSync(descriptor),
  };
}

function readFooter({ name, size, read }: OpenSource): Footer {
  const incomplete = (found: string): Error =>
    new Error(`${name}: expected a complete Arrow IPC file, found ${found}`);
  if (size < MAGIC.length + 2 + TAIL_BYTES) throw incomplete(`${size} bytes`);
  if (text(read(0, MAGIC.length)) !== MAGIC) {
    throw incomplete(`no ${MAGIC} at its start`);
  }
  const tail = read(size - TAIL_BYTES, TAIL_BYTES);
  if (text(tail.subarray(4)) !== MAGIC) throw incomplete(`no ${MAGIC} at its end`);
  const length = new DataView(tail.buffer, tail.byteOffset).getInt32(0, true);
  const start = size - TAIL_BYTES - length;
  if (length <= 0 || start < MAGIC.length) throw incomplete(`a footer of ${length} bytes`);
  const footer = Footer.decode(read(start, length));
  for (const { offset, metaDataLength, bodyLength } of blocks(footer)) {
    const end = offset + metaDataLength + bodyLength;
    if (offset < MAGIC.length || end > start) throw incomplete(`a block that ends at ${end}`);
  }
  return footer;
}

function* blocks(footer: Footer): Generator<FileBlock, void, undefined> {
  yield* footer.dictionaryBatches();
  yield* footer.recordBatches();
}

/** The file's blocks as a stream, which needs its schema first: the library can read that piecemeal. */
function* readMessages(
  { read }: OpenSource,
  footer: Footer,
): Generator<Uint8Array, void, undefined> {
  const schema = Message.encode(Message.from(footer.schema));
  const prefix = new DataView(new ArrayBuffer(8));
  prefix.setInt32(0, -1, true);
  prefix.setInt32(4, schema.length, true);
  yield new Uint8Array(prefix.buffer);
  yield schema;
  for (const { offset, metaDataLength, bodyLength } of blocks(footer)) {
    yield read(offset, metaDataLength + bodyLength);
  }
}

function text(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function toBatch(path: string, batch: RecordBatch<ArrowTypes>): Batch {
  const columns = batch.schema.fields.map((field, index) => {
    const array = toColumn(path, field, batch.data.children[index]);
    return [field.name, array] as const;
  });
  return { rows: batch.numRows, columns: Object.fromEntries(columns) };
}

function toColumn(path: string, field: Field<DataType>, data: Data): ColumnArray {
  const { name, type } = field;
  const { length, nullCount } = data;
  if (nullCount > 0) {
    throw new TypeError(`${path}: column ${name}: expected no nulls, found ${nullCount}`);
  }
  if (DataType.isUtf8(type)) return unpackStrings(data as Data<Utf8>);
  if (DataType.isBool(type)) return unpackBits(data.values as Uint8Array, length);
  if (isCategory(type)) return new Uint8Array((data.values as Int8Array).subarray(0, length));
  if (isNumber(type)) return (data.values as Float64Array).subarray(0, length);
  throw new TypeError(
    `${path}: expected Int16, Int32, Int64, Float32, Float64, Bool, Utf8 or ` +
      `Dictionary<Int8, Utf8>, found ${field.toString()}`,
  );
}

function isCategory(type: DataType): boolean {
  return (
    DataType.isDictionary(type) && DataType.isUtf8(type.dictionary) && type.indices.bitWidth === 8
  );
}

function isNumber(type: DataType): boolean {
  return DataType.isInt(type)
    ? type.isSigned && type.bitWidth > 8
    : DataType.isFloat(type) && type.precision !== Precision.HALF;
}

function unpackStrings({ length, values, valueOffsets }: Data<Utf8>): string[] {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return Array.from({ length }, (_, row) =>
    decoder.decode(values.subarray(valueOffsets[row], valueOffsets[row + 1])),
  );
}

function unpackBits(bits: Uint8Array, length: number): Uint8Array {
  const booleans = new Uint8Array(length);
  for (let row = 0; row < length; row++) booleans[row] = (bits[row >> 3] >> (row & 7)) & 1;
  return booleans;
}
