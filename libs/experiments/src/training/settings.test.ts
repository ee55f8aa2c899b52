import { describe, expect, it } from 'vitest';
import {
  refusals,
  refusedChoice,
  refusedData,
  refusedEngine,
  refusedNetworks,
  refusedSizes,
  refusedSome,
  refusedWhole,
} from '../../test/refusals.ts';
import { training } from '../training.ts';
import { methods } from './settings.ts';

const rate = 'must be a finite number above 0, or search';
const range = (ends: string) => `must be two ascending numbers above 0, such as [${ends}]`;
const noRange = [[], [1], [1, 2, 3], [2, 1], [1, 1], [0, 1], [-1, 1], ['1', 2], 1, '1,2', null, {}];

describe('refused', () => {
  it.each([
    ...refusedData,
    ...refusedNetworks,
    refusedEngine,
    refusedSizes('size'),
    refusedSome('optimizer', ...methods),
    refusedWhole('batch', 1, 10_000_000),
    refusedWhole('epochs', 1, 100_000),
    refusedWhole('searchPoints', 2, 100),
    refusedWhole('searchRefinements', 0, 100),
    refusedWhole('searchEpochs', 1, 100_000),
    refusedWhole('repetitions', 1, 10_000),
    refusedChoice('inputLayer', 'trained', 'frozen'),
    refusedChoice('outputLayer', 'trained', 'frozen'),
    refusedChoice('loss', 'mse', 'cross-entropy'),
    refusedChoice('gradients', 'reparametrised', 'standard'),
    refusedChoice('tuneOn', 'held-out', 'test'),
    refusedChoice('saveWeights', 'none', 'final', 'both'),
    ['rate', [0, -1, 'find', '', '1', null, true, [1], {}, NaN, Infinity], rate],
    ['searchDescent', [...noRange, [NaN, 1], [1, Infinity]], range('1, 100')],
    ['searchAdam', noRange, range('0.001, 1')],
  ] as const)('%s: %j', (key, values, message) => {
    for (const value of values) {
      expect(refusals(training, { [key]: value }), JSON.stringify(value)).toEqual({
        [key]: message,
      });
    }
  });

  it('settings that do not exist', () => {
    for (const key of ['foo', 'learningRate', 'experiment', 'toString']) {
      const { error } = training.settings.safeParse({ [key]: 1 });
      expect(error?.issues).toMatchObject([{ code: 'unrecognized_keys', keys: [key] }]);
    }
  });

  it('a batch larger than the training images', () => {
    const given = { trainImages: 100, batch: 101 };
    expect(refusals(training, given)).toEqual({ batch: 'must be at most trainImages, 100' });
    expect(refusals(training, { ...given, batch: 100 })).toEqual({});
  });

  it('too few images to hold any out', () => {
    const given = { trainImages: 9, batch: 1 };
    expect(refusals(training, given)).toEqual({
      trainImages: 'must be at least 10, of which a tenth is held out to tune the rate on',
    });
    for (const other of [{ tuneOn: 'test' }, { rate: 1 }, { trainImages: 10 }]) {
      expect(refusals(training, { ...given, ...other })).toEqual({});
    }
  });

  it('standard gradients of parameters whose scale is 0', () => {
    const message = 'must be above 0 with standard gradients; reparametrised ones may have it at 0';
    expect(refusals(training, { gradients: 'standard', sigmaW: 0, sigmaB: 0 })).toEqual({
      sigmaW: message,
      sigmaB: message,
    });
    expect(refusals(training, { sigmaW: 0, sigmaB: 0 })).toEqual({});
  });
});

it('describes every setting', () => {
  const settings = training.settings.parse({});
  expect(Object.keys(training.keys)).toEqual(Object.keys(settings));
  for (const text of Object.values(training.keys)) expect(text).toMatch(/\S{2}/);
});

it('takes lists in any order', () => {
  const { size, optimizer, seed } = training.settings.parse({
    size: '50, 10',
    optimizer: 'adam, gd',
    seed: '0x10',
  });
  expect({ size, optimizer, seed }).toEqual({
    size: [10, 50],
    optimizer: ['gd', 'adam'],
    seed: '16',
  });
});
