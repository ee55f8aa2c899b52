/**
 * Refuses an order that a session cannot take.
 *
 * @param order rows of the training set, a batch after the other.
 * @param count rows of the training set.
 * @throws {RangeError} if the order is not a multiple of the batch, or names a row that does not exist.
 */
export function checkOrder(order: Int32Array, batch: number, count: number): void {
  if (order.length % batch !== 0) {
    throw new RangeError(
      `an order of ${order.length} rows is not a whole number of batches of ${batch}`,
    );
  }
  const row = order.find((row) => row < 0 || row >= count);
  if (row !== undefined) {
    throw new RangeError(
      `row ${row} is not in the training set, which has rows 0 to ${count - 1}: ${count} images`,
    );
  }
}
