/** A matrix by rows, one observation a row: the value at (i, j) is `scale * values[i * columns + j]`. */
export interface Rows {
  readonly values: Uint8Array | Float32Array | Float64Array;
  readonly columns: number;
  /** Positive; 1 by default. 1/255 reads the bytes of an image as intensities in [0, 1]. */
  readonly scale?: number | undefined;
}

/** A matrix of function values, an input a row and an output a column. */
export interface Outputs extends Rows {
  readonly values: Float64Array;
  readonly scale?: undefined;
}

/**
 * The number of rows.
 *
 * @param name What the rows are, for the message.
 * @throws {RangeError} if there is no row, or no whole number of them, or the scale is not positive.
 */
export function rowCount(name: string, { values, columns, scale = 1 }: Rows): number {
  const count = values.length / columns;
  if (!(Number.isInteger(columns) && columns > 0 && Number.isInteger(count) && count > 0)) {
    throw new RangeError(
      `${name}: ${values.length} values in rows of ${columns}, must be a positive whole number of rows`,
    );
  }
  if (!(scale > 0 && Number.isFinite(scale))) {
    throw new RangeError(`${name}: the scale is ${scale}, must be positive and finite`);
  }
  return count;
}

/** @throws {RangeError} naming the first value that is not finite. */
export function requireFiniteRows(name: string, { values, columns }: Rows): void {
  if (values instanceof Uint8Array) return;
  for (let index = 0; index < values.length; index++) {
    if (Number.isFinite(values[index])) continue;
    throw new RangeError(
      `${name}: row ${Math.floor(index / columns)}, column ${index % columns} is ` +
        `${values[index]}, must be finite`,
    );
  }
}

/** @throws {RangeError} if a variance is negative or not finite. */
export function requireVariance(name: string, variance: number): void {
  if (variance >= 0 && Number.isFinite(variance)) return;
  throw new RangeError(`${name} is ${variance}, must be finite and not negative`);
}

/** @throws {RangeError} if queries have another number of columns than the inputs fitted to. */
export function requireColumns(name: string, rows: Rows, columns: number): void {
  if (rows.columns === columns) return;
  throw new RangeError(`${name}: rows of ${rows.columns} columns, must be ${columns} as fitted`);
}
