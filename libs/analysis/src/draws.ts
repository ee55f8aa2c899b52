/** A column, draw by draw: the values of a draw are consecutive. */
export type Sample = Float32Array | Float64Array;

/**
 * The average over each draw of value(i), i the index into the column.
 *
 * @throws {RangeError} on behalf of `caller`, if there are no values or not a whole number of draws.
 */
export function drawMeans(
  caller: string,
  length: number,
  clusterSize: number,
  value: (i: number) => number,
): Float64Array {
  requireDraws(caller, length, clusterSize);
  const means = new Float64Array(length / clusterSize);
  for (let draw = 0; draw < means.length; draw++) {
    let sum = 0;
    const end = (draw + 1) * clusterSize;
    for (let i = draw * clusterSize; i < end; i++) sum += value(i);
    means[draw] = sum / clusterSize;
  }
  return means;
}

function requireDraws(caller: string, length: number, clusterSize: number): void {
  if (!Number.isSafeInteger(clusterSize) || clusterSize < 1) {
    throw new RangeError(
      `${caller}: clusterSize is ${clusterSize}; it must be a positive integer.`,
    );
  }
  if (length === 0) throw new RangeError(`${caller}: the column is empty; it needs a value.`);
  if (length % clusterSize !== 0) {
    throw new RangeError(
      `${caller}: ${length} values are not a whole number of draws of ${clusterSize} values.`,
    );
  }
}

/** Standard error of the mean of independent draws; null for a single draw. */
export function standardError(draws: Float64Array): number | null {
  const count = draws.length;
  if (count < 2) return null;
  let sum = 0;
  for (const value of draws) sum += value;
  const mean = sum / count;
  let squares = 0;
  for (const value of draws) squares += (value - mean) ** 2;
  return Math.sqrt(squares / (count - 1) / count);
}
