import { describe, expect, it } from 'vitest';
import { refusals, refusedPositive, refusedSome, refusedWhole } from '../../test/refusals.ts';
import { surfaces } from '../surfaces.ts';
import { smoothActivations } from './settings.ts';

describe('refused', () => {
  it.each([
    refusedSome('activations', ...smoothActivations),
    refusedWhole('points', 3, 128),
    refusedPositive('range'),
    refusedPositive('sigmaZ'),
    refusedPositive('T'),
    refusedWhole('width', 1, 10_000),
    refusedWhole('depth', 1, 1_000_000),
    refusedWhole('draws', 1, 1_000_000),
    refusedWhole('shown', 1, 4),
    ['sigmaW', [-1, '1', null, NaN], 'must be a finite number, 0 or above'] as const,
    ['sigmaB', [-1, '1', null, NaN], 'must be a finite number, 0 or above'] as const,
  ])('%s: %j', (key, values, message) => {
    for (const value of values) {
      expect(refusals(surfaces, { [key]: value })).toEqual({ [key]: message });
    }
  });

  it('relu, which is not smooth', () => {
    expect(smoothActivations).toContain('tanh');
    expect(refusals(surfaces, { activations: 'relu' }).activations).toMatch(/^must be one or more/);
  });

  it('more rows than a table should have, and more draws shown than made', () => {
    expect(refusals(surfaces, { draws: 2688, points: 61 })).toEqual({
      draws:
        'must be at most 2687 with 61 points and these activations, as the table has a row for each input of each draw; take fewer points for more',
    });
    expect(refusals(surfaces, { draws: 2687, points: 61 })).toEqual({});
    expect(refusals(surfaces, { draws: 1 })).toEqual({
      shown: 'must be at most draws, which is 1',
    });
  });
});
