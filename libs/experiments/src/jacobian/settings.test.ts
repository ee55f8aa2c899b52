import { describe, expect, it } from 'vitest';
import { refusals, refusedPositive, refusedSome, refusedWhole } from '../../test/refusals.ts';
import { jacobian } from '../jacobian.ts';
import { feedforwardOf, jacobianSettings, snapshotLayers } from './settings.ts';

describe('refused', () => {
  it.each([
    refusedWhole('width', 1, 1000),
    refusedWhole('depth', 1, 100_000),
    refusedWhole('draws', 2, 10_000_000),
    refusedWhole('snapshots', 2, 1000),
    refusedPositive('T'),
    refusedSome('processes', 'network', 'euler', 'inverse', 'feedforward'),
    ['input', ['1', null, NaN, Infinity, [1]], 'must be a finite number'],
    [
      'feedforwardScales',
      [[1, 0], [-1], 0],
      'must be a list of 1 to 4 different numbers above 0, such as [0.8, 1]',
    ],
  ] as const)('%s: %j', (key, values, message) => {
    for (const value of values) {
      expect(refusals(jacobian, { [key]: value }), JSON.stringify(value)).toEqual({
        [key]: message,
      });
    }
  });

  it('schemes of a limit that does not exist', () => {
    expect(refusals(jacobian, { activation: 'relu' }).activation).toMatch(
      /^must have a diffusion limit for the euler and the inverse process: .* processes=network,feedforward/,
    );
    expect(refusals(jacobian, { activation: 'relu', processes: 'network' })).toEqual({});
  });

  it('feedforward networks that have no edge of chaos', () => {
    const given = { feedforwardActivation: 'relu' };
    expect(refusals(jacobian, given)).toEqual({
      feedforwardSigmaB:
        'must have an edge of chaos: relu is positively homogeneous and has no edge of chaos with sigmaB = 0.2; sigmaB must be 0',
    });
    expect(refusals(jacobian, { ...given, feedforwardSigmaB: 0 })).toEqual({});
    expect(refusals(jacobian, { ...given, processes: 'network' })).toEqual({});
  });
});

it('describes every setting', () => {
  expect(Object.keys(jacobian.keys)).toEqual(Object.keys(jacobian.settings.parse({})));
  for (const text of Object.values(jacobian.keys)) expect(text).toMatch(/\S{2}/);
});

it('puts tanh at its edge of chaos, and off it', () => {
  const settings = jacobianSettings.parse({});
  expect(feedforwardOf(settings, 1).sigmaW).toBeCloseTo(1.30414584, 7);
  expect(feedforwardOf(settings, 0.5)).toMatchObject({
    sigmaW: feedforwardOf(settings, 1).sigmaW / 2,
    sigmaB: 0.2,
  });
});

it.each([
  [100, 11, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]],
  [1, 11, [0, 1]],
  [7, 3, [0, 4, 7]],
])('looks at layers of %i in %i snapshots', (depth, snapshots, layers) => {
  expect(snapshotLayers(jacobianSettings.parse({ depth, snapshots }))).toEqual(layers);
});
