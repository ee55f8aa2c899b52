import { expect, it } from 'vitest';
import { findExperiment } from '../registry.ts';
import { joinedSettings, joinLists } from './joined.ts';
import { combinations } from './points.ts';

const point = (
  size: number[],
  optimizer: string[],
  more: Record<string, string | number> = {},
) => ({
  ...{ size, optimizer, epochs: 3, seed: '1' },
  ...more,
});
const keys = ['size', 'optimizer'] as const;

it('joins points of all combinations, whatever their seeds', () => {
  expect(
    joinLists(
      [
        point([20], ['gd', 'sgd'], { seed: '7' }),
        point([10], ['gd'], { seed: '8' }),
        point([10], ['sgd'], { seed: '9' }),
      ],
      keys,
    ),
  ).toEqual(point([20, 10], ['gd', 'sgd'], { seed: '7' }));
});

it('joins one point', () => {
  expect(joinLists([point([10], ['gd'])], keys)).toEqual(point([10], ['gd']));
});

it('does not join points that differ in anything else', () => {
  const points = [point([10], ['gd']), point([20], ['gd'], { epochs: 4 })];
  expect(joinLists(points, keys)).toBeUndefined();
});

it('does not join points that have a combination in common', () => {
  expect(
    joinLists([point([10], ['gd']), point([10], ['gd'], { seed: '2' })], keys),
  ).toBeUndefined();
  expect(joinLists([point([10, 20], ['gd']), point([20], ['gd'])], keys)).toBeUndefined();
});

it('joins points that lack a combination only where there may be gaps', () => {
  const points = [point([10], ['gd']), point([20], ['sgd'])];
  expect(joinLists(points, keys)).toBeUndefined();
  expect(joinLists(points, keys, { gaps: true })).toEqual(point([10, 20], ['gd', 'sgd']));
});

it.each([
  ['ntk', { size: [[10], [20, 50]] }],
  ['training', { size: [[10], [20, 50]], optimizer: [['gd'], ['adam']] }],
  ['training-dynamics', { size: [[10], [20, 50]] }],
  ['reparametrisation', { depths: [[10], [20, 50]], widths: [[3]], gradients: [['standard']] }],
])('is what %s does with its lists', (name, lists: Record<string, (string | number)[][]>) => {
  const experiment = findExperiment(name)!;
  const settingsOf = (given: object) => experiment.settings.parse(given);
  const points = [...combinations(Object.values(lists))].map((values, seed) =>
    settingsOf({ ...Object.fromEntries(Object.keys(lists).map((k, i) => [k, values[i]])), seed }),
  );
  const whole = Object.fromEntries(Object.entries(lists).map(([key, all]) => [key, all.flat()]));
  expect(joinedSettings(experiment, points)).toEqual(settingsOf({ ...whole, seed: 0 }));
  const other = settingsOf({ ...points[0], T: 2 });
  expect(joinedSettings(experiment, [...points, other])).toBeUndefined();
});

it('does not join points into more than the experiment can have', () => {
  const experiment = findExperiment('training-dynamics')!;
  const points = (count: number) =>
    Array.from({ length: count }, (_, i) => experiment.settings.parse({ size: i + 1 }));
  expect(joinedSettings(experiment, points(8))).toBeDefined();
  expect(joinedSettings(experiment, points(9))).toBeUndefined();
});
