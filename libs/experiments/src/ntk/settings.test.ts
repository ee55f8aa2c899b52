import { describe, expect, it } from 'vitest';
import { refusals, refusedPositive, refusedWhole } from '../../test/refusals.ts';
import { ntk } from '../ntk.ts';

const noNumber = ['3', '', null, true, [3], {}, NaN, Infinity];
const notNegative = 'must be a finite number, 0 or above';
const sizes = 'must be 1 to 20 different whole numbers from 1 to 10000, such as [10, 100]';
const inputs = 'must be a list of 1 to 8 different finite numbers, such as [0, 1]';
const seed =
  'must be a whole number from 0 to 2^64 - 1, in quotes if it is above 2^53 - 1 = 9007199254740991';
const twentyOne = Array.from({ length: 21 }, (_, i) => i + 1);

describe('refused', () => {
  it.each([
    refusedWhole('draws', 1, 100_000),
    refusedPositive('T'),
    ['sigmaW', [-1, -1e-300, ...noNumber], notNegative],
    ['sigmaB', [-1, -1e-300, ...noNumber], notNegative],
    ['size', [0, -1, 1.5, NaN, 10_001, [], '', 'text', [10, 10], twentyOne, null, {}], sizes],
    ['inputs', [[], '', [1, 1], [0, -0], [NaN], twentyOne, null, {}], inputs],
    ['seed', [-1, 1.5, 2 ** 53, '-1', 'text', '', null], seed],
  ] as const)('%s: %j', (key, values, message) => {
    for (const value of values) {
      expect(refusals(ntk, { [key]: value }), JSON.stringify(value)).toEqual({ [key]: message });
    }
  });

  it('an activation that is not known', () => {
    expect(refusals(ntk, { activation: 'sigmoid' }).activation).toMatch(/^must be one of tanh, /);
  });

  it('networks whose layers no draw can remember', () => {
    expect(refusals(ntk, { size: [20, 10_000] })).toEqual({
      size: 'must take at most 2.1 GB of memory, as a draw remembers all its layers; with 2 inputs, D = L = 10000 takes 2.4 GB',
    });
    expect(refusals(ntk, { size: 5000 })).toEqual({});
    expect(Object.keys(refusals(ntk, { size: 5000, inputs: [1, 2, 3, 4, 5, 6, 7, 8] }))).toEqual([
      'size',
    ]);
  });
});

it('every activation is drawn, with a limit or without', () => {
  for (const activation of ['tanh', 'swish', 'relu', 'identity', 'erf', 'gelu']) {
    expect(refusals(ntk, { activation })).toEqual({});
  }
});

it('describes every setting', () => {
  expect(Object.keys(ntk.keys)).toEqual(Object.keys(ntk.settings.parse({})));
});
