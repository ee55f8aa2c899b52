import { createArrowWriter, defineTable } from '@resdiff/tables';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scratch } from '../test/support.ts';
import { tableBytes } from './table-bytes.ts';

it('counts the bit of each row that may be null', async () => {
  const schema = defineTable({
    name: 'flags',
    columns: [{ name: 'a', type: 'boolean', description: 'A value.', nullable: true }],
  });
  const rows = 500_000;
  const writer = await createArrowWriter(join(scratch(), 'flags.arrow'), schema, {});
  const values = new Uint8Array(rows);
  writer.append({ rows, columns: { a: { values, valid: values } } });
  const { bytes } = writer.close();
  const arrow = tableBytes(schema, { rows, parquetRowBytes: 0 }) / 2;
  expect(Math.abs(arrow / bytes - 1)).toBeLessThan(0.05);
});

it('is what Arrow files of many rows take, twice, and the Parquet file', async () => {
  const description = 'A value.';
  const schema = defineTable({
    name: 'all',
    columns: [
      { name: 'a', type: 'category', values: ['x', 'y'], description },
      { name: 'b', type: 'boolean', description },
      { name: 'c', type: 'int16', description },
      { name: 'd', type: 'int32', description },
      { name: 'e', type: 'int64', description },
      { name: 'f', type: 'float32', description },
      { name: 'g', type: 'float64', description },
      { name: 'h', type: 'string', description },
    ],
  });
  const rows = 50_000;
  const writer = await createArrowWriter(join(scratch(), 'all.arrow'), schema, {});
  writer.append({
    rows,
    columns: {
      a: new Uint8Array(rows),
      b: new Uint8Array(rows),
      c: new Int16Array(rows),
      d: new Int32Array(rows),
      e: new BigInt64Array(rows),
      f: new Float32Array(rows),
      g: new Float64Array(rows),
      h: new Array<string>(rows).fill('eighteen letters..'),
    },
  });
  const { bytes } = writer.close();
  const estimate = tableBytes(schema, { rows, parquetRowBytes: 10, textBytes: 18 });
  const arrow = (estimate - 10 * rows) / 2;
  expect(Math.abs(arrow / bytes - 1)).toBeLessThan(0.02);
});
