export {
  createArrowReader,
  createArrowWriter,
  readArrowBatches,
  readArrowMetadata,
  readArrowSchema,
} from './arrow.ts';
export type { ArrowReader } from './arrow-reader.ts';
export type { ArrowSource } from './arrow-source.ts';
export {
  AtomicFile,
  hashFile,
  parseTemporary,
  temporaryOwner,
  temporaryPath,
  writeFileAtomic,
  type TemporaryOwner,
} from './atomic.ts';
export {
  isNullableColumn,
  validateBatch,
  type Batch,
  type BatchColumn,
  type ColumnArray,
  type ColumnArrays,
  type NullableColumn,
} from './batch.ts';
export { makeFolders } from './folders.ts';
export { SCHEMA_KEY, type Metadata } from './metadata.ts';
export { nullableColumn, valueAt } from './nullable.ts';
export { createParquetWriter } from './parquet.ts';
export {
  defineTable,
  validateSchema,
  type ColumnSchema,
  type ColumnType,
  type TableSchema,
} from './schema.ts';
export { createTableWriter, type TableFiles } from './table.ts';
export type { TableFile, TableWriter } from './table-writer.ts';
