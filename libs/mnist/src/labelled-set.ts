/** Images of a data set and what they show. */
export interface LabelledSet {
  readonly count: number;
  /** count x pixels, row-major, from 0 to 255. */
  readonly images: Uint8Array;
  /** One for each image, from 0 to classes - 1. */
  readonly labels: Uint8Array;
}

/** A training and a test set of images of one shape. */
export interface Dataset {
  /** `mnist`, `fashion-mnist`, `synthetic`, or the folder of any other. */
  readonly name: string;
  /** Which data these are and where they are from, for outputs to say. */
  readonly source: string;
  /** One for the contents of all four files: the SHA-256 of their four SHA-256 in hexadecimal. */
  readonly sha256: string;
  readonly train: LabelledSet;
  readonly test: LabelledSet;
  /** Height, width and, of images with channels, channels, which vary fastest. */
  readonly imageShape: readonly number[];
  readonly classes: number;
}

export interface PixelOptions {
  /** What a grey level is multiplied by. */
  readonly scale?: number;
}

/**
 * The images as numbers: rows x pixels, row-major, so it may be read as rows x height x width
 * (x channels) too.
 *
 * @param rows which images, in this order; all if left out.
 * @throws {RangeError} if a row is not that of an image.
 */
export function pixels(
  { images, count }: LabelledSet,
  rows?: ArrayLike<number>,
  { scale = 1 / 255 }: PixelOptions = {},
): Float32Array {
  const width = images.length / count;
  const scaled = Float32Array.from({ length: 256 }, (_, level) => level * scale);
  const out = new Float32Array((rows?.length ?? count) * width);
  if (rows === undefined) {
    for (let i = 0; i < out.length; i++) out[i] = scaled[images[i]];
    return out;
  }
  checkRows(rows, count);
  for (let row = 0, to = 0; row < rows.length; row++) {
    const end = (rows[row] + 1) * width;
    for (let from = end - width; from < end; from++) out[to++] = scaled[images[from]];
  }
  return out;
}

/**
 * A set of its own of some of the images, in the given order.
 *
 * @throws {RangeError} if a row is not that of an image.
 */
export function select(
  { images, labels, count }: LabelledSet,
  rows: ArrayLike<number>,
): LabelledSet {
  checkRows(rows, count);
  const width = images.length / count;
  const selected = new Uint8Array(rows.length * width);
  for (let row = 0; row < rows.length; row++) {
    selected.set(images.subarray(rows[row] * width, (rows[row] + 1) * width), row * width);
  }
  return {
    count: rows.length,
    images: selected,
    labels: Uint8Array.from(rows, (row) => labels[row]),
  };
}

/**
 * Targets that are 1 at the label and 0 elsewhere: count x classes, row-major.
 *
 * @throws {RangeError} if a label is not below `classes`.
 */
export function oneHot(labels: Uint8Array, classes: number): Float32Array {
  const out = new Float32Array(labels.length * classes);
  labels.forEach((label, row) => {
    if (label >= classes) {
      throw new RangeError(`the label of image ${row} is ${label}, not one of 0 to ${classes - 1}`);
    }
    out[row * classes + label] = 1;
  });
  return out;
}

function checkRows(rows: ArrayLike<number>, count: number): void {
  for (let row = 0; row < rows.length; row++) {
    if (!(Number.isInteger(rows[row]) && rows[row] >= 0 && rows[row] < count)) {
      throw new RangeError(`there is no image ${rows[row]}: the set has images 0 to ${count - 1}`);
    }
  }
}
