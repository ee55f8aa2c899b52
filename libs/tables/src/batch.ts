import type { ColumnSchema, ColumnType, TableSchema } from './schema.ts';

/** The array that holds a column of each type. */
export interface ColumnArrays {
  /** Indices into the `values` of the schema. */
  category: Uint8Array;
  /** Well-formed strings: no lone surrogates, which UTF-8 cannot hold. */
  string: string[];
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  float32: Float32Array;
  float64: Float64Array;
  /** 0 or 1. */
  boolean: Uint8Array;
}

export type ColumnArray = ColumnArrays[ColumnType];

/** A column that may have nulls. See `valueAt` and `nullableColumn`. */
export interface NullableColumn<Values extends ColumnArray = ColumnArray> {
  /** In rows without a value, any of the type: it goes nowhere. */
  readonly values: Values;
  /** 1 in rows that have a value, NaN among them; 0 in those that have none. */
  readonly valid: Uint8Array;
}

/** A column of a batch: a nullable one can be neither read nor written as one that is not. */
export type BatchColumn<Column extends ColumnSchema = ColumnSchema> = Column extends {
  readonly nullable: true;
}
  ? NullableColumn<ColumnArrays[Column['type']]>
  : 'nullable' extends keyof Column
    ? NullableColumn<ColumnArrays[Column['type']]> | ColumnArrays[Column['type']]
    : ColumnArrays[Column['type']];

/** Some rows of a table, column by column; every array is `rows` long. */
export interface Batch<Schema extends TableSchema = TableSchema> {
  readonly rows: number;
  readonly columns: {
    readonly [Column in Schema['columns'][number] as Column['name']]: BatchColumn<Column>;
  };
}

export function isNullableColumn(column: unknown): column is NullableColumn {
  return typeof column === 'object' && column !== null && 'valid' in column;
}

const constructors = {
  category: Uint8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  float32: Float32Array,
  float64: Float64Array,
  boolean: Uint8Array,
} as const;

type FixedWidthType = keyof typeof constructors;

/**
 * The first `rows` values of a type in `bytes`, as they stand in memory: a view, unless they are
 * not aligned.
 *
 * @throws RangeError if there are fewer.
 */
export function columnOver<Type extends FixedWidthType>(
  type: Type,
  bytes: Uint8Array,
  rows: number,
): ColumnArrays[Type] {
  const { BYTES_PER_ELEMENT: width } = constructors[type];
  if (bytes.length < rows * width) {
    throw new RangeError(
      `expected ${rows} values of ${width} bytes for ${type}, found ${bytes.length} bytes`,
    );
  }
  const { buffer, byteOffset } = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  return new constructors[type](buffer as ArrayBuffer, byteOffset, rows) as ColumnArrays[Type];
}

/** An array for `rows` values of a type; strings start empty and are to be pushed. */
export function allocateColumn(type: ColumnType, rows: number): ColumnArray {
  return type === 'string' ? [] : new constructors[type](rows);
}

/**
 * Checks that a batch has the columns of its schema and no others, each with the right array, the
 * right length and values that its type can hold.
 *
 * @throws TypeError or RangeError that names the table, the column, what was expected and found.
 */
export function validateBatch(schema: TableSchema, batch: Batch): void {
  const { rows } = batch;
  if (!Number.isSafeInteger(rows) || rows < 0) {
    throw new RangeError(`table ${schema.name}: expected a count of rows, found ${rows}`);
  }
  const columns: Readonly<Record<string, unknown>> = batch.columns;
  for (const column of schema.columns) {
    validateColumn(schema.name, column, columns[column.name], rows);
  }
  if (Object.keys(columns).length > schema.columns.length) {
    const expected = schema.columns.map(({ name }) => name);
    const unknown = Object.keys(columns).filter((name) => !expected.includes(name));
    throw new RangeError(
      `table ${schema.name}: expected the columns ${expected.join(', ')}, found ${unknown.join(', ')} as well`,
    );
  }
}

function validateColumn(table: string, column: ColumnSchema, found: unknown, rows: number): void {
  const where = `table ${table}, column ${column.name}`;
  if (!column.nullable) {
    validateArray(where, column, found, rows);
    return;
  }
  if (!isNullableColumn(found)) {
    throw new TypeError(
      `${where}: expected { values, valid } for a nullable column, found ${describe(found)}`,
    );
  }
  validateArray(where, column, found.values, rows);
  validateArray(`${where}, valid`, { type: 'boolean' }, found.valid, rows);
}

type ArrayType = Pick<ColumnSchema, 'type' | 'values'>;

function validateArray(where: string, column: ArrayType, array: unknown, rows: number): void {
  const expected = column.type === 'string' ? Array : constructors[column.type];
  if (!(array instanceof expected)) {
    throw new TypeError(
      `${where}: expected ${expected.name} for the type ${column.type}, found ${describe(array)}`,
    );
  }
  if (array.length !== rows) {
    throw new RangeError(`${where}: expected ${rows} values, found ${array.length}`);
  }
  if (array instanceof Uint8Array) validateIndices(where, array, column);
  else if (Array.isArray(array)) validateStrings(where, array);
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? value.constructor.name : typeof value;
}

function validateIndices(where: string, indices: Uint8Array, { values }: ArrayType): void {
  const limit = values?.length ?? 2;
  const { length } = indices;
  let row = 0;
  while (row < length && indices[row] < limit) row++;
  if (row === length) return;
  const what = values ? `a category index below ${limit}` : 'a boolean as 0 or 1';
  throw new RangeError(`${where}: expected ${what}, found ${indices[row]} in row ${row}`);
}

const loneSurrogate = /\p{Surrogate}/u;

function validateStrings(where: string, strings: readonly unknown[]): void {
  for (const [row, string] of strings.entries()) {
    if (typeof string !== 'string') {
      throw new TypeError(`${where}: expected strings, found ${describe(string)} in row ${row}`);
    }
    if (loneSurrogate.test(string)) {
      throw new RangeError(
        `${where}: expected well-formed strings, found a lone surrogate in row ${row}`,
      );
    }
  }
}
