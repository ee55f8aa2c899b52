import { describe, expect, it } from 'vitest';
import { everyType, repeatingRows } from '../test/fixtures.ts';
import { validateBatch, type Batch } from './batch.ts';

function withColumn(name: string, column: unknown): Batch {
  const batch = repeatingRows(3);
  return { rows: 3, columns: { ...batch.columns, [name]: column } };
}

describe('validateBatch', () => {
  it('accepts what fits the schema', () => {
    validateBatch(everyType, repeatingRows(0));
    validateBatch(everyType, repeatingRows(100));
  });

  it.each([
    [
      'draw',
      new Int16Array(3),
      TypeError,
      'expected Int32Array for the type int32, found Int16Array',
    ],
    ['draw', undefined, TypeError, 'expected Int32Array for the type int32, found undefined'],
    ['seed', [1, 2, 3], TypeError, 'expected BigInt64Array for the type int64, found Array'],
    ['label', new Uint8Array(3), TypeError, 'expected Array for the type string, found Uint8Array'],
    ['label', ['a', 7, 'b'], TypeError, 'expected strings, found number in row 1'],
    [
      'label',
      ['a', 'b', '\ud83e'],
      RangeError,
      'expected well-formed strings, found a lone surrogate in row 2',
    ],
    ['value', new Float32Array(4), RangeError, 'expected 3 values, found 4'],
    [
      'process',
      Uint8Array.of(0, 4, 0),
      RangeError,
      'expected a category index below 4, found 4 in row 1',
    ],
    [
      'exploded',
      Uint8Array.of(0, 1, 2),
      RangeError,
      'expected a boolean as 0 or 1, found 2 in row 2',
    ],
  ])('refuses %s as %s', (name, column, type, message) => {
    const validate = (): void => {
      validateBatch(everyType, withColumn(name, column));
    };
    expect(validate).toThrow(type);
    expect(validate).toThrow(`table everyType, column ${name}: ${message}`);
  });

  it('refuses unknown columns and a count that is none', () => {
    expect(() => {
      validateBatch(everyType, withColumn('depth', new Int32Array(3)));
    }).toThrow('exploded, found depth as well');
    expect(() => {
      validateBatch(everyType, { ...repeatingRows(3), rows: -1 });
    }).toThrow('table everyType: expected a count of rows, found -1');
  });
});
