import type { ArrowReader } from './arrow-reader.ts';
import type { ArrowSource } from './arrow-source.ts';
import type { Batch } from './batch.ts';
import type { Metadata } from './metadata.ts';
import type { TableSchema } from './schema.ts';
import type { TableWriter } from './table-writer.ts';

// apache-arrow takes 0.1 s to load, so it waits for the first Arrow file.

/** Loads Apache Arrow and creates a writer: see `createArrowWriter` in `arrow-writer.ts`. */
export async function createArrowWriter<Schema extends TableSchema>(
  path: string,
  schema: Schema,
  metadata: Metadata,
): Promise<TableWriter<Schema>> {
  const writer = await import('./arrow-writer.ts');
  return writer.createArrowWriter(path, schema, metadata);
}

/** Loads Apache Arrow and reads a file: see `readArrowBatches` in `arrow-reader.ts`. */
export async function* readArrowBatches(
  source: ArrowSource,
): AsyncGenerator<Batch, void, undefined> {
  const reader = await import('./arrow-reader.ts');
  yield* reader.readArrowBatches(source);
}

/** Loads Apache Arrow and creates a reader: see `ArrowReader` in `arrow-reader.ts`. */
export async function createArrowReader(): Promise<ArrowReader> {
  const reader = await import('./arrow-reader.ts');
  return new reader.ArrowReader();
}

/** Loads Apache Arrow and reads the metadata given to the writer. */
export async function readArrowMetadata(path: string): Promise<Metadata> {
  const reader = await import('./arrow-reader.ts');
  return reader.readArrowMetadata(path);
}

/** Loads Apache Arrow and reads the schema of a table written by this library. */
export async function readArrowSchema(path: string): Promise<TableSchema> {
  const reader = await import('./arrow-reader.ts');
  return reader.readArrowSchema(path);
}
