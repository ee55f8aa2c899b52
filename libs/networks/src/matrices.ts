/** The identity matrix, times `scale`; size x size, row-major. */
export function scaledIdentity(size: number, scale = 1): Float64Array {
  return diagonalMatrix(new Float64Array(size).fill(scale));
}

/** The diagonal matrix of these entries, row-major. */
export function diagonalMatrix(entries: ArrayLike<number>): Float64Array {
  const size = entries.length;
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) matrix[i * size + i] = entries[i];
  return matrix;
}

/**
 * A matrix given by its rows as a row-major array, `columns` entries a row.
 *
 * @param what the matrix's name in messages.
 * @throws {RangeError} if it has another shape, which the message gives, or an entry is not finite.
 */
export function matrixOfRows(
  rows: readonly (readonly number[])[],
  height: number,
  columns: number,
  what: string,
): Float64Array {
  const widths = [...new Set(rows.map((row) => row.length))].join(' or ');
  if (rows.length !== height || rows.some((row) => row.length !== columns)) {
    throw new RangeError(
      `${what} is ${rows.length} x ${widths || 0}; it must be ${height} x ${columns}.`,
    );
  }
  const matrix = Float64Array.from(rows.flat());
  requireFinite(matrix, columns, what);
  return matrix;
}

/** @throws {RangeError} naming the first entry that is not a finite number. */
export function requireFinite(matrix: Float64Array, columns: number, what: string): void {
  const bad = matrix.findIndex((value) => !Number.isFinite(value));
  if (bad === -1) return;
  const place = columns === 1 ? `[${bad}]` : `[${Math.floor(bad / columns)}][${bad % columns}]`;
  throw new RangeError(`${what}${place} is ${matrix[bad]}; it must be a finite number.`);
}

/** @throws {RangeError} naming the shape, if a vector has another length. */
export function requireLength(vector: Float64Array, length: number, what: string): void {
  if (vector.length !== length) {
    throw new RangeError(`${what} has ${vector.length} entries; it must have ${length}.`);
  }
  requireFinite(vector, 1, what);
}
