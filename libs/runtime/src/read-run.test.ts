import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { complete, drawsPool, failureOf, scratch } from '../test/support.ts';
import { drawsSweep } from '../test/sweep.ts';
import { stoppedAt, unitsExecutor } from '../test/units-support.ts';
import { unitsPlan } from '../test/units.ts';
import { UserError } from './errors.ts';
import { openRunFolder } from './folder.ts';
import { lockFolder } from './lock.ts';
import { readRun } from './read-run.ts';
import { workOnShards } from './work.ts';

const sweep = drawsSweep(
  [
    { draws: 30, seed: '7' },
    { draws: 20, seed: '8' },
  ],
  10,
);
const ids = sweep.shards.map(({ id }) => id);

async function prepared(): Promise<string> {
  const folder = await scratch();
  (await openRunFolder(folder, sweep)).lock.release();
  return folder;
}

describe('readRun', () => {
  it('tells what is done and since when, and what failed', async () => {
    const folder = await prepared();
    expect(await readRun(folder)).toMatchObject({ done: new Map(), failures: [], checkpoints: [] });
    const executor = drawsPool(1, { misbehave: { [ids[1]]: 'throw' } });
    await workOnShards(folder, ids.slice(0, 4), { executor, schema: sweep.schema });
    const moment = new Date('2026-05-04T03:02:01Z');
    await utimes(join(folder, 'shards', `${ids[2]}.json`), moment, moment);
    await rm(join(folder, 'shards', `${ids[3]}.arrow`));

    const { manifest, done, failures, lock } = await readRun(folder);
    expect(manifest.points).toEqual(sweep.points);
    expect([...done.keys()]).toEqual([ids[0], ids[2], ids[3]]);
    expect(done.get(ids[2])).toBe(moment.getTime());
    expect(failures).toMatchObject([{ shard: ids[1], point: 0, message: 'width 0 is too narrow' }]);
    expect(lock).toBeUndefined();
  });

  it('changes nothing, and does not heed receipts of shards that the run does not have', async () => {
    const folder = await prepared();
    await writeFile(join(folder, 'shards', 'stray.json'), '{}');
    const before = await stat(folder);
    expect((await readRun(folder)).done.size).toBe(0);
    expect((await stat(folder)).mtimeMs).toBe(before.mtimeMs);
  });

  it('tells how far checkpoints have come', async () => {
    const folder = await scratch();
    const plan = unitsPlan([10, 20]);
    await stoppedAt(plan, folder, ['units-1', 5]);
    const [checkpoint, ...others] = (await readRun(folder)).checkpoints;
    expect(others).toEqual([]);
    expect(checkpoint).toMatchObject({ id: 'units-1', progress: 0.3 });
    await writeFile(join(folder, 'shards', 'units-1.checkpoint'), 'half');
    expect((await readRun(folder)).checkpoints).toMatchObject([{ progress: undefined }]);
    await complete(plan, folder, { executor: unitsExecutor() });
    expect((await readRun(folder)).checkpoints).toEqual([]);
  });

  it('tells who holds the folder', async () => {
    const folder = await prepared();
    const lock = lockFolder(folder);
    expect((await readRun(folder)).lock).toMatchObject({
      owner: { pid: process.pid, hostname: hostname() },
      alive: true,
    });
    const text = await readFile(lock.path, 'utf8');
    const owner = JSON.parse(text) as object;
    for (const [change, alive] of [
      [{ pid: 4194305 }, false],
      [{ hostname: `not-${hostname()}` }, undefined],
    ] as const) {
      await writeFile(lock.path, JSON.stringify({ ...owner, ...change }));
      expect((await readRun(folder)).lock).toMatchObject({ owner: change, alive });
    }
    await writeFile(lock.path, '?');
    expect((await readRun(folder)).lock).toEqual({ owner: undefined, alive: undefined });
    await writeFile(lock.path, text);
    lock.release();
  });

  it('refuses a manifest of a newer version, and a folder without one', async () => {
    const folder = await prepared();
    const path = join(folder, 'manifest.json');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('"formatVersion": 1', '"formatVersion": 2'));
    const error = await failureOf(readRun(folder));
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toContain('format version 2; this resdiff reads versions up to 1');
    await rm(path);
    expect((await failureOf(readRun(folder))).message).toContain('is not a run folder');
  });
});
