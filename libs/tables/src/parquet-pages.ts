import type { ByteWriter } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import type { AtomicFile } from './atomic.ts';
import { snappy, type ByteCycle } from './parquet-snappy.ts';

type PageHeader = Parameters<typeof writePageHeader>[1];
type Encoding = NonNullable<PageHeader['data_page_header_v2']>['encoding'];

/** The body of a page. */
export interface Page {
  readonly bytes: Uint8Array;
  /** Which of the bytes come again and again, if that is known. */
  readonly cycle?: ByteCycle | undefined;
}

/** Which rows of a data page have a value. */
export interface Levels {
  readonly rows: number;
  readonly nulls: number;
  /** The encoded definition levels; no bytes if the column is required. */
  readonly definitions: Uint8Array;
}

export const noLevels = new Uint8Array(0);

/** Moves what is in the buffer of a writer to the file. */
export function flush(writer: ByteWriter, file: AtomicFile): void {
  file.write(writer.getBytes());
  writer.index = 0;
}

/** Writes the pages of one column chunk, all compressed with Snappy or none. */
export class PageWriter {
  readonly codec: 'SNAPPY' | 'UNCOMPRESSED';
  readonly #file: AtomicFile;
  readonly #writer: ByteWriter;
  #bytes = 0;

  /** @param writer whose offset is that of the file, when it is flushed. */
  constructor(file: AtomicFile, writer: ByteWriter, compressed: boolean) {
    this.codec = compressed ? 'SNAPPY' : 'UNCOMPRESSED';
    this.#file = file;
    this.#writer = writer;
  }

  /** The size of the pages and their headers if nothing were compressed. */
  get uncompressedBytes(): bigint {
    return BigInt(this.#bytes);
  }

  writeDictionary(plain: Uint8Array, entries: number): void {
    this.#write(
      { bytes: plain },
      {
        type: 'DICTIONARY_PAGE',
        dictionary_page_header: { num_values: entries, encoding: 'PLAIN' },
      },
    );
  }

  /** @param page of the values without nulls. */
  writeData(page: Page, encoding: Encoding, { rows, nulls, definitions }: Levels): void {
    this.#write(
      page,
      {
        type: 'DATA_PAGE_V2',
        data_page_header_v2: {
          num_values: rows,
          num_nulls: nulls,
          num_rows: rows,
          encoding,
          definition_levels_byte_length: definitions.length,
          repetition_levels_byte_length: 0,
          is_compressed: this.codec === 'SNAPPY',
        },
      },
      definitions,
    );
  }

  /** @param levels before the body, never compressed. */
  #write(
    { bytes, cycle }: Page,
    header: Omit<PageHeader, 'uncompressed_page_size' | 'compressed_page_size'>,
    levels: Uint8Array = noLevels,
  ): void {
    const body = this.codec === 'SNAPPY' ? snappy(bytes, cycle) : bytes;
    const start = this.#writer.offset;
    writePageHeader(this.#writer, {
      ...header,
      uncompressed_page_size: levels.length + bytes.length,
      compressed_page_size: levels.length + body.length,
    });
    this.#bytes += this.#writer.offset - start + levels.length + bytes.length;
    this.#writer.appendBytes(levels);
    flush(this.#writer, this.#file);
    this.#file.write(body);
    this.#writer.offset += body.length;
  }
}
