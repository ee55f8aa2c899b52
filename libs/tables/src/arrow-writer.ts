import {
  BufferType,
  Data,
  makeData,
  Message,
  RecordBatch,
  RecordBatchFileWriter,
  Struct,
  Utf8,
  Vector,
  type DataType,
  type Dictionary,
  type Int8,
  type Schema,
} from 'apache-arrow';
import { arrowSchema, type ArrowTypes } from './arrow-schema.ts';
import type { AtomicFile } from './atomic.ts';
import { allocateColumn, type Batch, type ColumnArray } from './batch.ts';
import { fileMetadata, type Metadata } from './metadata.ts';
import type { ColumnSchema, TableSchema } from './schema.ts';
import { createTableWriter, type ChunkEncoder, type TableWriter } from './table-writer.ts';

const RECORD_BATCH_ROWS = 65_536;

/**
 * A writer of an Arrow IPC file ("Feather 2"), uncompressed, in record batches of 65,536 rows.
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
  const pairs = fileMetadata(schema, metadata);
  return createTableWriter(
    path,
    schema,
    RECORD_BATCH_ROWS,
    (file) => new ArrowEncoder(file, schema, arrowSchema(schema, pairs)),
  );
}

class ArrowEncoder implements ChunkEncoder {
  readonly #columns: readonly ColumnSchema[];
  readonly #schema: Schema<ArrowTypes>;
  readonly #categories: readonly (Vector<Utf8> | undefined)[];
  readonly #writer: SynchronousFileWriter;
  #batches = 0;

  constructor(file: AtomicFile, { columns }: TableSchema, schema: Schema<ArrowTypes>) {
    this.#columns = columns;
    this.#schema = schema;
    this.#categories = columns.map(({ values }) => values && new Vector([utf8Data(values)]));
    this.#writer = new SynchronousFileWriter(file);
  }

  writeChunk({ rows, columns }: Batch): void {
    const { fields } = this.#schema;
    const children = fields.map(({ name, type }, index) => {
      const array = columns[name];
      const categories = this.#categories[index];
      return categories
        ? categoryData(type as CategoryType, array as Uint8Array, categories)
        : columnData(type, array);
    });
    const data = makeData({ type: new Struct(fields), length: rows, nullCount: 0, children });
    this.#writer.write(new RecordBatch(this.#schema, data));
    this.#batches += 1;
  }

  finish(): void {
    // Without a record batch the library would write neither the schema nor the dictionaries.
    if (this.#batches === 0) {
      const empty = this.#columns.map(({ name, type }) => [name, allocateColumn(type, 0)] as const);
      this.writeChunk({ rows: 0, columns: Object.fromEntries(empty) });
    }
    this.#writer.finish();
  }
}

/**
 * The library's file writer with two changes: what it writes goes to the file at once instead of
 * into a queue, and the schema stands before the batches as the format wants it (the library
 * leaves it to the footer, and then the body is not a stream that other readers can follow).
 */
class SynchronousFileWriter extends RecordBatchFileWriter {
  readonly #file: AtomicFile;

  constructor(file: AtomicFile) {
    super();
    this.#file = file;
  }

  protected override _write(chunk: ArrayBufferView): this {
    this.#file.write(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    this._position += chunk.byteLength;
    return this;
  }

  protected override _writeSchema(schema: Schema): this {
    return super._writeSchema(schema)._writeMessage(Message.from(schema));
  }
}

type CategoryType = Dictionary<Utf8, Int8>;

function categoryData(
  type: CategoryType,
  indices: Uint8Array,
  dictionary: Vector<Utf8>,
): Data<CategoryType> {
  const data = new Int8Array(indices.buffer, indices.byteOffset, indices.length);
  return makeData({ type, length: data.length, nullCount: 0, data, dictionary });
}

function columnData(type: DataType, array: ColumnArray): Data {
  if (Array.isArray(array)) return utf8Data(array);
  const values = array instanceof Uint8Array ? packBits(array) : array;
  return new Data(type, 0, array.length, 0, { [BufferType.DATA]: values });
}

function utf8Data(strings: readonly string[]): Data<Utf8> {
  const valueOffsets = new Int32Array(strings.length + 1);
  for (const [row, string] of strings.entries()) {
    valueOffsets[row + 1] = valueOffsets[row] + Buffer.byteLength(string);
  }
  return makeData({
    type: new Utf8(),
    length: strings.length,
    nullCount: 0,
    valueOffsets,
    data: Buffer.from(strings.join('')),
  });
}

/** One bit a boolean, the first in the lowest bit. */
function packBits(booleans: Uint8Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(booleans.length / 8));
  for (const [row, boolean] of booleans.entries()) bits[row >> 3] |= boolean << (row & 7);
  return bits;
}
