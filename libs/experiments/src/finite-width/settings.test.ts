import { describe, expect, it } from 'vitest';
import { refusals, refusedPositive, refusedSome, refusedWhole } from '../../test/refusals.ts';
import { finiteWidth } from '../finite-width.ts';
import { keptLayers, networksOf } from './settings.ts';

const widths = 'must be 1 to 32 different whole numbers from 1 to 4096, such as [10, 100]';
const initialY = 'must be a finite number from -4 to 4';

describe('refused', () => {
  it.each([
    refusedSome('processes', 'relu', 'ornstein-uhlenbeck'),
    [
      'width',
      [0, -1, 1.5, 4097, [], '', [2, 2], null, Array.from({ length: 33 }, (_, i) => i + 1)],
      widths,
    ] as const,
    refusedWhole('depth', 1, 1_000_000),
    refusedPositive('T'),
    refusedPositive('initial'),
    refusedPositive('reversion'),
    ['reversion', [4.1, 100], 'must be at most 4'] as const,
    ['initialY', [-4.1, 5, '1', null, NaN, Infinity, [1]], initialY] as const,
    refusedWhole('draws', 2, 2 ** 31 - 1),
    refusedWhole('snapshots', 1, 1000),
    [
      'seed',
      [-1, 1.5, 'text', null],
      'must be a whole number from 0 to 2^64 - 1, in quotes if it is above 2^53 - 1 = 9007199254740991',
    ] as const,
  ])('%s: %j', (key, values, message) => {
    for (const value of values) {
      expect(refusals(finiteWidth, { [key]: value }), JSON.stringify(value)).toEqual({
        [key]: message,
      });
    }
  });

  it('a depth of too long steps, and more snapshots than layers', () => {
    const depth = (least: number) =>
      `must be at least 64 T = ${least}, as in a longer step all units of a network could become inactive`;
    expect(refusals(finiteWidth, { depth: 63 })).toEqual({ depth: depth(64) });
    expect(refusals(finiteWidth, { depth: 64 })).toEqual({});
    expect(refusals(finiteWidth, { T: 20 })).toEqual({ depth: depth(1280) });
    expect(refusals(finiteWidth, { depth: 100, snapshots: 101 })).toEqual({
      snapshots: 'must be at most the depth, 100',
    });
  });
});

it('describes every setting', () => {
  expect(Object.keys(finiteWidth.keys)).toEqual(Object.keys(finiteWidth.settings.parse({})));
  for (const text of Object.values(finiteWidth.keys)) expect(text).toMatch(/\S{2}/);
});

it('looks at layers from 0 to the last, evenly spaced', () => {
  const settings = finiteWidth.settings.parse({ depth: 103, snapshots: 4 });
  expect(keptLayers(settings)).toEqual([0, 26, 52, 77, 103]);
  expect(keptLayers({ ...settings, snapshots: 103 })).toHaveLength(104);
});

it('draws one network a width with ReLU, and one of width 1', () => {
  const settings = finiteWidth.settings.parse({ width: [8, 2] });
  expect(networksOf(settings)).toEqual([
    { process: 'relu', width: 2 },
    { process: 'relu', width: 8 },
    { process: 'ornstein-uhlenbeck', width: 1 },
  ]);
});
