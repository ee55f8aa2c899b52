import { tableFromIPC } from 'apache-arrow';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  differentRows,
  everyType,
  expectedColumns,
  firstDifference,
  repeatingRows,
  temporaryFolder,
  type EveryType,
} from '../test/fixtures.ts';
import { readWithPolars } from '../test/polars.ts';
import { createArrowWriter } from './arrow-writer.ts';
import { SCHEMA_KEY } from './metadata.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

function write(name: string, batch: EveryType, metadata: Record<string, string> = {}): string {
  const path = join(folder, `${name}.arrow`);
  const writer = createArrowWriter(path, everyType, metadata);
  writer.append(batch);
  writer.close();
  return path;
}

describe('createArrowWriter', () => {
  it.each([
    ['no rows', repeatingRows(0)],
    ['one row', differentRows(1)],
    ['three rows', repeatingRows(3)],
    ['several record batches of repeating values', repeatingRows(61_440 + 17)],
    ['several chunks of different values', differentRows(122_880 + 1)],
  ])('writes what polars reads: %s', (name, batch) => {
    const path = write(name, batch);
    expect(firstDifference(readWithPolars(path), expectedColumns(batch))).toBeUndefined();
  });

  it('writes a stream between the magic strings', () => {
    const batch = repeatingRows(70_000);
    const stream = readFileSync(write('stream', batch)).subarray(8);
    const table = tableFromIPC(stream);
    expect(table.batches.map(({ numRows }) => numRows)).toEqual([61_440, 70_000 - 61_440]);
    const columns = table.schema.fields.map(({ name }, index): [string, unknown[]] => [
      name,
      [...table.getChildAt(index)!] as unknown[],
    ]);
    expect(firstDifference(Object.fromEntries(columns), expectedColumns(batch))).toBeUndefined();
  });

  it('describes the file and its fields', () => {
    const path = write('metadata', repeatingRows(1), { seed: '42' });
    const { schema } = tableFromIPC(readFileSync(path));
    expect([...schema.metadata]).toEqual([
      ['seed', '42'],
      [SCHEMA_KEY, JSON.stringify(everyType)],
    ]);
    expect(
      schema.fields.map(({ metadata }) => [metadata.get('description'), metadata.get('unit')]),
    ).toEqual(
      everyType.columns.map((column) => [
        column.description,
        'unit' in column ? column.unit : undefined,
      ]),
    );
    expect(schema.fields.map(({ type }) => String(type))).toEqual([
      'Dictionary<Int8, Utf8>',
      'Utf8',
      'Int16',
      'Int32',
      'Int64',
      'Float32',
      'Float64',
      'Bool',
    ]);
  });
});
