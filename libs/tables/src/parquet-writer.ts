import { ByteWriter } from 'hyparquet-writer';
import { deltaBinaryPack } from 'hyparquet-writer/src/delta.js';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';
import type { AtomicFile } from './atomic.ts';
import { isNullableColumn, type Batch } from './batch.ts';
import { fileMetadata, type Metadata } from './metadata.ts';
import { presentValues } from './nullable.ts';
import { ColumnEncoder, type EncodedColumn } from './parquet-columns.ts';
import { flush, noLevels, PageWriter, type Levels, type Page } from './parquet-pages.ts';
import { RunEncoder, type RunEncoding } from './parquet-runs.ts';
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
type ColumnEncoding = NonNullable<ColumnChunk['meta_data']>['encodings'][number];
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
 * A writer of a Parquet file: columns that are required unless they are nullable, one data page a
 * column in row groups of 122,880 rows, with the bounds of every column chunk and how many nulls it
 * has. Keys and strings are compressed with Snappy; numbers that do not repeat are stored as they
 * are. `metadata` and the table's schema stand in the key-value metadata of the file.
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
  readonly #levels = new RunEncoder();
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
      const found = columns[column.name];
      const values = isNullableColumn(found) ? presentValues(found) : found;
      const nulls = rows - values.length;
      const definitions = isNullableColumn(found) ? this.#encodeLevels(found.valid) : noLevels;
      const encoded = this.#encoder.encode(column, values);
      return this.#writeColumn(column, encoded, { rows, nulls, definitions });
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
        ...this.#columns.map(({ name, type, nullable }): SchemaElement => ({
          name,
          repetition_type: nullable ? 'OPTIONAL' : 'REQUIRED',
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

  #writeColumn(column: ColumnSchema, encoded: EncodedColumn, levels: Levels): ColumnChunk {
    const page = this.#encodePage(encoded, levels.rows - levels.nulls);
    const pages = new PageWriter(this.#file, this.#writer, isCompressible(column, encoded));
    const start = BigInt(this.#writer.offset);
    const hasDictionary = encoded.encoding === 'RLE_DICTIONARY';
    if (hasDictionary) pages.writeDictionary(encoded.plain, encoded.entries);
    const dataStart = BigInt(this.#writer.offset);
    pages.writeData(page, encoded.encoding, levels);
    const { min, max } = encoded.bounds;
    return {
      file_offset: start,
      meta_data: {
        type: parquetTypes[column.type].type,
        encodings: encodingsOf(column, encoded),
        path_in_schema: [column.name],
        codec: pages.codec,
        num_values: BigInt(levels.rows),
        total_uncompressed_size: pages.uncompressedBytes,
        total_compressed_size: BigInt(this.#writer.offset) - start,
        data_page_offset: dataStart,
        ...(hasDictionary && { dictionary_page_offset: start }),
        statistics: {
          null_count: BigInt(levels.nulls),
          ...(min !== undefined && { min_value: min }),
          ...(max !== undefined && { max_value: max }),
        },
      },
    };
  }

  /** The definition levels of a column whose values are not nested; valid until the next call. */
  #encodeLevels(valid: Uint8Array): Uint8Array {
    const encoding: RunEncoding = { bits: 1, rows: valid.length, repeats: { kind: 'none' } };
    return this.#levels.encode(new Int32Array(valid), encoding).bytes;
  }

  /** The body of a data page of so many values, valid until the next call. */
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

/** Those of the dictionary, the levels and the values. */
function encodingsOf({ nullable }: ColumnSchema, { encoding }: EncodedColumn): ColumnEncoding[] {
  const values: ColumnEncoding[] = encoding === 'RLE_DICTIONARY' ? ['PLAIN', encoding] : [encoding];
  return nullable && encoding !== 'RLE' ? [...values, 'RLE'] : values;
}

/**
 * Numbers that do not repeat gain nothing from a byte-wise codec; the rest gains much. No bytes at
 * all are not something that every reader can decompress.
 */
function isCompressible({ type }: ColumnSchema, encoded: EncodedColumn): boolean {
  return encoded.encoding !== 'PLAIN' || (type === 'string' && encoded.plain.length > 0);
}
