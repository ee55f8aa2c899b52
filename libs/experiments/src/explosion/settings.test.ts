import { describe, expect, it } from 'vitest';
import { refusals, refusedPositive, refusedSome, refusedWhole } from '../../test/refusals.ts';
import { explosion } from '../explosion.ts';
import { explosionSettings, limitExplosion, networkOf } from './settings.ts';

describe('refused', () => {
  it.each([
    refusedWhole('draws', 2, 10_000_000),
    refusedPositive('horizon'),
    refusedSome('processes', 'resnet', 'sde'),
    [
      'size',
      [0, 1.5, [10, 10]],
      'must be one or more different whole numbers from 1 to 100000, such as [10, 100]',
    ],
    [
      'thresholds',
      [[0, 1], [-1]],
      'must be a list of 1 to 20 different numbers above 0, such as [10, 100]',
    ],
  ] as const)('%s: %j', (key, values, message) => {
    for (const value of values) {
      expect(refusals(explosion, { [key]: value }), JSON.stringify(value)).toEqual({
        [key]: message,
      });
    }
  });

  it('limits that do not explode, or do not exist', () => {
    expect(refusals(explosion, { activations: 'tanh', inputs: [0, 1] })).toEqual({
      inputs: 'must have a limit that explodes: that of tanh never does for z = 0, 1',
    });
    expect(refusals(explosion, { activations: ['swish', 'relu'] }).activations).toMatch(
      /^must have a diffusion limit: relu/,
    );
    const activations = ['tanh', 'swish', 'relu', 'erf', 'gelu'];
    expect(refusals(explosion, { activations }).activations).toBe('must be at most 4');
  });
});

it('describes every setting', () => {
  expect(Object.keys(explosion.keys)).toEqual(Object.keys(explosion.settings.parse({})));
  for (const text of Object.values(explosion.keys)) expect(text).toMatch(/\S{2}/);
});

it.each([
  [0, 4.8367983],
  [1, 4 * Math.LN2],
  [0.75, 3.2],
  [2, 1.72163576],
])('knows when the limit of swish explodes at z = %f', (z, time) => {
  const settings = explosionSettings.parse({ horizon: 1.5 });
  expect(limitExplosion(settings, 'swish', z)).toBeCloseTo(time, 7);
  const own = { process: 'sde', activation: 'swish', z, size: 7 } as const;
  expect(networkOf(settings, own)).toMatchObject({ width: 7, depth: 7 });
  expect(networkOf(settings, own).T).toBeCloseTo(1.5 * time, 6);
});
