import { MessageHeader } from 'apache-arrow/enum';
import { Footer, type FileBlock } from 'apache-arrow/ipc/metadata/file';
import { Message, type RecordBatch } from 'apache-arrow/ipc/metadata/message';
import type { Schema } from 'apache-arrow/schema';
import { columnType, type ArrowTypes } from './arrow-schema.ts';
import type { OpenSource } from './arrow-source.ts';
import { splitMetadata } from './metadata.ts';
import type { ColumnType } from './schema.ts';

const MAGIC = 'ARROW1';

/** The length of the footer, four bytes, and the magic string. */
const TAIL_BYTES = 10;

interface Region {
  readonly offset: number;
  readonly length: number;
}

/** What stands where in a record batch. */
export interface BatchLayout {
  readonly rows: number;
  /** What describes it, in the file. */
  readonly message: Region;
  /** The bytes of its columns, in the file. */
  readonly body: Region;
  readonly columns: readonly ColumnLayout[];
}

export interface ColumnLayout {
  readonly name: string;
  readonly type: ColumnType;
  /** One bit a row, 1 if it has a value; empty if all do; undefined if the column is not nullable. */
  readonly validity: Region | undefined;
  /** The values, after their offsets if they are strings, in the body. */
  readonly buffers: readonly Region[];
}

/**
 * Reads where a file's record batches stand.
 *
 * @throws as `readArrowBatches` does.
 */
export function readLayout(source: OpenSource): BatchLayout[] {
  const footer = readFooter(source);
  const { fields, metadata } = footer.schema as Schema<ArrowTypes>;
  const declared = splitMetadata(metadata).schema?.columns ?? [];
  const nullable = new Set(declared.filter((each) => each.nullable).map(({ name }) => name));
  const columns = fields.map((field): FoundColumn => {
    const type = columnType(field.type);
    if (type !== undefined) return { name: field.name, type, nullable: nullable.has(field.name) };
    throw new TypeError(
      `${source.name}: expected Int16, Int32, Int64, Float32, Float64, Bool, Utf8 or ` +
        `Dictionary<Int8, Utf8>, found ${field.toString()}`,
    );
  });
  return Array.from(footer.recordBatches(), (block) => {
    const header = readHeader(source, block);
    return {
      rows: header.length,
      message: { offset: block.offset, length: block.metaDataLength },
      body: { offset: block.offset + block.metaDataLength, length: block.bodyLength },
      columns: layOut(source.name, columns, header, block.bodyLength),
    };
  });
}

/** A column that is nullable if the schema in the metadata, not that of Arrow, says so. */
type FoundColumn = Pick<ColumnLayout, 'name' | 'type'> & { readonly nullable: boolean };

/** Deals the buffers of a record batch out to its columns. */
function layOut(
  file: string,
  columns: readonly FoundColumn[],
  { length: rows, nodes, buffers }: RecordBatch,
  bodyBytes: number,
): ColumnLayout[] {
  let next = 0;
  return columns.map(({ name, type, nullable }, index) => {
    const where = `${file}: column ${name}`;
    const { nullCount } = nodes[index];
    if (nullCount > 0 && !nullable) {
      throw new TypeError(`${where}: expected no nulls, found ${nullCount}`);
    }
    const [bits, ...regions] = buffers.slice(next, next + (type === 'string' ? 3 : 2));
    next += 1 + regions.length;
    // Without nulls there may be bits or none, and they say nothing.
    const validity = nullCount > 0 ? bits : { offset: 0, length: 0 };
    const tooFewBits = nullCount > 0 && 8 * bits.length < rows;
    const isOutside = ({ offset, length }: Region) => offset + length > bodyBytes;
    if (tooFewBits || [validity, ...regions].some(isOutside)) {
      throw new Error(`${where}: expected a complete Arrow IPC file, found a batch cut short`);
    }
    return { name, type, validity: nullable ? validity : undefined, buffers: regions };
  });
}

function readHeader({ name, read }: OpenSource, block: FileBlock): RecordBatch {
  const bytes = read(block.offset, block.metaDataLength);
  const start = new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true);
  // Files of before Arrow 0.15 have no four bytes of ones before the length.
  const message = Message.decode(bytes.subarray(start === -1 ? 8 : 4));
  if (message.headerType !== MessageHeader.RecordBatch) {
    throw new Error(`${name}: expected a record batch at ${block.offset}`);
  }
  const batch = message.header() as RecordBatch;
  if (batch.compression) throw new TypeError(`${name}: expected no compression of its batches`);
  return batch;
}

/** Throws as `readArrowBatches` does. */
export function readFooter({ name, size, read }: OpenSource): Footer {
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
  for (const { offset, metaDataLength, bodyLength } of footer.recordBatches()) {
    const end = offset + metaDataLength + bodyLength;
    if (offset < MAGIC.length || end > start) throw incomplete(`a block that ends at ${end}`);
  }
  return footer;
}

function text(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
