import { describe, expect, it } from 'vitest';
import type { JsonValue } from '@resdiff/runtime';
import { validateSchema } from '@resdiff/tables';
import { pointColumns } from './columns.ts';

const experiment = { keys: { size: 'the size', seed: 'the seed', T: 'the time' } };

/** The column of a key with these values, one a point. */
function columnOf(values: readonly JsonValue[], key: keyof typeof experiment.keys = 'size') {
  const points = values.map((value) => ({ [key]: value }));
  const { schema, values: rows } = pointColumns(experiment, [key], points);
  validateSchema({ name: 'sweep', columns: schema });
  const { name, type, values: categories } = schema[1];
  return { name, type, categories, values: rows.map((row) => row[name]) };
}

describe('the columns of a point', () => {
  it('are its index and one for each key of the grid, with what it means', () => {
    const { schema, values } = pointColumns(
      experiment,
      ['size', 'T'],
      [
        { size: [10], T: 1 },
        { size: [10], T: 0.5 },
      ],
    );
    expect(schema).toEqual([
      {
        name: 'point',
        type: 'int32',
        description:
          'Index of the point of the sweep, from 0; the last key of the grid varies fastest.',
      },
      { name: 'gridSize', type: 'int32', description: 'The setting size of the point: the size.' },
      { name: 'gridT', type: 'float64', description: 'The setting T of the point: the time.' },
    ]);
    expect(values).toEqual([
      { point: 0, gridSize: 10, gridT: 1 },
      { point: 1, gridSize: 10, gridT: 0.5 },
    ]);
  });

  it.each([
    ['int32', [1, -(2 ** 31)], [1, -(2 ** 31)]],
    ['float64', [1, 2 ** 31], [1, 2 ** 31]],
    ['float64', [1, 0.5], [1, 0.5]],
    ['boolean', [true, false], [true, false]],
    ['category', ['gd', 'sgd', 'gd'], ['gd', 'sgd', 'gd']],
    ['category', ['fan-in', 1], ['fan-in', '1']],
    ['category', [true, 1], ['true', '1']],
    ['int32', [[1], [2]], [1, 2]],
    ['category', [['gd'], ['gd', 'sgd']], ['gd', '["gd","sgd"]']],
    ['category', [[1], [1, 2]], ['1', '[1,2]']],
    ['category', [{ b: 1, a: [2] }], ['{"a":[2],"b":1}']],
  ] as const)('%s of %j', (type, given, values) => {
    const column = columnOf(given);
    expect(column).toMatchObject({ name: 'gridSize', type, values });
    const categories = type === 'category' ? [...new Set<unknown>(values)] : undefined;
    expect(column.categories).toEqual(categories);
  });

  it('are text where a category would have too many values', () => {
    const texts = Array.from({ length: 129 }, (_, i) => `t${i}`);
    expect(columnOf(texts)).toMatchObject({ type: 'string', values: texts });
    expect(columnOf(texts.slice(1))).toMatchObject({ type: 'category' });
  });

  it('are text for seeds, which have 64 bits', () => {
    expect(columnOf(['1', '18446744073709551615'], 'seed')).toMatchObject({
      name: 'gridSeed',
      type: 'string',
      values: ['1', '18446744073709551615'],
    });
  });
});
