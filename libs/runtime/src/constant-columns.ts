import type { Batch, ColumnArray, ColumnSchema } from '@resdiff/tables';
import type { PointValue } from './plan.ts';

const constructors = {
  category: Uint8Array,
  boolean: Uint8Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** Adds columns of one value to batches; their arrays are filled again for the next batch. */
export class ConstantColumns {
  readonly #columns: readonly ColumnSchema[];
  readonly #arrays = new Map<string, { value: PointValue; array: ColumnArray }>();

  /** @param columns of any type but `int64`. */
  constructor(columns: readonly ColumnSchema[]) {
    this.#columns = columns;
  }

  /** The batch with the columns before its own; it is valid until the next call. */
  addTo({ rows, columns }: Batch, values: Readonly<Record<string, PointValue>>): Batch {
    const added = this.#columns.map((column): [string, ColumnArray] => {
      const array = this.#filled(column, values[column.name], rows);
      const own: ColumnArray = Array.isArray(array)
        ? array.slice(0, rows)
        : array.subarray(0, rows);
      return [column.name, own];
    });
    return { rows, columns: { ...Object.fromEntries(added), ...columns } };
  }

  /** An array of at least `rows` elements that all are `value`. */
  #filled(column: ColumnSchema, value: PointValue, rows: number): ColumnArray {
    const found = this.#arrays.get(column.name);
    if (found?.value === value && found.array.length >= rows) {
      return found.array;
    }
    const length = Math.max(rows, found?.array.length ?? 0);
    const array = filledArray(column, value, length);
    this.#arrays.set(column.name, { value, array });
    return array;
  }
}

function filledArray(
  { name, type, values }: ColumnSchema,
  value: PointValue,
  length: number,
): ColumnArray {
  switch (type) {
    case 'string':
      return new Array<string>(length).fill(String(value));
    case 'category':
      return new constructors.category(length).fill(values?.indexOf(String(value)) ?? 0);
    case 'int64':
      throw new TypeError(`the column ${name} of points cannot be of the type int64`);
    default:
      return new constructors[type](length).fill(Number(value));
  }
}
