import { describe, expect, it } from 'vitest';
import { checkOrder } from './order.ts';

describe('checkOrder', () => {
  it('takes whole batches of rows that exist, in any order and twice', () => {
    checkOrder(Int32Array.of(4, 0, 4, 2), 2, 5);
    checkOrder(new Int32Array(0), 3, 5);
  });

  it.each([
    [[0, 1, 2], 'an order of 3 rows is not a whole number of batches of 2'],
    [[0, 5], 'row 5 is not in the training set, which has rows 0 to 4: 5 images'],
    [[0, -1], 'row -1 is not in the training set, which has rows 0 to 4: 5 images'],
  ])('refuses %j', (order, message) => {
    expect(() => checkOrder(Int32Array.from(order), 2, 5)).toThrow(new RangeError(message));
  });
});
