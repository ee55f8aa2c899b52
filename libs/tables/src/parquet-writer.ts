import { ByteWriter } from 'hyparquet-writer';
import { deltaBinaryPack } from 'hyparquet-writer/src/delta.js';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';
import type { AtomicFile } from './atomic.ts';
import type { Batch } from './batch.ts';
import { fileMetadata, type Metadata } from './metadata.ts';
import { ColumnEncoder, type EncodedColumn } from './parquet-columns.ts';
import { flush, PageWriter, type Page } from './parquet-pages.ts';
import { RunEncoder } from './parquet-runs.ts';
import type { ColumnSchema, ColumnType, TableSchema } from './schema.ts';
import {
  CHUNK_ROWS,
  createFileWriter,
  type ChunkEncoder,
  type TableTarget,
  type TableWriter,
} from './table-writer.ts';

/** `PAR1`, which opens and closes a file. */
const MAGIC = 0x31524150;

type FileMetaData = Parameters<typeof writeMetadata>[1];
type SchemaElement = FileMetaData['schema'][number];
type RowGroup = FileMetaData['row_groups'][number];
type ColumnChunk = RowGroup['columns'][number];
type ParquetType = Required<Pick<SchemaElement, 'type'>> & Pick<SchemaElement, 'converted_type'>;

/** DuckDB rejects the logical type INTEGER that the library writes; it reads the converted type. */
const parquetTypes: Record<ColumnType, ParquetType> = {
  category: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  int16: { type: 'INT32', converted_type: 'INT_16' },
  int32: { type: 'INT32' },
  int64: { type: 'INT64' },
  float32: { type: 'FLOAT' },
  float64: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
};

/**
 * A writer of a Parquet file: required columns, one data page a column in row groups of 122,880
 * rows, with the bounds of every column chunk. Keys and strings are compressed with Snappy; numbers
 * that do not repeat are stored as they are. `metadata` and the table's schema stand in the
 * key-value metadata of the file.
 *
 * @throws RangeError for a faulty schema or a metadata key that is taken; an error of the file
 *   system, with its `code`.
 */
export function createParquetWriter<Schema extends TableSchema>(
  path: string,
  schema: Schema,
  metadata: Metadata,
): TableWriter<Schema> {
  return createFileWriter(schema, parquetTarget(path, schema, metadata));
}

/** A Parquet file as {@link createParquetWriter} writes it. Throws RangeError as it does. */
export function parquetTarget(path: string, schema: TableSchema, metadata: Metadata): TableTarget {
  const pairs = fileMetadata(schema, metadata);
  return { path, createEncoder: (file) => new ParquetEncoder(file, schema.columns, pairs) };
}

class ParquetEncoder implements ChunkEncoder {
  readonly #file: AtomicFile;
  readonly #columns: readonly ColumnSchema[];
  readonly #metadata: ReadonlyMap<string, string>;
  readonly #encoder = new ColumnEncoder(CHUNK_ROWS);
  readonly #writer = new ByteWriter(1 << 20);
  readonly #deltas = new ByteWriter(1 << 16);
  readonly #runs = new RunEncoder();
  readonly #rowGroups: RowGroup[] = [];

  constructor(
    file: AtomicFile,
    columns: readonly ColumnSchema[],
    metadata: ReadonlyMap<string, string>,
  ) {
    this.#file = file;
    this.#columns = columns;
    this.#metadata = metadata;
    this.#writer.appendUint32(MAGIC);
  }

  writeChunk({ rows, columns }: Batch): void {
    const chunks = this.#columns.map((column) => {
      const encoded = this.#encoder.encode(column, columns[column.name]);
      return this.#writeColumn(column, encoded, rows);
    });
    this.#rowGroups.push({
      columns: chunks,
      total_byte_size: chunks.reduce(
        (sum, { meta_data }) => sum + meta_data!.total_uncompressed_size,
        0n,
      ),
      num_rows: BigInt(rows),
    });
  }

  finish(): void {
    writeMetadata(this.#writer, {
      version: 2,
      created_by: 'resdiff',
      schema: [
        { name: 'schema', num_children: this.#columns.length },
        ...this.#columns.map(({ name, type }): SchemaElement => ({
          name,
          repetition_type: 'REQUIRED',
          ...parquetTypes[type],
        })),
      ],
      num_rows: this.#rowGroups.reduce((sum, { num_rows }) => sum + num_rows, 0n),
      row_groups: this.#rowGroups,
      key_value_metadata: Array.from(this.#metadata, ([key, value]) => ({ key, value })),
      metadata_length: 0,
    });
    this.#writer.appendUint32(MAGIC);
    flush(this.#writer, this.#file);
  }

  #writeColumn(column: ColumnSchema, encoded: EncodedColumn, rows: number): ColumnChunk {
    const page = this.#encodePage(encoded, rows);
    const pages = new PageWriter(this.#file, this.#writer, isCompressible(column, encoded));
    const start = BigInt(this.#writer.offset);
    const hasDictionary = encoded.encoding === 'RLE_DICTIONARY';
    if (hasDictionary) pages.writeDictionary(encoded.plain, encoded.entries);
    const dataStart = BigInt(this.#writer.offset);
    pages.writeData(page, encoded.encoding, rows);
    const { min, max } = encoded.bounds;
    return {
      file_offset: start,
      meta_data: {
        type: parquetTypes[column.type].type,
        encodings: hasDictionary ? ['PLAIN', encoded.encoding] : [encoded.encoding],
        path_in_schema: [column.name],
        codec: pages.codec,
        num_values: BigInt(rows),
        total_uncompressed_size: pages.uncompressedBytes,
        total_compressed_size: BigInt(this.#writer.offset) - start,
        data_page_offset: dataStart,
        ...(hasDictionary && { dictionary_page_offset: start }),
        statistics: {
          null_count: 0n,
          ...(min !== undefined && { min_value: min }),
          ...(max !== undefined && { max_value: max }),
        },
      },
    };
  }

  /** The body of a data page, valid until the next call. */
  #encodePage(encoded: EncodedColumn, rows: number): Page {
    switch (encoded.encoding) {
      case 'PLAIN':
        return { bytes: encoded.plain };
      case 'DELTA_BINARY_PACKED':
        this.#deltas.index = 0;
        deltaBinaryPack(this.#deltas, encoded.integers, 'INT32');
        return { bytes: this.#deltas.getBytes() };
      case 'RLE': {
        const { booleans, repeats } = encoded;
        const page = this.#runs.encode(booleans, { bits: 1, rows, repeats, prefix: 4 });
        const { buffer, length } = page.bytes;
        new DataView(buffer).setUint32(0, length - 4, true);
        return page;
      }
      case 'RLE_DICTIONARY': {
        const { entries, indices, repeats } = encoded;
        const bits = 32 - Math.clz32(entries - 1);
        const page = this.#runs.encode(indices, { bits, rows, repeats, prefix: 1 });
        page.bytes[0] = bits;
        return page;
      }
    }
  }
}

/** Numbers that do not repeat gain nothing from a byte-wise codec; the rest gains much. */
function isCompressible({ type }: ColumnSchema, { encoding }: EncodedColumn): boolean {
  return encoding !== 'PLAIN' || type === 'string';
}
