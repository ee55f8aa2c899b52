export {
  createArrowWriter,
  readArrowBatches,
  readArrowMetadata,
  readArrowSchema,
} from './arrow.ts';
export type { ArrowSource } from './arrow-reader.ts';
export {
  AtomicFile,
  hashFile,
  parseTemporary,
  temporaryOwner,
  temporaryPath,
  writeFileAtomic,
  type TemporaryOwner,
} from './atomic.ts';
export { validateBatch, type Batch, type ColumnArray, type ColumnArrays } from './batch.ts';
export { makeFolders } from './folders.ts';
export { SCHEMA_KEY, type Metadata } from './metadata.ts';
export { createParquetWriter } from './parquet.ts';
export {
  defineTable,
  validateSchema,
  type ColumnSchema,
  type ColumnType,
  type TableSchema,
} from './schema.ts';
export type { TableFile, TableWriter } from './table-writer.ts';
