import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An IDX file of bytes: its header, then the values. */
function idx(shape: readonly number[], values: readonly number[]): Buffer {
  const sizes = shape.flatMap((size) => [0, 0, 0, size]);
  return Buffer.from([0, 0, 8, shape.length, ...sizes, ...values]);
}

/** The files of a set of 3 + 2 images of 2 x 2 and three classes. */
export const tinySet: Readonly<Record<string, Buffer>> = {
  'train-images-idx3-ubyte': idx([3, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255]),
  'train-labels-idx1-ubyte': idx([3], [0, 2, 1]),
  't10k-images-idx3-ubyte': idx([2, 2, 2], [11, 12, 13, 14, 15, 16, 17, 18]),
  't10k-labels-idx1-ubyte': idx([2], [1, 1]),
};

/** Writes the tiny set into a folder, with some files other than they are. */
export function writeTinySet(
  folder: string,
  changed: Readonly<Record<string, Buffer>> = {},
): string {
  mkdirSync(folder, { recursive: true });
  for (const [file, bytes] of Object.entries({ ...tinySet, ...changed })) {
    writeFileSync(join(folder, file), bytes);
  }
  return folder;
}
