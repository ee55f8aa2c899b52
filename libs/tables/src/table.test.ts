import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { everyType, repeatingRows, sortedRows, temporaryFolder } from '../test/fixtures.ts';
import { createArrowWriter, createParquetWriter, createTableWriter, hashFile } from './index.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

it('writes the files that the writers of each format write', async () => {
  const metadata = { seed: '7' };
  const [parquet, arrow] = ['both.parquet', 'both.arrow'].map((name) => join(folder, name));
  const both = await createTableWriter({ parquet, arrow }, everyType, metadata);
  const single = [
    await createParquetWriter(join(folder, 'one.parquet'), everyType, metadata),
    await createArrowWriter(join(folder, 'one.arrow'), everyType, metadata),
  ];
  for (const writer of [both, ...single]) {
    writer.append(sortedRows(2000));
    writer.append(repeatingRows(500));
  }
  const written = both.close();
  const alone = single.map((writer) => writer.close());
  expect(written.parquet).toEqual({ ...alone[0], file: parquet });
  expect(written.arrow).toEqual({ ...alone[1], file: arrow });
  expect(await hashFile(parquet)).toBe(alone[0].sha256);
  expect(readFileSync(arrow).equals(readFileSync(join(folder, 'one.arrow')))).toBe(true);
});

it('leaves nothing when it is aborted or one of the files cannot be written', async () => {
  const place = join(folder, 'nothing');
  mkdirSync(place);
  const parquet = join(place, 'table.parquet');
  const writer = await createTableWriter(
    { parquet, arrow: join(place, 'table.arrow') },
    everyType,
    {},
  );
  writer.append(repeatingRows(10));
  writer.abort();
  expect(() => writer.close()).toThrow(
    `the writer of ${parquet} and ${place}/table.arrow is closed`,
  );
  await expect(
    createTableWriter({ parquet, arrow: join(place, 'missing/table.arrow') }, everyType, {}),
  ).rejects.toMatchObject({ code: 'ENOENT' });
  expect(readdirSync(place)).toEqual([]);
});
