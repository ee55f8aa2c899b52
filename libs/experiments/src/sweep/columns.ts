import { canonicalJson, type JsonValue, type PointValue } from '@resdiff/runtime';
import type { ColumnSchema, ColumnType } from '@resdiff/tables';
import type { Experiment, Settings } from '../experiment.ts';

/** What the points of a sweep add to each row of the merged table. */
export interface PointColumns {
  readonly schema: readonly ColumnSchema[];
  /** The values of each point. */
  readonly values: readonly Readonly<Record<string, PointValue>>[];
}

/** The column of a grid's key: `gridSize` of `size`. */
export function gridColumn(key: string): string {
  return `grid${key.charAt(0).toUpperCase()}${key.slice(1)}`;
}

/**
 * `point`, the index of the point, and a column for each key of the grid: int32 if all its values
 * are, float64 if all are numbers, boolean if all are, else text, which is a category where a
 * category can hold all of it. A list of one element counts as that, any other list or mapping as
 * its JSON text. Seeds are text.
 *
 * @param points the settings of each, as far as they are in the grid.
 */
export function pointColumns(
  { keys: descriptions }: Pick<Experiment, 'keys'>,
  keys: readonly string[],
  points: readonly Settings[],
): PointColumns {
  const columns = keys.map((key) => {
    const found = points.map((settings) => gridValue(settings[key]));
    const simple = key === 'seed' ? undefined : simpleType(found);
    const values = simple ? found : found.map(asText);
    const schema: ColumnSchema = {
      name: gridColumn(key),
      ...(simple ? { type: simple } : textType(key, values as readonly string[])),
      description: `The setting ${key} of the point: ${descriptions[key]}.`,
    };
    return { schema, values };
  });
  const point: ColumnSchema = {
    name: 'point',
    type: 'int32',
    description:
      'Index of the point of the sweep, from 0; the last key of the grid varies fastest.',
  };
  return {
    schema: [point, ...columns.map(({ schema }) => schema)],
    values: points.map((_, index) => ({
      point: index,
      ...Object.fromEntries(columns.map(({ schema, values }) => [schema.name, values[index]])),
    })),
  };
}

/** A value of a grid as one number, text or truth value: see {@link pointColumns}. */
export function gridValue(value: JsonValue): PointValue {
  if (Array.isArray(value) && value.length === 1) return gridValue(value[0] as JsonValue);
  return typeof value === 'object' ? canonicalJson(value) : value;
}

/** The type of values that are no text. */
function simpleType(values: readonly PointValue[]): ColumnType | undefined {
  if (values.every((value) => typeof value === 'boolean')) return 'boolean';
  if (!values.every((value) => typeof value === 'number')) return undefined;
  return values.every((value) => (value | 0) === value) ? 'int32' : 'float64';
}

/** Categories are numbered in a signed byte. */
const MOST_CATEGORIES = 128;

function textType(key: string, texts: readonly string[]): Pick<ColumnSchema, 'type' | 'values'> {
  const values = [...new Set(texts)];
  return key === 'seed' || values.length > MOST_CATEGORIES
    ? { type: 'string' }
    : { type: 'category', values };
}

function asText(value: PointValue): string {
  return typeof value === 'string' ? value : canonicalJson(value);
}
