import { describe, expect, it } from 'vitest';
import { oneHot, pixels, select, type LabelledSet } from './labelled-set.ts';

const set: LabelledSet = {
  count: 128,
  images: Uint8Array.from({ length: 256 }, (_, i) => i),
  labels: Uint8Array.from({ length: 128 }, (_, i) => i % 3),
};

describe('pixels', () => {
  it('divides every grey level by 255, rounded to a float', () => {
    const expected = Float32Array.from({ length: 256 }, (_, level) => level / 255);
    expect(pixels(set)).toEqual(expected);
  });

  it('takes rows in their order and another scale', () => {
    expect([...pixels(set, [3, 0, 3], { scale: 2 })]).toEqual([12, 14, 0, 2, 12, 14]);
    expect([...pixels(set, Int32Array.of(), {})]).toEqual([]);
  });

  it('refuses a row that is not there', () => {
    for (const row of [128, -1, 0.5]) {
      expect(() => pixels(set, [0, row])).toThrow(
        new RangeError(`there is no image ${row}: the set has images 0 to 127`),
      );
    }
  });
});

describe('select', () => {
  it('is a set of its own', () => {
    const some = select(set, Int32Array.of(4, 2));
    expect(some).toEqual({
      count: 2,
      images: Uint8Array.of(8, 9, 4, 5),
      labels: Uint8Array.of(1, 2),
    });
    expect(some.images.buffer).not.toBe(set.images.buffer);
    expect(() => select(set, [128])).toThrow(RangeError);
  });
});

describe('oneHot', () => {
  it('is 1 at the label', () => {
    expect([...oneHot(Uint8Array.of(2, 0), 3)]).toEqual([0, 0, 1, 1, 0, 0]);
  });

  it('refuses a label without a class', () => {
    expect(() => oneHot(Uint8Array.of(0, 3), 3)).toThrow(
      new RangeError('the label of image 1 is 3, not one of 0 to 2'),
    );
  });
});
