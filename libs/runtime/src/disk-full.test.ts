import { spawnSync } from 'node:child_process';
import { expect, it, onTestFinished, type TestContext } from 'vitest';
import { drawsPlan } from '../test/draws.ts';
import {
  complete,
  countingExecutor,
  drawsPool,
  failureOf,
  scratch,
  tablesOf,
} from '../test/support.ts';
import { DiskFullError } from './errors.ts';
import { readManifest } from './manifest.ts';
import { executeRun } from './run.ts';

/** A folder on a file system of its own of `size`; skips the test where none can be mounted. */
async function smallDisk(size: string, { skip }: TestContext): Promise<string> {
  const folder = await scratch();
  const { status, error, stderr } = mount('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder);
  if (status !== 0) {
    skip(`no file system can be mounted here: ${error?.message ?? stderr}`);
  }
  onTestFinished(() => void spawnSync('umount', ['--lazy', folder]));
  return folder;
}

function mount(...args: string[]) {
  return spawnSync('mount', args, { encoding: 'utf8' });
}

// The shards are about 2.4 MB, the tables as much again each.
const plan = drawsPlan({ draws: 200_000, shardSize: 20_000 });

it.for([
  ['shards', '1m'],
  ['merge', '4m'],
])(
  'keeps finished shards when the disk is full amid the %s, and resumes',
  async ([amid, size], context) => {
    const undisturbed = await scratch();
    await complete(plan, undisturbed);

    const folder = await smallDisk(size, context);
    const executor = amid === 'shards' ? drawsPool(2) : countingExecutor();
    const error = await failureOf(executeRun(plan, { folder, executor }));
    expect(error).toBeInstanceOf(DiskFullError);
    expect(error.message).toContain(folder);
    expect((error as DiskFullError).remedy).toContain('resumes');

    expect(mount('-o', 'remount,size=32m', folder).status).toBe(0);
    const run = await complete(plan, folder);
    const [first, second] = (await readManifest(folder))?.sessions ?? [];
    expect(run.manifest.state).toBe('complete');
    expect(second?.shardsComputed).toBeLessThan(10);
    expect(first?.shardsComputed).toBeLessThanOrEqual(10);
    expect(await tablesOf(folder)).toEqual(await tablesOf(undisturbed));
  },
);
