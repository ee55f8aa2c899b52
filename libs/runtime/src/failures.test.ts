import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawsPlan } from '../test/draws.ts';
import {
  attemptsLog,
  complete,
  countingExecutor,
  drawsPool,
  failureOf,
  scratch,
  tablesOf,
} from '../test/support.ts';
import { drawsSweep } from '../test/sweep.ts';
import { readColumn } from '../test/tables.ts';
import type { RunProgress } from './computing.ts';
import { ShardFailedError, ShardsFailedError } from './errors.ts';
import type { FailureRecord } from './failures.ts';
import { readManifest } from './manifest.ts';
import { executeRun } from './run.ts';

const plan = drawsPlan({ draws: 80, shardSize: 10 });
const throwing = { 'draws-10-20': 'throw', 'draws-40-50': 'throw' } as const;

async function recordIn(folder: string, id: string): Promise<FailureRecord> {
  return JSON.parse(
    await readFile(join(folder, 'failures', `${id}.json`), 'utf8'),
  ) as FailureRecord;
}

async function recorded(folder: string): Promise<string[]> {
  return existsSync(join(folder, 'failures')) ? readdir(join(folder, 'failures')) : [];
}

describe('a run that keeps going', () => {
  it('computes the other shards, names the failed ones, and is resumed to the same bytes', async () => {
    const folder = await scratch();
    const executor = drawsPool(2, { misbehave: throwing });
    const events: RunProgress[] = [];
    const onProgress = (event: RunProgress) => events.push(event);
    const error = await failureOf(
      executeRun(plan, { folder, executor, keepGoing: true, onProgress }),
    );
    expect(error).toBeInstanceOf(ShardsFailedError);
    expect(error.message.split('\n').toSorted()).toEqual([
      '  draws-10-20: width 0 is too narrow',
      '  draws-40-50: width 0 is too narrow',
      '2 of 8 shards failed:',
    ]);
    expect(error).toMatchObject({ exitCode: 1 });
    expect(events.at(-1)).toMatchObject({ done: 6, failed: 2 });
    expect(events[0]).not.toHaveProperty('failed');
    expect(await readManifest(folder)).toMatchObject({ state: 'stopped', tables: [] });
    expect((await recorded(folder)).toSorted()).toEqual(['draws-10-20.json', 'draws-40-50.json']);

    const counting = countingExecutor();
    await complete(plan, folder, { executor: counting });
    expect(counting.computed).toEqual(['draws-10-20', 'draws-40-50']);
    const undisturbed = await scratch();
    await complete(plan, undisturbed);
    expect(await tablesOf(folder)).toEqual(await tablesOf(undisturbed));
    expect(await recorded(folder)).toEqual([]);
  });

  it('without keepGoing ends at the first failure, which is recorded too', async () => {
    const folder = await scratch();
    const executor = drawsPool(1, { misbehave: throwing });
    const error = await failureOf(executeRun(plan, { folder, executor }));
    expect(error).toBeInstanceOf(ShardFailedError);
    expect((error as ShardFailedError).remedy).toContain('failures/draws-10-20.json in the run');
    expect(await recorded(folder)).toEqual(['draws-10-20.json']);
    expect((await readdir(join(folder, 'shards'))).toSorted()).toEqual([
      'draws-0-10.arrow',
      'draws-0-10.json',
    ]);
    const record = await recordIn(folder, 'draws-10-20');
    expect(record).toMatchObject({
      shard: 'draws-10-20',
      message: 'width 0 is too narrow',
      attempts: 1,
      host: hostname(),
    });
    expect(record.stack).toContain('draws-worker.mjs');
    expect(record).not.toHaveProperty('point');
    expect(Math.abs(Date.parse(record.at) - Date.now())).toBeLessThan(600_000);
  });

  it('names points and counts what is too many to list', async () => {
    const sweep = drawsSweep(
      [
        { draws: 10, seed: '7' },
        { draws: 80, seed: '8' },
      ],
      10,
    );
    const folder = await scratch();
    const bad = sweep.shards.filter(({ point }) => point === 1).map(({ id }) => id);
    const executor = drawsPool(2, {
      misbehave: Object.fromEntries(bad.map((id) => [id, 'throw' as const])),
    });
    const error = await failureOf(executeRun(sweep, { folder, executor, keepGoing: true }));
    const lines = error.message.split('\n');
    expect(lines).toHaveLength(7);
    expect(lines[0]).toBe('8 of 9 shards failed:');
    expect(lines[1]).toMatch(
      /^ {2}[0-9a-f]{12}-draws-\d+-\d+ \(point 1, gridDraws 10, gridSeed 8, /,
    );
    expect(lines[6]).toBe('  and 3 more');
    expect((await recordIn(folder, bad[0])).point).toBe(1);
  });

  it('retries what exits or hangs, and records what always does', async () => {
    const folder = await scratch();
    const { path, lines } = await attemptsLog();
    const misbehave = { 'draws-10-20': 'exit', 'draws-40-50': 'hang' } as const;
    const options = { folder, keepGoing: true, shardTimeout: 3, retries: 1 };
    const executor = drawsPool(2, { misbehave, log: path });
    const error = await failureOf(executeRun(plan, { ...options, executor }));
    expect(error.message).toContain('draws-10-20: worker exited with code: 3');
    expect(error.message).toContain('draws-40-50: it was not done after 3 s');
    expect(await recordIn(folder, 'draws-40-50')).toMatchObject({ attempts: 2 });
    expect(lines()).toHaveLength(10);

    const half = `draws-0-10.arrow.${hostname().replace(/[^A-Za-z0-9-]/g, '-')}`;
    await writeFile(join(folder, 'shards', `.${half}.${process.pid}.0123456789ab.tmp`), 'half');
    const recovering = drawsPool(2, { misbehave, recoverAt: 4, log: path });
    await complete(plan, folder, { ...options, executor: recovering });
    expect(lines()).toHaveLength(14);
    expect(await recorded(folder)).toEqual([]);
    const names = await readdir(join(folder, 'shards'));
    expect(names.filter((name) => name.startsWith('.'))).toEqual([]);
    const undisturbed = await scratch();
    await complete(plan, undisturbed);
    expect(await tablesOf(folder)).toEqual(await tablesOf(undisturbed));
  });

  it('forgets failures of shards that are done, and what it cannot read', async () => {
    const folder = await scratch();
    await complete(plan, folder);
    await mkdir(join(folder, 'failures'));
    await writeFile(join(folder, 'failures', 'draws-0-10.json'), '{');
    await writeFile(join(folder, 'failures', 'other.json'), '{}');
    await complete(plan, folder);
    expect(await recorded(folder)).toEqual(['other.json']);
  });
});

describe('a partial run', () => {
  it('merges what is there, says what is not, and is merged anew once it is', async () => {
    const folder = await scratch();
    const executor = drawsPool(2, { misbehave: throwing });
    const run = await executeRun(plan, { folder, executor, keepGoing: true, partial: true });
    expect(run.missing).toEqual(['draws-10-20', 'draws-40-50']);
    expect(run.failures.map(({ shard }) => shard).toSorted()).toEqual(run.missing);
    expect(run.notes.map(({ id }) => id)).not.toContain('draws-10-20');
    expect(run.notes).toHaveLength(6);
    run.complete();
    const manifest = await readManifest(folder);
    expect(manifest).toMatchObject({ state: 'partial', tables: [{ missing: 2 }, { missing: 2 }] });
    const draws = Array.from({ length: 80 }, (_, i) => i);
    const present = draws.filter((i) => ![1, 4].includes(Math.floor(i / 10)));
    expect(await readColumn(join(folder, 'draws.arrow'), 'draw')).toEqual(present);

    const again = await executeRun(plan, { folder, executor, keepGoing: true, partial: true });
    expect(again.unchanged).toBe(false);
    again.complete();
    const counting = countingExecutor();
    const whole = await complete(plan, folder, { executor: counting, partial: true });
    expect(counting.computed).toEqual(['draws-10-20', 'draws-40-50']);
    expect(whole.missing).toEqual([]);
    const undisturbed = await scratch();
    await complete(plan, undisturbed);
    expect(await tablesOf(folder)).toEqual(await tablesOf(undisturbed));
    expect(await readManifest(folder)).toMatchObject({ state: 'complete' });
    expect((await readManifest(folder))?.tables[0]).not.toHaveProperty('missing');
  });

  it('fails all the same if no shard is done', async () => {
    const folder = await scratch();
    const one = drawsPlan({ draws: 10, shardSize: 10 });
    const executor = drawsPool(1, { misbehave: { 'draws-0-10': 'throw' } });
    const options = { folder, executor, keepGoing: true, partial: true };
    expect(await failureOf(executeRun(one, options))).toBeInstanceOf(ShardsFailedError);
  });
});
