import {
  Field,
  Float16,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableToIPC,
  vectorFromArray,
} from 'apache-arrow';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pl from 'nodejs-polars';
import { afterAll, describe, expect, it } from 'vitest';
import {
  differentRows,
  everyType,
  firstDifference,
  listOf,
  repeatingRows,
  sliceRows,
  temporaryFolder,
  type EveryType,
} from '../test/fixtures.ts';
import {
  ArrowReader,
  readArrowBatches,
  readArrowMetadata,
  readArrowSchema,
} from './arrow-reader.ts';
import { createArrowWriter } from './arrow-writer.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

function write(name: string, batch: EveryType): string {
  const path = join(folder, `${name}.arrow`);
  const writer = createArrowWriter(path, everyType, { seed: '42', title: 'Löwe' });
  writer.append(batch);
  writer.close();
  return path;
}

function writeBytes(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

describe('readArrowBatches', () => {
  it('gives back what was written, batch by batch', () => {
    const written = differentRows(61_440 + 9);
    const path = write('batches', written);
    let row = 0;
    for (const batch of readArrowBatches(path)) {
      const expected = sliceRows(written, row, row + batch.rows);
      for (const [name, array] of Object.entries(expected.columns)) {
        expect(batch.columns[name].constructor).toBe(array.constructor);
      }
      const found = Object.entries(batch.columns).map(([name, array]) => [name, listOf(array)]);
      const wanted = Object.entries(expected.columns).map(([name, array]) => [name, [...array]]);
      expect(
        firstDifference(
          Object.fromEntries(found) as Record<string, unknown[]>,
          Object.fromEntries(wanted) as Record<string, unknown[]>,
        ),
      ).toBeUndefined();
      row += batch.rows;
    }
    expect(row).toBe(written.rows);
  });

  it('keeps a byte order mark at the start of a string', () => {
    const label = ['\ufeffmark'];
    const columns = { ...repeatingRows(1).columns, label };
    const [batch] = [...readArrowBatches(write('mark', { rows: 1, columns }))];
    expect(batch.columns['label']).toEqual(label);
  });

  it('gives no batch of an empty table', () => {
    expect([...readArrowBatches(write('empty', repeatingRows(0)))]).toEqual([]);
  });

  it('closes the file when the reader stops early', () => {
    const path = write('early', repeatingRows(61_441));
    const before = readdirSync('/proc/self/fd').length;
    for (const batch of readArrowBatches(path)) {
      expect(batch.rows).toBe(61_440);
      break;
    }
    expect(readdirSync('/proc/self/fd').length).toBe(before);
  });

  it('reads a file of polars', () => {
    const z = [0, -0, 0.5];
    const frame = pl.DataFrame({ z });
    const path = writeBytes('polars.arrow', frame.writeIPC({ compression: 'uncompressed' }));
    const [batch] = [...readArrowBatches(path)];
    expect(batch).toEqual({ rows: 3, columns: { z: Float64Array.from(z) } });
  });

  it('refuses every truncation of a file', () => {
    const bytes = readFileSync(write('whole', repeatingRows(100)));
    for (let length = 0; length < bytes.length; length += 7) {
      const part = { name: 'part', bytes: bytes.subarray(0, length) };
      expect(() => [...readArrowBatches(part)], `${length} bytes`).toThrow(
        'part: expected a complete Arrow IPC file, found',
      );
    }
    const path = writeBytes('part.arrow', bytes.subarray(0, -1));
    expect(() => [...readArrowBatches(path)]).toThrow('expected a complete Arrow IPC file');
    expect(() => readArrowMetadata(path)).toThrow('expected a complete Arrow IPC file');
  });

  it('reads a file in memory wherever it is there', () => {
    const path = write('memory', repeatingRows(100));
    const bytes = Buffer.concat([Buffer.alloc(1), readFileSync(path)]).subarray(1);
    const expected = [...readArrowBatches(path)];
    expect([...readArrowBatches({ name: path, bytes })]).toEqual(expected);
    const plain = { name: path, bytes: new Uint8Array(bytes) };
    expect([...readArrowBatches(plain)]).toEqual(expected);
  });

  it('refuses a batch that tells of more bytes than it has', () => {
    const rows = 100;
    const bytes = readFileSync(write('overlong', repeatingRows(rows)));
    const size = Buffer.from(BigInt64Array.of(BigInt(8 * rows)).buffer);
    bytes.writeBigInt64LE(1n << 20n, bytes.indexOf(size));
    expect(() => [...readArrowBatches({ name: 'overlong', bytes })]).toThrow(
      'overlong: column seed: expected a complete Arrow IPC file, found a batch cut short',
    );
  });

  it('refuses a file with a piece missing from its middle', () => {
    const bytes = readFileSync(write('middle', repeatingRows(100)));
    const path = writeBytes(
      'gap.arrow',
      Buffer.concat([bytes.subarray(0, 500), bytes.subarray(900)]),
    );
    expect(() => [...readArrowBatches(path)]).toThrow('found a block that ends at');
  });

  it('refuses other files and passes the error of the file system through', () => {
    const path = writeBytes('text.arrow', Buffer.from('process,draw,value\n'.repeat(9)));
    expect(() => [...readArrowBatches(path)]).toThrow('found no ARROW1 at its start');
    expect(() => [...readArrowBatches(join(folder, 'none'))]).toThrow(
      expect.objectContaining({ code: 'ENOENT' }),
    );
  });

  it('refuses compressed batches', () => {
    const path = join(folder, 'compressed.arrow');
    pl.DataFrame({ z: new Array<number>(1000).fill(0.5) }).writeIPC(path, { compression: 'lz4' });
    expect(() => [...readArrowBatches(path)]).toThrow(`${path}: expected no compression`);
  });

  it('refuses nulls and types that no table has', () => {
    const nulls = new Table({ value: vectorFromArray([1.5, null]) });
    expect(() => [
      ...readArrowBatches(writeBytes('nulls.arrow', tableToIPC(nulls, 'file'))),
    ]).toThrow('column value: expected no nulls, found 1');
    const half = new Schema([new Field('value', new Float16())]);
    const data = makeData({
      type: new Struct(half.fields),
      length: 1,
      children: [makeData({ type: new Float16(), length: 1, data: new Uint16Array(1) })],
    });
    const table = new Table([new RecordBatch(half, data)]);
    expect(() => [
      ...readArrowBatches(writeBytes('half.arrow', tableToIPC(table, 'file'))),
    ]).toThrow(/expected Int16, .*, found value: Float16/);
  });
});

describe('ArrowReader', () => {
  it('reads files of one layout and of others as each is read alone', () => {
    const rows = differentRows(300);
    const renamed = { ...everyType, name: 'otherType' };
    const other = join(folder, 'renamed.arrow');
    const writer = createArrowWriter(other, renamed, { seed: '42', title: 'Löwe' });
    writer.append(sliceRows(rows, 0, 100));
    writer.close();
    const paths = [
      write('first', sliceRows(rows, 0, 100)),
      write('alike', { ...sliceRows(rows, 0, 100), columns: repeatingRows(100).columns }),
      write('same strings', {
        rows: 100,
        columns: { ...sliceRows(rows, 100, 200).columns, label: rows.columns.label.slice(0, 100) },
      }),
      write('shorter', sliceRows(rows, 200, 270)),
      write('empty', sliceRows(rows, 0, 0)),
      other,
    ];
    const reader = new ArrowReader();
    for (const path of [...paths, ...paths.toReversed(), paths[0]]) {
      const expected = [...readArrowBatches(path)];
      expect([...reader.batches({ name: path, bytes: readFileSync(path) })]).toEqual(expected);
    }
  });

  it('does not take a file for the one before that says other things of its columns', () => {
    const path = write('swapped', repeatingRows(100));
    const bytes = readFileSync(path);
    const reader = new ArrowReader();
    expect(Object.keys([...reader.batches({ name: path, bytes })][0].columns)).toContain('draw');
    for (let at = bytes.indexOf('draw'); at !== -1; at = bytes.indexOf('draw', at + 4)) {
      bytes.write('DRAW', at);
    }
    const [{ columns }] = [...reader.batches({ name: path, bytes })];
    expect(Object.keys(columns)).toContain('DRAW');
  });
});

describe('readArrowMetadata and readArrowSchema', () => {
  it('part what was given to the writer', () => {
    const path = write('parts', repeatingRows(0));
    expect(readArrowMetadata(path)).toEqual({ seed: '42', title: 'Löwe' });
    expect(readArrowSchema(path)).toEqual(everyType);
  });

  it('know a file of another origin', () => {
    const table = new Table({ value: vectorFromArray(Float32Array.of(1)) });
    const path = writeBytes('foreign.arrow', tableToIPC(table, 'file'));
    expect(readArrowMetadata(path)).toEqual({});
    expect(() => readArrowSchema(path)).toThrow(
      'expected the metadata key resdiff.schema, found none',
    );
    expect([...readArrowBatches(path)]).toEqual([
      { rows: 1, columns: { value: Float32Array.of(1) } },
    ]);
  });
});
