import { describe, expect, it } from 'vitest';
import { ridgeAccuracy } from '../../test/ridge.ts';
import { select, type LabelledSet } from '../labelled-set.ts';
import { syntheticDigits } from './digits.ts';

const { train, test, imageShape, classes, source } = syntheticDigits(0, {
  train: 5000,
  test: 2000,
});

/** The means of 2 x 2 pixels: a regression on a quarter of the inputs takes a sixteenth of the time. */
function coarse({ count, images, labels }: LabelledSet): LabelledSet {
  const means = Uint8Array.from({ length: count * 14 * 14 }, (_, k) => {
    const [row, column] = [Math.floor(k / 14), k % 14];
    const corner = 2 * (row * 28 + column);
    return (images[corner] + images[corner + 1] + images[corner + 28] + images[corner + 29]) / 4;
  });
  return { count, images: means, labels };
}

describe('syntheticDigits', () => {
  it('says what they are', () => {
    expect({ imageShape, classes, source }).toEqual({
      imageShape: [28, 28],
      classes: 10,
      source: 'synthetic digits of seed 0, not real data',
    });
    expect(train.images).toHaveLength(5000 * 784);
    expect(test.count).toBe(2000);
  });

  it('are the beginning of a larger set, and other ones for another seed', () => {
    const some = syntheticDigits(0, { train: 12, test: 7 });
    expect(some.train.images).toEqual(train.images.slice(0, 12 * 784));
    expect(some.train.labels).toEqual(train.labels.slice(0, 12));
    expect(some.test.images).toEqual(test.images.slice(0, 7 * 784));
    const others = syntheticDigits('0x1', { train: 12, test: 7 });
    expect(others.train.images).not.toEqual(some.train.images);
    expect(others.sha256).not.toBe(some.sha256);
  });

  it('have the bits that they have everywhere', () => {
    const { sha256 } = syntheticDigits(0, { train: 100, test: 100 });
    expect(sha256).toBe('24bdddaf96ddd3aa4232be5b15d67073f1ee5a4d234d321e76b3c1afc77e4697');
  });

  it('show each digit equally often, in random order, within ten images', () => {
    const orders = new Set<string>();
    for (let i = 0; i < train.count; i += 10) {
      const labels = train.labels.slice(i, i + 10);
      orders.add(labels.join(''));
      expect([...labels].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
    expect(orders.size).toBeGreaterThan(490);
  });

  it('differ between training and test', () => {
    const image = (images: Uint8Array, i: number) => images.slice(i * 784, (i + 1) * 784).join();
    const seen = new Set(Array.from({ length: 2000 }, (_, i) => image(train.images, i)));
    expect(seen.size).toBe(2000);
    expect(Array.from({ length: 2000 }, (_, i) => seen.has(image(test.images, i)))).not.toContain(
      true,
    );
  });

  it('have ink in the middle and none but noise at the border', () => {
    let border = 0;
    for (let i = 0; i < train.count; i++) border = Math.max(border, train.images[i * 784]);
    expect(border).toBeLessThanOrEqual(26);
    const mean = train.images.reduce((sum, level) => sum + level, 0) / train.images.length;
    expect(mean).toBeGreaterThan(20);
    expect(mean).toBeLessThan(50);
  });

  // Linear regression gets about 85% of MNIST's test images right: as hard as that, give or take.
  it('are neither trivial nor noise for a linear classifier', () => {
    const [seen, unseen] = [coarse(train), coarse(test)];
    const accuracy = ridgeAccuracy(seen, unseen, classes, 10);
    expect(accuracy).toBeGreaterThan(0.8);
    expect(accuracy).toBeLessThan(0.94);
    const rows = Array.from({ length: 1000 }, (_, row) => row);
    const some = select(seen, rows);
    const mislabelled = { ...some, labels: some.labels.toReversed() };
    expect(ridgeAccuracy(mislabelled, unseen, classes, 10)).toBeLessThan(0.2);
  });

  it.each([0, -1, 1.5, 2 ** 31 + 1])('refuse a set of %s', (count) => {
    expect(() => syntheticDigits(0, { train: 1, test: count })).toThrow(
      new RangeError(`a set of synthetic digits has from 1 to 2^31 images, not ${count}`),
    );
  });
});
