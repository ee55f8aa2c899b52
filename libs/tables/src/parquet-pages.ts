import type { ByteWriter } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { snappyCompress } from 'hyparquet-writer/src/snappy.js';

type PageHeader = Parameters<typeof writePageHeader>[1];
type Encoding = NonNullable<PageHeader['data_page_header_v2']>['encoding'];

/** Writes the pages of one column chunk, all compressed with Snappy or none. */
export class PageWriter {
  readonly codec: 'SNAPPY' | 'UNCOMPRESSED';
  readonly #writer: ByteWriter;
  #bytes = 0;

  constructor(writer: ByteWriter, compressed: boolean) {
    this.codec = compressed ? 'SNAPPY' : 'UNCOMPRESSED';
    this.#writer = writer;
  }

  /** The size of the pages and their headers if nothing were compressed. */
  get uncompressedBytes(): bigint {
    return BigInt(this.#bytes);
  }

  writeDictionary(plain: Uint8Array, entries: number): void {
    this.#write(plain, {
      type: 'DICTIONARY_PAGE',
      dictionary_page_header: { num_values: entries, encoding: 'PLAIN' },
    });
  }

  /** A data page of required values: it has no levels. */
  writeData(page: Uint8Array, encoding: Encoding, rows: number): void {
    this.#write(page, {
      type: 'DATA_PAGE_V2',
      data_page_header_v2: {
        num_values: rows,
        num_nulls: 0,
        num_rows: rows,
        encoding,
        definition_levels_byte_length: 0,
        repetition_levels_byte_length: 0,
        is_compressed: this.codec === 'SNAPPY',
      },
    });
  }

  #write(
    page: Uint8Array,
    header: Omit<PageHeader, 'uncompressed_page_size' | 'compressed_page_size'>,
  ): void {
    const body = this.codec === 'SNAPPY' ? snappyCompress(page) : page;
    const start = this.#writer.offset;
    writePageHeader(this.#writer, {
      ...header,
      uncompressed_page_size: page.length,
      compressed_page_size: body.length,
    });
    this.#bytes += this.#writer.offset - start + page.length;
    this.#writer.appendBytes(body);
  }
}
