import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { knownDataset } from './known.ts';
import { loadDataset } from './load.ts';
import { searchKnown } from './locate.ts';
import { dataFolders } from './folders.ts';
import { oneHot, pixels } from './labelled-set.ts';
import { verifyDataset } from './verify.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

function find(name: string) {
  const known = knownDataset(name);
  const folders = dataFolders({ env: {}, cwd: repository });
  return known && searchKnown(known, folders).location;
}

const counts = (labels: Uint8Array) =>
  Array.from({ length: 10 }, (_, digit) => labels.filter((label) => label === digit).length);

const mnist = find('mnist');
const fashion = find('fashion-mnist');

it.runIf(process.env.CI)('MNIST is there where all tests have to run', () => {
  expect(mnist, 'put MNIST into ../shared/data/mnist or data/mnist').toBeDefined();
});

describe.runIf(mnist)('MNIST', async () => {
  if (!mnist) return;
  const dataset = await loadDataset(mnist);

  it('is what was published', () => {
    expect(dataset).toMatchObject({ name: 'mnist', classes: 10, imageShape: [28, 28] });
    expect(dataset.source).toBe(`MNIST from ${mnist.folder}`);
    const { train, test } = dataset;
    expect([train.count, test.count]).toEqual([60_000, 10_000]);
    expect(counts(train.labels)).toEqual([
      5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
    ]);
    expect(counts(test.labels)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    expect([...train.labels.slice(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect([...test.labels.slice(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
  });

  it('has the mean and the standard deviation that everyone normalises with', () => {
    const values = pixels(dataset.train);
    let sum = 0;
    let squares = 0;
    // An iterator would take ten times as long for 47 million pixels.
    for (let i = 0; i < values.length; i++) {
      sum += values[i];
      squares += values[i] ** 2;
    }
    const mean = sum / values.length;
    expect(mean).toBeCloseTo(0.1307, 4);
    expect(Math.sqrt(squares / values.length - mean ** 2)).toBeCloseTo(0.3081, 4);
  });

  it('has as many targets as labels', () => {
    const { train, classes } = dataset;
    const sums = new Array<number>(10).fill(0);
    oneHot(train.labels, classes).forEach((target, i) => (sums[i % 10] += target));
    expect(sums).toEqual(counts(train.labels));
  });

  it('has the checksums of its contents, as other programs see them', async () => {
    const published = [
      '6bbc9ace898e44ae57da46a324031adb',
      'a25bea736e30d166cdddb491f175f624',
      '2646ac647ad5339dbf082846283269ea',
      '27ae3e4e09519cfbb04c329615203637',
    ];
    const contents = mnist.files.map(({ path }) =>
      path.endsWith('.gz')
        ? execFileSync('gzip', ['-dc', path], { maxBuffer: 2 ** 26 })
        : execFileSync('cat', [path], { maxBuffer: 2 ** 26 }),
    );
    const hashes = (name: string) =>
      contents.map((bytes) => createHash(name).update(bytes).digest('hex'));
    expect(hashes('md5')).toEqual(published);
    const reports = await verifyDataset(mnist);
    expect(reports.map(({ sha256 }) => sha256)).toEqual(hashes('sha256'));
    expect(reports.every(({ fault }) => fault === undefined)).toBe(true);
  });

  it.runIf(fashion)('is told from Fashion-MNIST', async () => {
    const disguised = { ...mnist, files: fashion?.files ?? [] };
    await expect(loadDataset(disguised)).rejects.toThrow(
      /is not MNIST's train-images-idx3-ubyte: it is Fashion-MNIST train-images-idx3-ubyte/,
    );
  });
});

describe.runIf(fashion)('Fashion-MNIST', () => {
  it('is what was published: ten classes, all equally often', async () => {
    if (!fashion) return;
    const { train, test, imageShape, source } = await loadDataset(fashion);
    expect(source).toBe(`Fashion-MNIST from ${fashion.folder}`);
    expect(imageShape).toEqual([28, 28]);
    expect(counts(train.labels)).toEqual(new Array<number>(10).fill(6000));
    expect(counts(test.labels)).toEqual(new Array<number>(10).fill(1000));
    expect([...train.labels.slice(0, 5)]).toEqual([9, 0, 0, 3, 0]);
  });
});
