import { Precision } from 'apache-arrow/enum';
import { Field, Schema } from 'apache-arrow/schema';
import {
  Bool,
  DataType,
  Dictionary,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  Int8,
  Utf8,
} from 'apache-arrow/type';
import type { ColumnSchema, ColumnType, TableSchema } from './schema.ts';

/** The Arrow types of a table's columns by name. */
export type ArrowTypes = Record<string, DataType>;

/**
 * The Arrow schema of a table: fields, nullable if they are declared so, that carry their description and unit as metadata,
 * under the metadata of the file.
 */
export function arrowSchema(
  schema: TableSchema,
  metadata: ReadonlyMap<string, string>,
): Schema<ArrowTypes> {
  const fields = schema.columns.map(
    (column, index) =>
      new Field(
        column.name,
        arrowType(column, index),
        column.nullable ?? false,
        fieldMetadata(column),
      ),
  );
  return new Schema(fields, new Map(metadata));
}

// The library would number dictionaries by a counter of the process; a column's index does not
// depend on what else was written.
function arrowType({ type }: ColumnSchema, index: number): DataType {
  switch (type) {
    case 'category':
      return new Dictionary(new Utf8(), new Int8(), index, false);
    case 'string':
      return new Utf8();
    case 'int16':
      return new Int16();
    case 'int32':
      return new Int32();
    case 'int64':
      return new Int64();
    case 'float32':
      return new Float32();
    case 'float64':
      return new Float64();
    case 'boolean':
      return new Bool();
  }
}

/** The type of column that has the values of an Arrow type; undefined if there is none. */
export function columnType(type: DataType): ColumnType | undefined {
  if (DataType.isUtf8(type)) return 'string';
  if (DataType.isBool(type)) return 'boolean';
  if (DataType.isDictionary(type)) {
    return DataType.isUtf8(type.dictionary) && type.indices.bitWidth === 8 ? 'category' : undefined;
  }
  if (DataType.isFloat(type)) return floats[type.precision];
  return DataType.isInt(type) && type.isSigned ? integers[type.bitWidth] : undefined;
}

const floats: Partial<Record<Precision, ColumnType>> = {
  [Precision.SINGLE]: 'float32',
  [Precision.DOUBLE]: 'float64',
};

const integers: Partial<Record<number, ColumnType>> = { 16: 'int16', 32: 'int32', 64: 'int64' };

function fieldMetadata({ description, unit }: ColumnSchema): Map<string, string> {
  const metadata = new Map([['description', description]]);
  return unit === undefined ? metadata : metadata.set('unit', unit);
}
