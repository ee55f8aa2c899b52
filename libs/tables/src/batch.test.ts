import { describe, expect, it } from 'vitest';
import { everyNullable, everyType, repeatingRows, withNulls } from '../test/fixtures.ts';
import { validateBatch, type Batch } from './batch.ts';

function withColumn(name: string, column: unknown): Batch {
  const batch = repeatingRows(3);
  return { rows: 3, columns: { ...batch.columns, [name]: column } };
}

describe('validateBatch of nullable columns', () => {
  const never = () => false;
  const values = Float64Array.of(1, NaN, 3);
  const valid = Uint8Array.of(1, 1, 0);
  const withZ = (column: unknown): Batch => {
    const { rows, columns } = withNulls(repeatingRows(3), never);
    return { rows, columns: { ...columns, z: column } } as Batch;
  };

  it('accepts values with what says which there are', () => {
    validateBatch(
      everyNullable,
      withNulls(repeatingRows(3), () => true),
    );
    validateBatch(everyNullable, withZ({ values, valid }));
  });

  it.each([
    [values, TypeError, 'z: expected { values, valid } for a nullable column, found Float64Array'],
    [undefined, TypeError, 'z: expected { values, valid } for a nullable column, found undefined'],
    [null, TypeError, 'z: expected { values, valid } for a nullable column, found null'],
    [{ values: [1, 2, 3], valid }, TypeError, 'z: expected Float64Array for the type float64'],
    [{ valid }, TypeError, 'z: expected Float64Array for the type float64, found undefined'],
    [{ values: values.slice(1), valid }, RangeError, 'z: expected 3 values, found 2'],
    [{ values, valid: [1, 1, 0] }, TypeError, 'z, valid: expected Uint8Array for the type boolean'],
    [{ values, valid: valid.slice(1) }, RangeError, 'z, valid: expected 3 values, found 2'],
    [
      { values, valid: Uint8Array.of(1, 255, 1) },
      RangeError,
      'z, valid: expected a boolean as 0 or 1, found 255 in row 1',
    ],
  ])('refuses %j', (column, type, message) => {
    const validate = (): void => {
      validateBatch(everyNullable, withZ(column));
    };
    expect(validate).toThrow(type);
    expect(validate).toThrow(`table everyNullable, column ${message}`);
  });

  it('does not take a category for what says which there are', () => {
    const { rows, columns } = withNulls(repeatingRows(3), never);
    const process = { values: new Uint8Array(3), valid: Uint8Array.of(1, 1, 2) };
    expect(() => {
      validateBatch(everyNullable, { rows, columns: { ...columns, process } });
    }).toThrow('column process, valid: expected a boolean as 0 or 1, found 2 in row 2');
  });

  it('refuses nulls of a column that is not nullable', () => {
    const { rows, columns } = repeatingRows(3);
    const batch: Batch = { rows, columns: { ...columns, z: { values, valid } } };
    expect(() => {
      validateBatch(everyType, batch);
    }).toThrow('column z: expected Float64Array for the type float64, found Object');
  });
});

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
