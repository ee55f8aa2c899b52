import { describe, expect, it } from 'vitest';
import {
  refusals,
  refusedChoice,
  refusedData,
  refusedEngine,
  refusedNetworks,
  refusedPositive,
  refusedSizes,
  refusedWhole,
} from '../../test/refusals.ts';
import { trainingDynamics } from '../training-dynamics.ts';
import { snapshotSteps } from './snapshots.ts';

describe('refused', () => {
  it.each([
    ...refusedData,
    ...refusedNetworks,
    refusedEngine,
    refusedSizes('size', 8),
    refusedWhole('steps', 1, 10_000_000),
    refusedWhole('snapshots', 2, 10_000),
    refusedPositive('rate'),
    refusedWhole('repetitions', 1, 10_000),
    refusedChoice('inputLayer', 'trained', 'frozen'),
    refusedChoice('outputLayer', 'trained', 'frozen'),
  ])('%s: %j', (key, values, message) => {
    for (const value of values) {
      expect(refusals(trainingDynamics, { [key]: value }), JSON.stringify(value)).toEqual({
        [key]: message,
      });
    }
  });

  it.each([
    ['activation', { activation: 'relu' }, 'relu has no diffusion limit: .*'],
    ['activation', { activation: 'swish' }, 'swish has a second derivative at 0, .* not affine'],
    ['sigmaY', { sigmaY: 'unscaled' }, 'outputs with unscaled output weights grow without .*'],
  ])('networks without an affine kernel, by %s: %j', (key, given, reason) => {
    const found = refusals(trainingDynamics, given);
    expect(Object.keys(found)).toEqual([key]);
    expect(found[key]).not.toMatch(/\.$/);
    expect(found[key]).toMatch(new RegExp(`^must give an affine kernel in the limit: ${reason}$`));
  });
});

it('describes every setting', () => {
  expect(Object.keys(trainingDynamics.keys)).toEqual(
    Object.keys(trainingDynamics.settings.parse({})),
  );
  for (const text of Object.values(trainingDynamics.keys)) expect(text).toMatch(/\S{2}/);
});

describe('the steps of snapshots', () => {
  it.each([
    [500, 2, [0, 500]],
    [100, 4, [0, 1, 10, 100]],
    [1, 25, [0, 1]],
    [4, 100, [0, 1, 2, 3, 4]],
  ])('of %i steps, %i snapshots: %j', (steps, count, expected) => {
    expect(snapshotSteps(steps, count)).toEqual(expected);
  });

  it('ascend from 0 to the last, no more than asked for', () => {
    for (const steps of [1, 2, 7, 500, 9999]) {
      for (const count of [2, 3, 8, 25, 300]) {
        const found = snapshotSteps(steps, count);
        expect([found[0], found.at(-1)]).toEqual([0, steps]);
        expect(found.length).toBeLessThanOrEqual(count);
        expect(found.slice(1).every((step, i) => step > found[i])).toBe(true);
        expect(found.every(Number.isInteger)).toBe(true);
      }
    }
  });
});
