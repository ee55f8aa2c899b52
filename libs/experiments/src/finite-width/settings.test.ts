import { describe, expect, it } from 'vitest';
import { refusals, refusedPositive, refusedSome, refusedWhole } from '../../test/refusals.ts';
import { finiteWidth } from '../finite-width.ts';
import { keptLayers, networksOf } from './settings.ts';

const widths = 'must be 1 to 32 different whole numbers from 1 to 4096, such as [10, 100]';

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
    ['initialY', ['1', null, NaN, Infinity, [1]], 'must be a finite number'] as const,
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

  it('an Ornstein-Uhlenbeck process that 32 bits do not hold', () => {
    const start = (most: number, reversion: number) => ({
      initialY: `must be from -${most} to ${most} where reversion is ${reversion}, as X_0 grows like exp(reversion initialY^2) and is kept in 32 bits`,
    });
    expect(refusals(finiteWidth, { initialY: 16.1 })).toEqual(start(16, 0.25));
    expect(refusals(finiteWidth, { initialY: -16 })).toEqual({});
    expect(refusals(finiteWidth, { reversion: 3, initialY: 4.619 })).toEqual(start(4.618, 3));
    const steps = (least: number, from: string) => ({
      depth: `must be at least ${least} for the Ornstein-Uhlenbeck process of reversion ${from}, as in longer steps X_t would leave the numbers of 32 bits; or leave it out with processes=relu`,
    });
    // 4 a^2 Y_0^2 T, and 72 a T from a start near 0.
    const stiff = { reversion: 4, initialY: 4 };
    expect(refusals(finiteWidth, { ...stiff, depth: 1023 })).toEqual(steps(1024, '4 from 4'));
    expect(refusals(finiteWidth, { ...stiff, depth: 1024 })).toEqual({});
    expect(refusals(finiteWidth, { ...stiff, initialY: 0, depth: 287 })).toEqual(
      steps(288, '4 from 0'),
    );
    expect(refusals(finiteWidth, { ...stiff, depth: 100, processes: 'relu' })).toEqual({});
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
