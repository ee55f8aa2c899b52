import { describe, expect, it } from 'vitest';
import {
  refusals,
  refusedChoice,
  refusedPositive,
  refusedSome,
  refusedWhole,
} from '../../test/refusals.ts';
import { correlations } from '../correlations.ts';
import { inputsOf } from './settings.ts';

describe('refused', () => {
  it.each([
    refusedSome(
      'models',
      'residual-tanh',
      'residual-swish',
      'feedforward-tanh',
      'feedforward-relu',
    ),
    refusedWhole('points', 2, 128),
    refusedPositive('range'),
    refusedWhole('width', 1, 100_000),
    refusedWhole('depth', 1, 1_000_000),
    refusedPositive('T'),
    refusedPositive('edgeSigmaB'),
    refusedChoice('coordinates', 'all', 'first'),
    refusedWhole('draws', 1, 1_000_000),
    ['sigmaW', [-1, '1', null, NaN], 'must be a finite number, 0 or above'] as const,
    ['sigmaB', [-1, '1', null, NaN], 'must be a finite number, 0 or above'] as const,
  ])('%s: %j', (key, values, message) => {
    for (const value of values)
      expect(refusals(correlations, { [key]: value })).toEqual({ [key]: message });
  });

  it('more rows than a table should have, saying how many draws there may be', () => {
    const message =
      'must be at most 6097 with 40 points and these models, as the table has a row for each pair of inputs of each draw; take fewer points or models for more';
    expect(refusals(correlations, { draws: 6098 })).toEqual({ draws: message });
    expect(refusals(correlations, { draws: 6097 })).toEqual({});
    expect(refusals(correlations, { draws: 24_390, models: 'residual-tanh' })).toEqual({});
  });

  it('biases without an edge of chaos, unless the network that needs it is left out', () => {
    const { edgeSigmaB } = refusals(correlations, { edgeSigmaB: 1000 });
    expect(edgeSigmaB).toMatch(
      /^must give an edge of chaos: tanh has no edge of chaos with sigmaB = 1000; sigmaB must be/,
    );
    expect(refusals(correlations, { edgeSigmaB: 1000, models: 'residual-tanh' })).toEqual({});
  });
});

it('inputs are the middles of equal parts, symmetric about 0', () => {
  const z = inputsOf(correlations.settings.parse({ points: 4, range: 1 }));
  expect(z).toEqual([-0.75, -0.25, 0.25, 0.75]);
});
