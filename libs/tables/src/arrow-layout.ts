import { MessageHeader } from 'apache-arrow/enum';
import { Footer, type FileBlock } from 'apache-arrow/ipc/metadata/file';
import { Message, type RecordBatch } from 'apache-arrow/ipc/metadata/message';
import type { Schema } from 'apache-arrow/schema';
import { columnType, type ArrowTypes } from './arrow-schema.ts';
import type { OpenSource } from './arrow-source.ts';
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
  const { fields } = footer.schema as Schema<ArrowTypes>;
  const columns = fields.map((field) => {
    const type = columnType(field.type);
    if (type !== undefined) return { name: field.name, type };
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

/** Deals the buffers of a record batch out to its columns. */
function layOut(
  file: string,
  columns: readonly Pick<ColumnLayout, 'name' | 'type'>[],
  { nodes, buffers }: RecordBatch,
  bodyBytes: number,
): ColumnLayout[] {
  let next = 0;
  return columns.map(({ name, type }, index) => {
    const where = `${file}: column ${name}`;
    const { nullCount } = nodes[index];
    if (nullCount > 0) throw new TypeError(`${where}: expected no nulls, found ${nullCount}`);
    // The first buffer says which values are null.
    const regions = buffers.slice(next + 1, next + (type === 'string' ? 3 : 2));
    next += 1 + regions.length;
    if (regions.some(({ offset, length }) => offset + length > bodyBytes)) {
      throw new Error(`${where}: expected a complete Arrow IPC file, found a batch cut short`);
    }
    return { name, type, buffers: regions };
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
