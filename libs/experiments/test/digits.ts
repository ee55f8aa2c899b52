import { syntheticDigits, type LabelledSet } from '@resdiff/mnist';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { plannedData, resolveData } from '../src/data.ts';

/** Pixels of a side of synthetic digits, and of those that tests train on. */
const SIDE = 28;
const SMALL_SIDE = 7;

/** A folder with the IDX files of these sets, removed after the test file. */
export function imageFolder(train: LabelledSet, test: LabelledSet, side: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'resdiff-images-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, { count, images, labels }] of [
    ['train', train],
    ['t10k', test],
  ] as const) {
    writeFileSync(join(folder, `${name}-images-idx3-ubyte`), idx([count, side, side], images));
    writeFileSync(join(folder, `${name}-labels-idx1-ubyte`), idx([count], labels));
  }
  return folder;
}

/** A folder with 500 + 200 digits of 7 x 7 pixels, on which networks train in milliseconds. */
export function smallDigits({ test: count = 200 } = {}): string {
  const { train, test } = syntheticDigits(0, { train: 500, test: count });
  return imageFolder(shrunk(train), shrunk(test), SMALL_SIDE);
}

/** The versions of a run on a data set that is there. */
export async function versionsOf(data: string): Promise<Readonly<Record<string, string>>> {
  const { versions } = await resolveData({ data, trainImages: 1, testImages: 1 }, {});
  await plannedData(data, versions);
  return versions;
}

/** Means over squares of pixels. */
function shrunk({ count, images, labels }: LabelledSet): LabelledSet {
  const block = SIDE / SMALL_SIDE;
  const sums = new Float64Array(count * SMALL_SIDE ** 2);
  images.forEach((value, i) => {
    const [image, row, column] = [Math.floor(i / SIDE ** 2), Math.floor(i / SIDE) % SIDE, i % SIDE];
    const small = Math.floor(row / block) * SMALL_SIDE + Math.floor(column / block);
    sums[image * SMALL_SIDE ** 2 + small] += value;
  });
  return { count, labels, images: Uint8Array.from(sums, (sum) => Math.round(sum / block ** 2)) };
}

function idx(shape: readonly number[], values: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt8(8, 2);
  header.writeUInt8(shape.length, 3);
  shape.forEach((size, i) => header.writeUInt32BE(size, 4 + 4 * i));
  return Buffer.concat([header, values]);
}
