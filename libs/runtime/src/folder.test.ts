import { temporaryOwner, temporaryPath } from '@resdiff/tables';
import { chmodSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawsPlan } from '../test/draws.ts';
import { complete, failureOf, scratch } from '../test/support.ts';
import { UserError } from './errors.ts';
import { openRunFolder } from './folder.ts';

const plan = drawsPlan({ draws: 10, shardSize: 5 });

async function refusal(path: string, asked = plan): Promise<UserError> {
  const error = await failureOf(openRunFolder(path, asked));
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).remedy).toBeTruthy();
  return error as UserError;
}

describe('openRunFolder', () => {
  it('creates the folder with those above it', async () => {
    const path = join(await scratch(), 'runs', 'test', 'abc');
    const { manifest, lock } = await openRunFolder(path, plan);
    expect(manifest.state).toBe('running');
    expect((await readdir(path)).sort()).toEqual(['manifest.json', 'run.lock', 'shards']);
    lock.release();
  });

  it('resumes the same run with the shard layout that it has', async () => {
    const path = await scratch();
    (await openRunFolder(path, plan)).lock.release();
    const { manifest, lock } = await openRunFolder(path, drawsPlan({ draws: 10, shardSize: 2 }));
    expect(manifest.shards.map(({ id }) => id)).toEqual(['draws-0-5', 'draws-5-10']);
    lock.release();
  });

  it('opens an empty folder, and one whose process died before it wrote a manifest', async () => {
    const path = await scratch();
    const temporary = basename(temporaryPath('manifest.json'));
    await writeFile(join(path, temporary), 'half');
    const { lock } = await openRunFolder(path, plan);
    expect(await readdir(path)).not.toContain(temporary);
    lock.release();
  });

  it('removes what dead processes of this host or a day ago left half-written, and nothing else', async () => {
    const path = await scratch();
    (await openRunFolder(path, plan)).lock.release();
    // Linux pids end at 2^22.
    const { host } = temporaryOwner();
    const temporary = (shard: string, owner: string) => `.${shard}.${owner}.0123456789ab.tmp`;
    const dead = temporary('draws-0-5.arrow', `${host}.4194305`);
    const alive = temporary('draws-5-10.arrow', `${host}.${process.ppid}`);
    const elsewhere = temporary('draws-0-5.arrow', `not-${host}.4194305`);
    const stale = temporary('draws-5-10.arrow', `not-${host}.4194305`);
    await mkdir(join(path, 'files/draws-0-5'), { recursive: true });
    for (const name of [dead, alive, elsewhere, stale, 'notes.tmp']) {
      await writeFile(join(path, 'shards', name), 'half');
      await writeFile(join(path, 'files/draws-0-5', name), 'half');
    }
    for (const folder of ['shards', 'files/draws-0-5']) {
      const hoursAgo = (hours: number) => Date.now() / 1000 - 3600 * hours;
      await utimes(join(path, folder, stale), hoursAgo(25), hoursAgo(25));
      await utimes(join(path, folder, elsewhere), hoursAgo(23), hoursAgo(23));
      await utimes(join(path, folder, 'notes.tmp'), hoursAgo(25), hoursAgo(25));
    }
    (await openRunFolder(path, plan)).lock.release();
    for (const folder of ['shards', 'files/draws-0-5']) {
      const left = (await readdir(join(path, folder))).sort();
      expect(left).toEqual([alive, elsewhere, 'notes.tmp'].sort());
    }
  });

  it('refuses the folder of another run and says what differs', async () => {
    const path = await scratch();
    await complete(plan, path);
    const before = await readFile(join(path, 'manifest.json'), 'utf8');
    const error = await refusal(path, drawsPlan({ draws: 12, shardSize: 5, seed: '8' }));
    expect(error.message).toContain(path);
    expect(error.message).toContain('draws is 10 there and 12 here');
    expect(error.message).toContain('seed is "7" there and "8" here');
    expect(error.message).not.toContain('versions');
    expect(await readFile(join(path, 'manifest.json'), 'utf8')).toBe(before);
    expect(await readdir(path)).not.toContain('run.lock');
  });

  it('names a few of the differences and says how many more there are', async () => {
    const path = await scratch();
    await complete({ ...plan, config: { a: 1, b: 2, c: 3, d: 4, e: 5 } }, path);
    expect((await refusal(path, { ...plan, config: {} })).message).toMatch(
      /: a is 1 there and absent here; b is 2 there and absent here; c is 3 there and absent here and 2 more\.$/,
    );
    expect((await refusal(path, { ...plan, experiment: 'units', seed: '8' })).message).toMatch(
      /: experiment is "draws" there and "units" here\.$/,
    );
  });

  it('refuses a folder of other things, and leaves it as it was', async () => {
    const path = await scratch();
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
      await writeFile(join(path, name), '');
    }
    const error = await refusal(path);
    expect(error.message).toContain('it holds a, b, c, d and 2 more');
    expect(await readdir(path)).toHaveLength(6);
  });

  it('refuses a damaged manifest', async () => {
    const path = await scratch();
    await writeFile(join(path, 'manifest.json'), '{"format":"resdiff-man');
    expect((await refusal(path)).message).toContain('not whole JSON');
    expect(await readdir(path)).toEqual(['manifest.json']);
  });

  it('refuses a file in place of a folder, or above it', async () => {
    const path = join(await scratch(), 'file');
    await writeFile(path, '');
    expect((await refusal(path)).message).toBe(`${path} is a file, not a folder.`);
    expect((await refusal(join(path, 'below'))).message).toContain('ENOTDIR');
  });

  it('refuses a path that leads nowhere', async () => {
    const path = join(await scratch(), 'link');
    await symlink('/proc/nowhere/at/all', path);
    expect((await refusal(path)).message).toContain(path);
  });

  it.runIf(process.platform === 'linux')(
    'refuses a folder that cannot be written to, even by root',
    async () => {
      expect((await refusal('/proc/resdiff-run')).message).toMatch(/ENOENT|EACCES|EPERM/);
    },
  );

  it.skipIf(process.getuid?.() === 0)('refuses a folder without the right to write', async () => {
    const path = join(await scratch(), 'locked');
    await mkdir(path);
    chmodSync(path, 0o500);
    expect((await refusal(path)).message).toContain('EACCES');
    chmodSync(path, 0o700);
  });
});
