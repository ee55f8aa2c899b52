import { streams, type Key } from '@resdiff/random';
import { Words } from './words.ts';

export interface SubsetOptions {
  /** The Philox key of the run's seed. */
  readonly key: Key;
  /** The index of the repetition. */
  readonly draw: number;
}

export interface ShuffleOptions extends SubsetOptions {
  readonly epoch: number;
}

export interface BatchOptions {
  /** What becomes of the rows that are left when no whole batch is: a shorter batch, or nothing. */
  readonly remainder: 'keep' | 'drop';
}

/**
 * A random subset of the rows 0 to count - 1, without replacement and in random order. A smaller
 * subset of the same key and draw is the beginning of a larger one.
 *
 * @throws {RangeError} if `size` is not from 1 to `count`.
 */
export function subset(count: number, size: number, { key, draw }: SubsetOptions): Int32Array {
  checkSize('a subset', size, count);
  const rows = range(count);
  new Words({ key, stream: streams.subset, draw, layer: 0 }).shuffle(rows, size);
  return rows.slice(0, size);
}

/** The rows 0 to count - 1 in the random order of one epoch. */
export function shuffle(count: number, { key, draw, epoch }: ShuffleOptions): Int32Array {
  const rows = range(count);
  new Words({ key, stream: streams.shuffle, draw, layer: epoch }).shuffle(rows);
  return rows;
}

/**
 * The batches of an epoch: views of `order`, not copies.
 *
 * @throws {RangeError} if `batch` is not from 1 to the length of `order`.
 */
export function batches(
  order: Int32Array,
  batch: number,
  { remainder }: BatchOptions,
): Int32Array[] {
  checkSize('a batch', batch, order.length);
  const whole = Math.floor(order.length / batch);
  const count = remainder === 'keep' ? Math.ceil(order.length / batch) : whole;
  return Array.from({ length: count }, (_, i) => order.subarray(i * batch, (i + 1) * batch));
}

function checkSize(what: string, size: number, count: number): void {
  if (!(Number.isInteger(size) && size >= 1 && size <= count)) {
    throw new RangeError(`${what} of ${count} images has from 1 to ${count} of them, not ${size}`);
  }
}

function range(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, row) => row);
}
