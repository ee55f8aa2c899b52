import type { Metadata } from './metadata.ts';
import type { TableSchema } from './schema.ts';
import type { TableFile, TableWriter } from './table-writer.ts';

/** Where the two files of a table are to be, or what has become of them. */
export interface TableFiles<File> {
  readonly parquet: File;
  readonly arrow: File;
}

/**
 * Loads both libraries and creates a writer of a table into a Parquet and an Arrow file: those that
 * `createParquetWriter` and `createArrowWriter` write of the same rows, at less cost.
 *
 * @throws as they do.
 */
export async function createTableWriter<Schema extends TableSchema>(
  { parquet, arrow }: TableFiles<string>,
  schema: Schema,
  metadata: Metadata,
): Promise<TableWriter<Schema, TableFiles<TableFile>>> {
  const { createFilesWriter } = await import('./table-writer.ts');
  const { parquetTarget } = await import('./parquet-writer.ts');
  const { arrowTarget } = await import('./arrow-writer.ts');
  const writer = createFilesWriter(schema, [
    parquetTarget(parquet, schema, metadata),
    arrowTarget(arrow, schema, metadata),
  ]);
  return {
    ...writer,
    close: () => {
      const [parquetFile, arrowFile] = writer.close();
      return { parquet: parquetFile, arrow: arrowFile };
    },
  };
}
