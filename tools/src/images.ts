import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CLASSES = 10;
const SIDE = 8;

/** Writes a set of IDX files: images of 8 x 8 in ten classes, each of which has bright pixels of its own. */
export function writeImages(folder: string, train: number, test: number): void {
  mkdirSync(folder, { recursive: true });
  for (const [part, count] of [
    ['train', train],
    ['t10k', test],
  ] as const) {
    const labels = Uint8Array.from({ length: count }, (_, image) => image % CLASSES);
    const pixels = Array.from(labels, (label, image) => pixelsOf(label, image)).flat();
    writeFileSync(join(folder, `${part}-labels-idx1-ubyte`), idx([count], labels));
    writeFileSync(join(folder, `${part}-images-idx3-ubyte`), idx([count, SIDE, SIDE], pixels));
  }
}

/** No two of a thousand images have the same. */
function pixelsOf(label: number, image: number): number[] {
  return Array.from({ length: SIDE * SIDE }, (_, pixel) => {
    const bright = pixel % CLASSES === label ? 150 : 0;
    return bright + (((image + 1) * (pixel + 7) * 37) % 101);
  });
}

function idx(shape: readonly number[], values: ArrayLike<number>): Buffer {
  const header = Buffer.alloc(4 * (1 + shape.length));
  [0x800 + shape.length, ...shape].forEach((value, i) => header.writeUInt32BE(value, 4 * i));
  return Buffer.concat([header, Uint8Array.from(values)]);
}
