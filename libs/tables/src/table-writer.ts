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

/** The rows that are encoded at a time: a multiple of DuckDB's vectors, and its own row groups. */
export const CHUNK_ROWS = 122_880;

/**
 * Writes one table, into one file or several. A file appears under its name when `close` returns;
 * its bytes depend on the rows, the schema and the metadata alone, not on how the rows were split.
 */
export interface TableWriter<Schema extends TableSchema = TableSchema, Files = TableFile> {
  /**
   * Adds rows; the batch's arrays may be reused as soon as it returns.
   *
   * @throws TypeError or RangeError for a batch that does not fit the schema, and then nothing of
   *   it is written and the writer can go on; an error of the file system, with its `code`, after
   *   which the writer is aborted.
   */
  append(batch: Batch<Schema>): void;
  /** Writes what is left, syncs and renames. On an error the temporary files are removed. */
  close(): Files;
  /** Removes what was written. Does nothing after `close`, so it can stand in a `finally`. */
  abort(): void;
}

/** Encodes chunks of rows in a file format. */
export interface ChunkEncoder {
  /** `chunk`, of up to {@link CHUNK_ROWS} rows, and its arrays are valid until this returns. */
  writeChunk(chunk: Batch): void;
  finish(): void;
}

/** A file to write a table into, and the encoder of its format. */
export interface TableTarget {
  readonly path: string;
  readonly createEncoder: (file: AtomicFile) => ChunkEncoder;
}

/** A writer into one file. Throws the file system's errors and those of `createEncoder`. */
export function createFileWriter<Schema extends TableSchema>(
  schema: Schema,
  target: TableTarget,
): TableWriter<Schema> {
  const writer = createFilesWriter(schema, [target]);
  return { ...writer, close: () => writer.close()[0] };
}

/** A writer into several files, each row of which is validated and collected but once. */
export function createFilesWriter<Schema extends TableSchema>(
  schema: Schema,
  targets: readonly TableTarget[],
): TableWriter<Schema, TableFile[]> {
  validateSchema(schema);
  const files: AtomicFile[] = [];
  let open = true;
  let rows = 0;

  function abort(): void {
    open = false;
    for (const file of files) file.discard();
  }

  function orAbort<Result>(action: () => Result): Result {
    if (!open) {
      const paths = targets.map(({ path }) => path).join(' and ');
      throw new Error(`table ${schema.name}: the writer of ${paths} is closed`);
    }
    try {
      return action();
    } catch (error) {
      abort();
      throw error;
    }
  }

  const encoders = orAbort(() =>
    targets.map(({ path, createEncoder }) => {
      const file = new AtomicFile(path);
      files.push(file);
      return createEncoder(file);
    }),
  );
  const rechunker = new Rechunker(schema, CHUNK_ROWS, (chunk) => {
    for (const encoder of encoders) encoder.writeChunk(chunk);
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
        for (const encoder of encoders) encoder.finish();
        const written = files.map((file) => ({ file: file.path, rows, ...file.commit() }));
        open = false;
        return written;
      }),
    abort,
  };
}
