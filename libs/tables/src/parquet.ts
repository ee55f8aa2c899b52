import type { Metadata } from './metadata.ts';
import type { TableSchema } from './schema.ts';
import type { TableWriter } from './table-writer.ts';

/** Loads the Parquet library and creates a writer: see `createParquetWriter` in `parquet-writer.ts`. */
export async function createParquetWriter<Schema extends TableSchema>(
  path: string,
  schema: Schema,
  metadata: Metadata,
): Promise<TableWriter<Schema>> {
  const writer = await import('./parquet-writer.ts');
  return writer.createParquetWriter(path, schema, metadata);
}
