import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  everyType,
  repeatingRows,
  sliceRows,
  sortedRows,
  temporaryFolder,
} from '../test/fixtures.ts';
import { createArrowWriter, createParquetWriter, hashFile, SCHEMA_KEY } from './index.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

describe.each([
  ['arrow', createArrowWriter],
  ['parquet', createParquetWriter],
])('a writer of %s', (extension, createWriter) => {
  const path = (name: string): string => join(folder, extension, name);
  mkdirSync(path(''), { recursive: true });

  it('writes the same bytes however the rows are split', async () => {
    const batch = sortedRows(130_000);
    const hashes: string[] = [];
    for (const [name, sizes] of Object.entries({
      whole: [130_000],
      uneven: [1, 0, 61_439, 61_440, 2, 100_000],
      even: [10_007],
    })) {
      const writer = await createWriter(path(name), everyType, { seed: '7' });
      for (let row = 0, next = 0; row < batch.rows; next += 1) {
        const end = Math.min(batch.rows, row + sizes[next % sizes.length]);
        writer.append(sliceRows(batch, row, end));
        row = end;
      }
      const written = writer.close();
      const bytes = readFileSync(path(name));
      expect(written).toEqual({
        file: path(name),
        rows: 130_000,
        bytes: bytes.length,
        sha256: await hashFile(path(name)),
      });
      hashes.push(written.sha256);
    }
    expect(new Set(hashes).size).toBe(1);
  });

  it('copies what it is given', async () => {
    const files = await Promise.all(
      [false, true].map(async (overwrite) => {
        const batch = repeatingRows(100);
        const writer = await createWriter(path(`copy ${overwrite}`), everyType, {});
        writer.append(batch);
        if (overwrite) batch.columns.value.fill(1);
        return writer.close().sha256;
      }),
    );
    expect(files[0]).toBe(files[1]);
  });

  it('goes on after a batch that does not fit', async () => {
    const writer = await createWriter(path('refused'), everyType, {});
    const { columns } = repeatingRows(5);
    expect(() => {
      writer.append({ rows: 4, columns });
    }).toThrow('table everyType, column process: expected 4 values, found 5');
    writer.append(repeatingRows(5));
    expect(writer.close().rows).toBe(5);
  });

  it('leaves nothing when it is aborted', async () => {
    const before = readdirSync(path(''));
    const writer = await createWriter(path('aborted'), everyType, {});
    writer.append(repeatingRows(125_000));
    writer.abort();
    expect(readdirSync(path(''))).toEqual(before);
    expect(() => writer.close()).toThrow('table everyType: the writer of');
    expect(() => {
      writer.append(repeatingRows(1));
    }).toThrow('is closed');
  });

  it('leaves nothing when the file cannot be put in place', async () => {
    const writer = await createWriter(path('taken'), everyType, {});
    mkdirSync(path('taken'));
    const before = readdirSync(path('')).filter((name) => !name.endsWith('.tmp'));
    expect(() => writer.close()).toThrow(expect.objectContaining({ code: 'EISDIR' }));
    expect(readdirSync(path(''))).toEqual(before);
    rmSync(path('taken'), { recursive: true });
  });

  it('does nothing on abort after close', async () => {
    const writer = await createWriter(path('closed'), everyType, {});
    const { sha256 } = writer.close();
    writer.abort();
    expect(await hashFile(path('closed'))).toBe(sha256);
  });

  it('refuses a metadata key that is taken, before it creates a file', async () => {
    const before = readdirSync(path(''));
    await expect(createWriter(path('key'), everyType, { [SCHEMA_KEY]: '' })).rejects.toThrow(
      'the metadata key resdiff.schema is taken',
    );
    expect(readdirSync(path(''))).toEqual(before);
  });
});
