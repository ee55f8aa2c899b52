import { createHash } from 'node:crypto';
import { DataError } from './errors.ts';
import { describeShape, parseIdx, readContents, type Idx } from './idx.ts';
import { identify, knownDataset, type KnownFile, type Role } from './known.ts';
import type { LabelledSet } from './labelled-set.ts';

/** One of the four files of a data set: images or labels. */
export interface Part {
  readonly role: Role;
  readonly path: string;
  /** Of the contents, inflated, in hexadecimal. */
  readonly sha256: string;
  readonly count: number;
  /** Images: count x pixels, row-major. Labels: one each. */
  readonly values: Uint8Array;
  /** Of one image; empty for labels. */
  readonly imageShape: readonly number[];
}

/**
 * Reads one file of a data set.
 *
 * @throws {DataError} if it is not a whole IDX file, or not of images or labels as its role demands.
 */
export async function readPart(role: Role, path: string): Promise<Part> {
  const contents = await readContents(path);
  const idx = parseIdx(contents, path);
  const values = role.endsWith('images') ? images(idx, path) : labels(idx, path);
  if (values.length === 0) {
    throw new DataError(`${path} holds no ${role}: its shape is ${describeShape(idx.shape)}.`);
  }
  const [count, ...imageShape] = idx.shape;
  return { role, path, sha256: sha256(contents), count, values, imageShape };
}

/**
 * Holds a file against the checksum of its role in a known data set; anything goes for any other.
 *
 * @throws {DataError} if its contents differ.
 */
export function checkContents(dataset: string, part: Part): void {
  const known = knownDataset(dataset);
  const expected = known?.files.find((file) => file.role === part.role);
  if (known && expected && part.sha256 !== expected.sha256) {
    throw wrongContents(part.path, part.sha256, known.title, expected);
  }
}

export function wrongContents(
  path: string,
  found: string,
  title: string,
  { file, sha256: expected }: KnownFile,
): DataError {
  const other = identify(found);
  return new DataError(
    `${path} is not ${title}'s ${file}: ` +
      (other ? `it is ${other}.` : `the SHA-256 of its contents is ${found}, not ${expected}.`),
    { remedy: 'Fetch it again, or give its folder as a path if these data are meant.' },
  );
}

/**
 * Images and their labels together.
 *
 * @throws {DataError} if there is not one label for each image.
 */
export function labelledSet(imagePart: Part, labelPart: Part): LabelledSet {
  if (imagePart.count !== labelPart.count) {
    throw new DataError(
      `${imagePart.path} holds ${imagePart.count} images, but ${labelPart.path} ${labelPart.count} labels; there should be a label for each image.`,
    );
  }
  return { count: imagePart.count, images: imagePart.values, labels: labelPart.values };
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function images({ type, shape, values }: Idx, path: string): Uint8Array {
  if (shape.length <= 1) {
    throw new DataError(
      `${path} holds labels (${describeShape(shape)} values of ${type}), but images are expected: count x height x width, or with channels. Are the files swapped?`,
    );
  }
  if (shape.length !== 3 && shape.length !== 4) {
    throw new DataError(
      `${path} holds an array of ${describeShape(shape)}, but images are expected: count x height x width, or with channels.`,
    );
  }
  if (!(values instanceof Uint8Array)) {
    throw new DataError(`${path} holds images of ${type}, but of u8, from 0 to 255, are expected.`);
  }
  return values;
}

function labels({ type, shape, values }: Idx, path: string): Uint8Array {
  if (shape.length !== 1) {
    throw new DataError(
      `${path} holds ${shape.length === 3 ? 'images' : 'an array'} of ${describeShape(shape)}, but labels are expected: one integer an image. Are the files swapped?`,
    );
  }
  if (values instanceof Uint8Array) return values;
  if (type === 'f32' || type === 'f64') {
    throw new DataError(`${path} holds labels of ${type}, but integers are expected.`);
  }
  const wrong = values.findIndex((label) => label < 0 || label > 255);
  if (wrong !== -1) {
    throw new DataError(`${path}: label ${wrong} is ${values[wrong]}, not from 0 to 255.`);
  }
  return Uint8Array.from(values);
}
