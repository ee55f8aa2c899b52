import { AtomicFile } from './atomic.ts';
import { validateBatch, type Batch } from './batch.ts';
import { Rechunker } from './rechunker.ts';
import { validateSchema, type TableSchema } from './schema.ts';

/** A finished file. */
export interface TableFile {
  readonly file: string;
  readonly rows: number;
  readonly bytes: number;
  /** Of the file's bytes, in hexadecimal. */
  readonly sha256: string;
}

/**
 * Writes one table into one file. The file appears under its name when `close` returns; its bytes
 * depend on the rows, the schema and the metadata alone, not on how the rows were split.
 */
export interface TableWriter<Schema extends TableSchema = TableSchema> {
  /**
   * Adds rows; the batch's arrays may be reused as soon as it returns.
   *
   * @throws TypeError or RangeError for a batch that does not fit the schema, and then nothing of
   *   it is written and the writer can go on; an error of the file system, with its `code`, after
   *   which the writer is aborted.
   */
  append(batch: Batch<Schema>): void;
  /** Writes what is left, syncs and renames. On an error the temporary file is removed. */
  close(): TableFile;
  /** Removes what was written. Does nothing after `close`, so it can stand in a `finally`. */
  abort(): void;
}

/** Encodes chunks of rows in a file format. */
export interface ChunkEncoder {
  /** `chunk` and its arrays are valid until this returns. */
  writeChunk(chunk: Batch): void;
  finish(): void;
}

/** A writer that hands chunks of `chunkRows` rows to the encoder of a format. */
export function createTableWriter<Schema extends TableSchema>(
  path: string,
  schema: Schema,
  chunkRows: number,
  createEncoder: (file: AtomicFile) => ChunkEncoder,
): TableWriter<Schema> {
  validateSchema(schema);
  const file = new AtomicFile(path);
  let open = true;
  let rows = 0;

  function abort(): void {
    open = false;
    file.discard();
  }

  function orAbort<Result>(action: () => Result): Result {
    if (!open) throw new Error(`table ${schema.name}: the writer of ${path} is closed`);
    try {
      return action();
    } catch (error) {
      abort();
      throw error;
    }
  }

  const encoder = orAbort(() => createEncoder(file));
  const rechunker = new Rechunker(schema, chunkRows, (chunk) => {
    encoder.writeChunk(chunk);
  });
  return {
    append(batch) {
      validateBatch(schema, batch);
      orAbort(() => {
        rechunker.append(batch);
      });
      rows += batch.rows;
    },
    close: () =>
      orAbort(() => {
        rechunker.flush();
        encoder.finish();
        const written = file.commit();
        open = false;
        return { file: path, rows, ...written };
      }),
    abort,
  };
}
