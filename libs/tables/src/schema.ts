/** The types a column can have; `category` is a string out of a list fixed in the schema. */
export type ColumnType =
  | 'category'
  | 'string'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'float32'
  | 'float64'
  | 'boolean';

export interface ColumnSchema {
  readonly name: string;
  readonly type: ColumnType;
  /** What one value means, in a sentence. */
  readonly description: string;
  readonly unit?: string;
  /** The strings a `category` can take, in the order of their indices: 1 to 128 different ones. */
  readonly values?: readonly string[];
  /**
   * Whether a row may be without a value, as one to which the column does not apply: null. A number
   * that left the finite ones is NaN, which is a value. Left out of columns without nulls.
   */
  readonly nullable?: true;
}

export interface TableSchema {
  readonly name: string;
  readonly columns: readonly ColumnSchema[];
}

/** Category indices are stored in a signed byte. */
const MAX_CATEGORIES = 128;

/**
 * Checks a schema and returns it with its literal types, so that `Batch<typeof schema>` knows the
 * columns by name.
 *
 * @throws RangeError if a table has no columns, a name is empty or occurs twice, or a `category`
 *   has no values, repeated values, more than 128 values, another type has values, or `nullable` is
 *   there and not true.
 */
export function defineTable<const Schema extends TableSchema>(schema: Schema): Schema {
  validateSchema(schema);
  return schema;
}

/** Throws what {@link defineTable} throws. */
export function validateSchema({ name: table, columns }: TableSchema): void {
  if (table === '') throw new RangeError('table: expected a name, found an empty string');
  if (columns.length === 0) throw new RangeError(`table ${table}: expected columns, found none`);
  const names = new Set<string>();
  for (const { name, type, values, nullable } of columns) {
    const column = `table ${table}, column ${JSON.stringify(name)}`;
    if (name === '') throw new RangeError(`${column}: expected a name, found an empty string`);
    if (names.has(name))
      throw new RangeError(`${column}: expected different names, found it twice`);
    names.add(name);
    if (nullable !== undefined && nullable !== true) {
      throw new RangeError(
        `${column}: expected nullable to be true or left out, found ${String(nullable)}`,
      );
    }
    if (type !== 'category') {
      if (values) throw new RangeError(`${column}: expected no values for the type ${type}`);
      continue;
    }
    if (!values || values.length === 0 || values.length > MAX_CATEGORIES) {
      throw new RangeError(
        `${column}: expected 1 to ${MAX_CATEGORIES} values for a category, found ${values?.length ?? 0}`,
      );
    }
    if (new Set(values).size < values.length) {
      throw new RangeError(`${column}: expected different values, found ${JSON.stringify(values)}`);
    }
  }
}
