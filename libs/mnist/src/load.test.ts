import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fileNames, foldersOf, idx, temporaryFolder, tiny, writeSet } from '../test/support.ts';
import { DataError } from './errors.ts';
import { loadDataset } from './load.ts';
import { locateDataset } from './locate.ts';
import { verifyDataset } from './verify.ts';

const root = temporaryFolder();
let sets = 0;
const newSet = (changed: Parameters<typeof writeSet>[1] = {}) =>
  writeSet(join(root, `set-${sets++}`), changed);
const locate = (folder: string) => locateDataset(folder, foldersOf(root));
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

describe('loadDataset', () => {
  it('loads any set of a folder, with classes and shape from its files', async () => {
    const folder = newSet();
    const dataset = await loadDataset(locate(folder));
    expect(dataset).toMatchObject({
      name: folder,
      source: `IDX files from ${folder}`,
      imageShape: [2, 2],
      classes: 3,
      train: { count: 3 },
      test: { count: 2 },
    });
    expect([...dataset.train.images]).toEqual([...tiny.trainImages.subarray(16)]);
    expect([...dataset.train.labels]).toEqual([0, 2, 1]);
    expect([...dataset.test.labels]).toEqual([1, 1]);
    expect(dataset.sha256).toBe(sha256(Object.values(tiny).map(sha256).join('')));
  });

  it('tells the same contents from gzipped files of other names', async () => {
    const folder = join(root, 'gzipped');
    mkdirSync(folder);
    const names = [
      'train-images.idx3-ubyte',
      'train-labels.idx1-ubyte',
      'test-images-idx3-ubyte',
      'test_labels-idx1-ubyte',
    ];
    Object.values(tiny).forEach((bytes, i) => {
      writeFileSync(join(folder, `${names[i]}.gz`), gzipSync(bytes));
    });
    const { sha256: hash } = await loadDataset(locate(folder));
    expect(hash).toBe((await loadDataset(locate(newSet()))).sha256);
  });

  it('loads images with channels and labels of other integers', async () => {
    const folder = newSet({
      trainImages: idx(8, [1, 2, 1, 3], [1, 2, 3, 4, 5, 6]),
      testImages: idx(8, [1, 2, 1, 3], [6, 5, 4, 3, 2, 1]),
      trainLabels: idx(0x0c, [1], [0, 0, 0, 1]),
      testLabels: idx(0x0b, [1], [0, 1]),
    });
    const dataset = await loadDataset(locate(folder));
    expect(dataset).toMatchObject({ imageShape: [2, 1, 3], classes: 2 });
    expect(dataset.test.labels).toEqual(Uint8Array.of(1));
  });

  it.each([
    [
      'labels as images',
      { trainImages: tiny.trainLabels },
      'trainImages',
      /holds labels \(3 values of u8\), but images are expected.*swapped\?/,
    ],
    [
      'images as labels',
      { testLabels: tiny.testImages },
      'testLabels',
      /holds images of 2 x 2 x 2, but labels are expected.*swapped\?/,
    ],
    [
      'a table as images',
      { testImages: idx(8, [1, 2], [1, 2]) },
      'testImages',
      /holds an array of 1 x 2, but images are expected/,
    ],
    [
      'a table as labels',
      { testLabels: idx(8, [1, 2], [1, 2]) },
      'testLabels',
      /holds an array of 1 x 2, but labels are expected/,
    ],
    [
      'images that are no bytes',
      { trainImages: idx(9, [1, 1, 1], [1]) },
      'trainImages',
      /holds images of i8, but of u8/,
    ],
    [
      'labels that are no integers',
      { trainLabels: idx(0x0d, [1], [0, 0, 0, 0]) },
      'trainLabels',
      /holds labels of f32, but integers/,
    ],
    [
      'a negative label',
      { trainLabels: idx(9, [3], [0, 255, 1]) },
      'trainLabels',
      /label 1 is -1, not from 0 to 255/,
    ],
    [
      'no images',
      { testImages: idx(8, [0, 2, 2], []) },
      'testImages',
      /holds no test-images: its shape is 0 x 2 x 2/,
    ],
    [
      'images without pixels',
      { testImages: idx(8, [2, 0, 2], []) },
      'testImages',
      /holds no test-images: its shape is 2 x 0 x 2/,
    ],
    [
      'too few labels',
      { trainLabels: idx(8, [2], [0, 1]) },
      'trainLabels',
      /holds 3 images, but .* 2 labels; there should be a label for each/,
    ],
    [
      'test images of another shape',
      { testImages: idx(8, [2, 1, 2], [1, 2, 3, 4]) },
      'testImages',
      /of 2 x 2, but .* of 1 x 2; they should be of one shape/,
    ],
    [
      'a class that is not trained',
      { testLabels: idx(8, [2], [0, 3]) },
      'testLabels',
      /label 1 is 3, but the training images are of 3 classes: 0 to 2/,
    ],
    ['an empty file', { testLabels: Buffer.alloc(0) }, 'testLabels', /is empty/],
  ] as const)('refuses %s', async (_, changed, role, message) => {
    const folder = newSet(changed);
    const refusal = loadDataset(locate(folder));
    await expect(refusal).rejects.toThrow(DataError);
    await expect(refusal).rejects.toThrow(message);
    await expect(refusal).rejects.toThrow(join(folder, fileNames[role]));
  });

  it('holds a set of a known name against its checksums, unless told not to', async () => {
    const cwd = join(root, 'known');
    const folder = writeSet(join(cwd, 'data/mnist'));
    const location = locateDataset('mnist', foldersOf(cwd));
    const path = join(folder, fileNames.trainImages);
    await expect(loadDataset(location)).rejects.toThrow(
      `${path} is not MNIST's train-images-idx3-ubyte: the SHA-256 of its contents is ${sha256(tiny.trainImages)}, not ba891046`,
    );
    expect(await loadDataset(location, { verify: false })).toMatchObject({
      name: 'mnist',
      source: `MNIST from ${folder}`,
      classes: 10,
    });
  });
});

describe('verifyDataset', () => {
  it('finds no fault with whole files', async () => {
    const reports = await verifyDataset(locate(newSet()));
    expect(reports.map(({ fault }) => fault)).toEqual([undefined, undefined, undefined, undefined]);
    expect(reports.map((report) => report.sha256)).toEqual(Object.values(tiny).map(sha256));
  });

  it('says of each file what is wrong', async () => {
    const folder = newSet({
      trainImages: tiny.trainImages.subarray(0, 20),
      testLabels: idx(8, [3], [0, 1, 1]),
    });
    const faults = (await verifyDataset(locate(folder))).map(({ fault }) => fault);
    expect(faults).toEqual([
      expect.stringMatching(/train-images-idx3-ubyte is truncated: 20 bytes/),
      undefined,
      undefined,
      expect.stringMatching(/holds 2 images, but .* 3 labels/),
    ]);
  });

  it('says which files are swapped', async () => {
    const folder = newSet();
    const [images, labels] = [fileNames.testImages, fileNames.testLabels].map((name) =>
      join(folder, name),
    );
    const held = readFileSync(images);
    renameSync(labels, images);
    writeFileSync(labels, held);
    const faults = (await verifyDataset(locate(folder))).map(({ fault }) => fault ?? '');
    expect(faults[2]).toMatch(/holds labels/);
    expect(faults[3]).toMatch(/holds images/);
  });
});
