import { seedKey, streams, type Key } from '@resdiff/random';
import { idxHeader } from '../idx.ts';
import type { Dataset, LabelledSet } from '../labelled-set.ts';
import { sha256 } from '../parts.ts';
import { Words } from '../words.ts';
import { drawDigit, SIDE } from './draw.ts';

const CLASSES = 10;
/** The index of the first test image: training images have smaller ones. */
const TEST_START = 2 ** 31;
/** The layers of an image's stream: what it looks like, and which digit it and its neighbours show. */
const SHAPE = 0;
const LABEL = 1;

export interface SyntheticSizes {
  /** How many training images, up to 2^31. */
  readonly train: number;
  /** How many test images, up to 2^31. */
  readonly test: number;
}

/**
 * Digits drawn with strokes from a seed, to stand in for MNIST: 28 x 28, grey, ten classes. Every
 * ten images in a row show the ten digits, in random order. An image depends on the seed and its
 * index alone, so a smaller set is the beginning of a larger one; training and test images have
 * different indices. The bits are the same on every machine.
 *
 * @param seed a 64-bit seed, as `seedKey` takes it.
 * @throws {RangeError} if the seed is none, or a size is not from 1 to 2^31.
 */
export function syntheticDigits(seed: number | bigint | string, sizes: SyntheticSizes): Dataset {
  const key = seedKey(seed);
  const train = drawSet(key, 0, sizes.train);
  const test = drawSet(key, TEST_START, sizes.test);
  return {
    name: 'synthetic',
    source: `synthetic digits of seed ${seed}, not real data`,
    sha256: sha256([train, test].flatMap(hashes).join('')),
    train,
    test,
    imageShape: [SIDE, SIDE],
    classes: CLASSES,
  };
}

function drawSet(key: Key, start: number, count: number): LabelledSet {
  if (!(Number.isInteger(count) && count >= 1 && count <= TEST_START)) {
    throw new RangeError(`a set of synthetic digits has from 1 to 2^31 images, not ${count}`);
  }
  const images = new Uint8Array(count * SIDE * SIDE);
  const labels = drawLabels(key, start, count);
  labels.forEach((label, i) => {
    const random = new Words({ key, stream: streams.digits, draw: start + i, layer: SHAPE });
    drawDigit(label, random, images.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE));
  });
  return { count, images, labels };
}

function drawLabels(key: Key, start: number, count: number): Uint8Array {
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i += CLASSES) {
    const digits = Int32Array.from({ length: CLASSES }, (_, digit) => digit);
    new Words({ key, stream: streams.digits, draw: start + i, layer: LABEL }).shuffle(digits);
    labels.set(digits.subarray(0, count - i), i);
  }
  return labels;
}

/** What the SHA-256 of the images and of the labels would be in IDX files. */
function hashes({ count, images, labels }: LabelledSet): string[] {
  return [
    sha256(Buffer.concat([idxHeader([count, SIDE, SIDE]), images])),
    sha256(Buffer.concat([idxHeader([count]), labels])),
  ];
}
