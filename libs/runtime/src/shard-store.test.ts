import { readArrowBatches } from '@resdiff/tables';
import { readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawsPlan, drawValue } from '../test/draws.ts';
import { complete, failureOf, scratch } from '../test/support.ts';
import { RunError } from './errors.ts';
import { verifyShards, writeShard } from './shard-store.ts';

const plan = drawsPlan({ draws: 40, shardSize: 10 });
const [first, second] = ['draws-0-10', 'draws-10-20'];

async function finishedRun() {
  const folder = await scratch();
  const { manifest } = await complete(plan, folder);
  const path = (name: string) => join(folder, 'shards', name);
  return { folder, manifest, path };
}

describe('verifyShards', () => {
  it('finds every shard of a finished run whole', async () => {
    const { folder, manifest } = await finishedRun();
    const { done, damaged } = await verifyShards(folder, manifest);
    expect([...done.keys()]).toEqual(plan.shards.map(({ id }) => id));
    expect(damaged).toEqual([]);
  });

  it('takes a shard without a receipt as unfinished', async () => {
    const { folder, manifest, path } = await finishedRun();
    await rm(path(`${first}.json`));
    const { done, damaged } = await verifyShards(folder, manifest);
    expect(done.has(first)).toBe(false);
    expect(done.size).toBe(3);
    expect(damaged).toEqual([]);
  });

  it('names the damaged shards and the reasons', async () => {
    const { folder, manifest, path } = await finishedRun();
    await truncate(path(`${first}.arrow`), 100);
    const bytes = await readFile(path(`${second}.arrow`));
    const middle = bytes.length >> 1;
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
    await writeFile(path(`${second}.arrow`), bytes);
    await rm(path('draws-20-30.arrow'));
    await writeFile(path('draws-30-40.json'), '{"id":"draws-30-40"');
    const { done, damaged } = await verifyShards(folder, manifest);
    expect(done.size).toBe(0);
    expect(damaged.map(({ id }) => id)).toEqual(plan.shards.map(({ id }) => id));
    expect(damaged.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('has 100 bytes, not'),
      expect.stringContaining('has another checksum'),
      'shards/draws-20-30.arrow is missing',
      expect.stringContaining('its receipt cannot be read'),
    ]);
  });

  it('refuses receipts of other runs and other shards', async () => {
    const { folder, manifest, path } = await finishedRun();
    const receipt = await readFile(path(`${first}.json`), 'utf8');
    await writeFile(path(`${first}.json`), receipt.replace(manifest.runId, '0123456789ab'));
    await rename(path(`${second}.json`), path('draws-20-30.json'));
    const { damaged } = await verifyShards(folder, manifest);
    expect(damaged).toEqual([
      { id: first, reason: 'its receipt belongs to the run 0123456789ab' },
      {
        id: 'draws-20-30',
        reason: `its receipt belongs to the shard ${second} in shards/${second}.arrow`,
      },
    ]);
  });
});

describe('a receipt', () => {
  it('is refused whichever bit of it is flipped, unless it says the same all the same', async () => {
    const { folder, manifest, path } = await finishedRun();
    const shards = manifest.shards.filter(({ id }) => id === first);
    const only = { ...manifest, shards };
    const whole = (await verifyShards(folder, only)).done.get(first);
    const good = await readFile(path(`${first}.json`));
    for (let bit = 0; bit < 8 * good.length; bit++) {
      const bytes = Buffer.from(good);
      bytes[bit >> 3] ^= 1 << (bit & 7);
      await writeFile(path(`${first}.json`), bytes);
      const { done, damaged } = await verifyShards(folder, only);
      if (damaged.length === 0) expect(done.get(first), `bit ${bit}`).toMatchObject(whole!);
    }
  });

  it('of a version that wrote no checksum is taken', async () => {
    const { folder, manifest, path } = await finishedRun();
    const receipt = await readFile(path(`${first}.json`), 'utf8');
    await writeFile(path(`${first}.json`), receipt.replace(/,"checksum":"[0-9a-f]{64}"/, ''));
    expect(await readFile(path(`${first}.json`), 'utf8')).not.toContain('checksum');
    const { done, damaged } = await verifyShards(folder, manifest);
    expect([done.size, damaged]).toEqual([4, []]);
  });
});

describe('writeShard', () => {
  it('writes the rows that it is given', async () => {
    const { path } = await finishedRun();
    const rows: [number, number][] = [];
    for await (const { columns } of readArrowBatches(path(`${second}.arrow`))) {
      const [draws, values] = [columns.draw as Int32Array, columns.value as Float64Array];
      draws.forEach((draw, i) => rows.push([draw, values[i]]));
    }
    expect(rows).toEqual(Array.from({ length: 10 }, (_, i) => [10 + i, drawValue('7', 10 + i)]));
  });

  it('refuses another number of rows than planned, and leaves nothing behind', async () => {
    const { folder, manifest, path } = await finishedRun();
    const shard = { id: 'short', task: null, rows: 2, cost: 0 };
    const task = { ...plan, folder, runId: manifest.runId, shard };
    const batch = { rows: 1, columns: { draw: Int32Array.of(0), value: Float64Array.of(0) } };
    const facts = { started: 0, device: 'cpu', notes: null, files: () => [] };
    const error = await failureOf(writeShard(task, [batch], facts));
    expect(error).toBeInstanceOf(RunError);
    expect(error.message).toBe('it has 1 rows where its plan says 2');
    await expect(readFile(path('short.json'))).rejects.toThrow('ENOENT');
    await expect(readFile(path('short.arrow'))).rejects.toThrow('ENOENT');
  });
});
