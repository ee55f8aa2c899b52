import { describe, expect, it } from 'vitest';
import {
  refusals,
  refusedData,
  refusedNetworks,
  refusedPositive,
  refusedSome,
  refusedWhole,
} from '../../test/refusals.ts';
import { kernelRegression } from '../kernel-regression.ts';
import { kernels } from './settings.ts';

describe('refused', () => {
  it.each([
    ...refusedData,
    ...refusedNetworks,
    refusedSome('kernels', ...kernels),
    refusedWhole('subsets', 1, 10_000),
    refusedPositive('noiseVariance'),
  ])('%s: %j', (key, values, message) => {
    for (const value of values) {
      expect(refusals(kernelRegression, { [key]: value }), JSON.stringify(value)).toEqual({
        [key]: message,
      });
    }
  });

  it.each([
    ['activation', { activation: 'relu' }, 'relu has no diffusion limit: .*'],
    ['activation', { activation: 'swish' }, 'swish has a second derivative at 0, .* not affine'],
    ['activation', { activation: 'relu', sigmaY: 'unscaled' }, 'relu has no diffusion limit: .*'],
    [
      'sigmaY',
      { sigmaY: 'unscaled' },
      'outputs with unscaled output weights grow without bound .*',
    ],
  ])('networks without an affine kernel, by %s: %j', (key, given, reason) => {
    const found = refusals(kernelRegression, given);
    expect(Object.keys(found)).toEqual([key]);
    expect(found[key]).toMatch(
      new RegExp(
        `^must give an affine kernel in the limit: ${reason}\\. Take another, or kernels=empirical-bayes$`,
      ),
    );
    expect(refusals(kernelRegression, { ...given, kernels: 'empirical-bayes' })).toEqual({});
  });
});

it('describes every setting', () => {
  expect(Object.keys(kernelRegression.keys)).toEqual(
    Object.keys(kernelRegression.settings.parse({})),
  );
  for (const text of Object.values(kernelRegression.keys)) expect(text).toMatch(/\S{2}/);
});
