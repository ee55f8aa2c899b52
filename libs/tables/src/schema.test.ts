import { describe, expect, it } from 'vitest';
import { validateSchema, type ColumnSchema } from './schema.ts';

const draw: ColumnSchema = { name: 'draw', type: 'int32', description: '' };
const category = (values?: readonly string[]): ColumnSchema => ({
  name: 'process',
  type: 'category',
  description: '',
  ...(values && { values }),
});

describe('validateSchema', () => {
  it('accepts up to 128 categories', () => {
    const values = Array.from({ length: 128 }, (_, index) => `value ${index}`);
    validateSchema({ name: 'draws', columns: [draw, category(values)] });
    expect(() => {
      validateSchema({ name: 'draws', columns: [category([...values, 'one more'])] });
    }).toThrow('table draws, column "process": expected 1 to 128 values for a category, found 129');
  });

  it.each<[string, readonly ColumnSchema[]]>([
    ['table draws: expected columns, found none', []],
    ['table draws, column "draw": expected different names, found it twice', [draw, draw]],
    ['table draws, column "": expected a name', [{ ...draw, name: '' }]],
    ['expected 1 to 128 values for a category, found 0', [category()]],
    ['expected 1 to 128 values for a category, found 0', [category([])]],
    ['expected different values, found ["a","a"]', [category(['a', 'a'])]],
    ['expected no values for the type int32', [{ ...draw, values: ['a'] }]],
    [
      'expected nullable to be true or left out, found false',
      [{ ...draw, nullable: false as unknown as true }],
    ],
  ])('refuses a schema: %s', (message, columns) => {
    expect(() => {
      validateSchema({ name: 'draws', columns });
    }).toThrow(message);
  });
});
