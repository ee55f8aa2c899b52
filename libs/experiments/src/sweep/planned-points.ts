import { isJsonObject, type JsonValue, type RunPlan } from '@resdiff/runtime';
import type { Experiment, Settings } from '../experiment.ts';
import type { Coordinates } from '../summary.ts';
import { gridColumn, gridValue } from './columns.ts';

/** A sweep as far as its points go: its plan, or its manifest. */
export type PointedPlan = Pick<RunPlan, 'config' | 'points' | 'pointColumns'>;

/** What the points of a sweep are, by their indices. */
export interface SweepPoints {
  readonly count: number;
  /** All settings of a point, as it would have them as a run of its own. */
  settings(index: number): Settings;
  /** By the keys of the grid: `{ size: 10, optimizer: 'gd' }`. */
  coordinates(index: number): Coordinates;
  /** For a person: `size = 10, optimizer = gd`. */
  title(index: number): string;
}

export function sweepPoints(
  { keys }: Pick<Experiment, 'keys'>,
  { config, points = [], pointColumns = [] }: PointedPlan,
): SweepPoints {
  const common = isJsonObject(config) ? config : {};
  const byColumn = new Map(Object.keys(keys).map((key) => [gridColumn(key), key]));
  const grid = pointColumns.flatMap(({ name }) => byColumn.get(name) ?? []);
  const valueOf = (index: number) => (key: string) =>
    key === 'seed' ? points[index].columns[gridColumn(key)] : points[index].config[key];
  const coordinates = (index: number) => coordinatesOf(grid, valueOf(index));
  return {
    count: points.length,
    settings: (index) => ({ ...common, ...points[index].config, seed: points[index].seed }),
    coordinates,
    title: (index) => coordinatesInWords(coordinates(index)),
  };
}

/** What a point is, for a person, by settings that have the keys of the grid. */
export function pointTitle(keys: Iterable<string>, settings: Settings): string {
  return coordinatesInWords(coordinatesOf(keys, (key) => settings[key]));
}

/** Coordinates for a person: `size = 10, optimizer = gd`. */
export function coordinatesInWords(at: Coordinates): string {
  return Object.entries(at)
    .map(([key, value]) => `${key} = ${typeof value === 'object' ? value.join(', ') : value}`)
    .join(', ');
}

function coordinatesOf(
  keys: Iterable<string>,
  valueOf: (key: string) => JsonValue,
): Record<string, Coordinates[string]> {
  const at: Record<string, Coordinates[string]> = {};
  for (const key of keys) at[key] = coordinate(valueOf(key));
  return at;
}

function coordinate(value: JsonValue): Coordinates[string] {
  const isList = Array.isArray(value) && value.length > 1;
  if (isList && value.every((member) => typeof member === 'number')) return value;
  const simple = gridValue(value);
  return typeof simple === 'boolean' ? String(simple) : simple;
}
