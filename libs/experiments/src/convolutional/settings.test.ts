import { describe, expect, it } from 'vitest';
import { refusals, refusedPositive, refusedSome, refusedWhole } from '../../test/refusals.ts';
import { convolutional } from '../convolutional.ts';
import { centreOf, convolutionalSettings, inputsOf } from './settings.ts';

describe('refused', () => {
  it.each([
    refusedWhole('draws', 1, 1_000_000),
    refusedPositive('T'),
    refusedSome('processes', 'resnet', 'sde'),
    ['kernel', [0, 2, 2.5, 33], 'must be an odd number from 1 to 31'],
    ['patchScaling', ['mean'], 'must be none or fan-in'],
    [
      'images',
      [[], [[1]], ['x'], [0, 1, 2, 3, 4]],
      'must be 1 to 4 images, each a number, which all its sites have, or its rows, such as [[0, 1], [1, 0]]',
    ],
  ] as const)('%s: %j', (key, values, message) => {
    for (const value of values) {
      expect(refusals(convolutional, { [key]: value }), JSON.stringify(value)).toEqual({
        [key]: message,
      });
    }
  });

  it('images of another shape, too many sites, and a limit that does not exist', () => {
    expect(refusals(convolutional, { images: [1, [[1, 2], [3]]], rows: 2, columns: 2 })).toEqual({
      images: 'must have 2 rows of 2 numbers, as rows and columns say; number 1 is 2 x 2 or 1',
    });
    expect(refusals(convolutional, { rows: 16, columns: 17 })).toEqual({
      columns: 'must be at most 16 with 16 rows and 1 images, which may have 256 sites in all',
    });
    expect(refusals(convolutional, { rows: 200, images: [0, 1], columns: 1 }).columns).toMatch(
      /^must be fewer, as must be the rows or the images/,
    );
    expect(refusals(convolutional, { activation: 'relu' }).processes).toMatch(
      /^must be resnet alone, as there is no limit: relu/,
    );
    expect(refusals(convolutional, { activation: 'relu', processes: 'resnet' })).toEqual({});
  });
});

it('has inputs by image, row and column, and a middle', () => {
  const settings = convolutionalSettings.parse({
    ...{ rows: 2, columns: 3 },
    images: [
      2,
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
    ],
  });
  expect(inputsOf(settings)).toEqual([2, 2, 2, 2, 2, 2, 0, 1, 2, 3, 4, 5]);
  expect(centreOf(settings)).toBe(4);
});
