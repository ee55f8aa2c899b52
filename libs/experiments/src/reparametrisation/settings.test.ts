import { describe, expect, it } from 'vitest';
import {
  refusals,
  refusedChoice,
  refusedData,
  refusedEngine,
  refusedNetworks,
  refusedPositive,
  refusedSizes,
  refusedSome,
  refusedWhole,
} from '../../test/refusals.ts';
import { reparametrisation } from '../reparametrisation.ts';

describe('refused', () => {
  it.each([
    ...refusedData,
    ...refusedNetworks,
    refusedEngine,
    refusedSizes('depths'),
    refusedSizes('widths'),
    refusedSome('gradients', 'reparametrised', 'standard'),
    refusedPositive('rateReparametrised'),
    refusedPositive('rateStandard'),
    refusedWhole('batch', 1, 10_000_000),
    refusedChoice('outerLayers', 'trained', 'frozen'),
    refusedChoice('loss', 'mse', 'cross-entropy'),
  ])('%s: %j', (key, values, message) => {
    for (const value of values) {
      expect(refusals(reparametrisation, { [key]: value }), JSON.stringify(value)).toEqual({
        [key]: message,
      });
    }
  });

  it('a batch larger than the training images', () => {
    expect(refusals(reparametrisation, { trainImages: 100, batch: 101 })).toEqual({
      batch: 'must be at most trainImages, 100',
    });
  });

  it('standard gradients of parameters whose scale is 0', () => {
    const message = 'must be above 0 with standard gradients; reparametrised ones may have it at 0';
    expect(refusals(reparametrisation, { sigmaB: 0 })).toEqual({ sigmaB: message });
    expect(refusals(reparametrisation, { sigmaW: 0 })).toEqual({ sigmaW: message });
    expect(refusals(reparametrisation, { sigmaB: 0, gradients: 'reparametrised' })).toEqual({});
  });
});

it('describes every setting, and takes biases of standard deviation 1', () => {
  const settings = reparametrisation.settings.parse({});
  expect(Object.keys(reparametrisation.keys)).toEqual(Object.keys(settings));
  for (const text of Object.values(reparametrisation.keys)) expect(text).toMatch(/\S{2}/);
  expect(settings.sigmaB).toBe(1);
});
