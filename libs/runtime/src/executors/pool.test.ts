import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { drawsPlan } from '../../test/draws.ts';
import { attemptsLog, bundled, drawsPool, scratch } from '../../test/support.ts';
import { DiskFullError, RunError, ShardFailedError, UserError } from '../errors.ts';
import { openRunFolder } from '../folder.ts';
import type { Executor, ExecutorRunOptions, ShardTask } from './executor.ts';
import { poolExecutor } from './pool.ts';

async function tasksOf(shards: number): Promise<ShardTask[]> {
  const plan = drawsPlan({ draws: 10 * shards, shardSize: 10 });
  const folder = await scratch();
  const { manifest, lock } = await openRunFolder(folder, plan);
  onTestFinished(() => lock.release());
  return plan.shards.map((shard) => ({ ...plan, folder, runId: manifest.runId, shard }));
}

/** Runs the tasks and tells which are done, and with which error it failed. */
async function outcomeOf(
  executor: Executor,
  tasks: ShardTask[],
  options: Partial<ExecutorRunOptions> = {},
  onReceipt: (done: number, stop: () => void) => void = () => undefined,
): Promise<{ done: string[]; error: Error | undefined }> {
  const done: string[] = [];
  const controller = new AbortController();
  let error: Error | undefined;
  try {
    await executor.run(tasks, {
      ...options,
      signal: controller.signal,
      onReceipt: ({ id }) => {
        done.push(id);
        onReceipt(done.length, () => controller.abort());
      },
    });
  } catch (thrown) {
    error = thrown as Error;
  }
  return { done, error };
}

const ids = (tasks: ShardTask[]) => tasks.map(({ shard }) => shard.id);

describe('poolExecutor', () => {
  it('computes every shard once, and more in a second run', async () => {
    const pool = drawsPool(2);
    const tasks = await tasksOf(9);
    expect((await outcomeOf(pool, tasks.slice(0, 5))).done.sort()).toEqual(ids(tasks.slice(0, 5)));
    expect((await outcomeOf(pool, tasks.slice(5))).done.sort()).toEqual(ids(tasks.slice(5)));
    expect(await outcomeOf(pool, [])).toEqual({ done: [], error: undefined });
  });

  it('keeps the order with one worker, and passes on what the receiver throws', async () => {
    const pool = drawsPool(1);
    const tasks = await tasksOf(5);
    expect((await outcomeOf(pool, tasks)).done).toEqual(ids(tasks));
    const { error } = await outcomeOf(pool, tasks, {}, () => {
      throw new Error('no room for the manifest');
    });
    expect(error?.message).toBe('no room for the manifest');
  });

  it('tells which shard failed and why, after the running ones have ended', async () => {
    const tasks = await tasksOf(8);
    const pool = drawsPool(2, { delayMs: 20, misbehave: { 'draws-10-20': 'throw' } });
    const { done, error } = await outcomeOf(pool, tasks);
    expect(error).toBeInstanceOf(RunError);
    expect(error?.message).toBe('The shard draws-10-20 failed: width 0 is too narrow');
    expect((error!.cause as Error).stack).toContain('draws-worker.mjs');
    expect(done).toContain('draws-0-10');
    expect(done.length).toBeLessThan(8);
  });

  it.runIf(process.platform === 'linux')('tells a full disk across the threads', async () => {
    const tasks = await tasksOf(1);
    const pool = drawsPool(1, { misbehave: { 'draws-0-10': 'disk-full' } });
    const { error } = await outcomeOf(pool, tasks);
    expect(error).toBeInstanceOf(DiskFullError);
    expect(error?.message).toContain(tasks[0]?.folder);
    expect(error?.message).toContain('Finished shards are kept');
  });

  it('computes a shard again whose worker exits, after the others', async () => {
    const tasks = await tasksOf(4);
    const { path, lines } = await attemptsLog();
    const pool = drawsPool(1, { misbehave: { 'draws-10-20': 'exit' }, recoverAt: 2, log: path });
    const { done, error } = await outcomeOf(pool, tasks);
    expect(error).toBeUndefined();
    expect(done).toEqual(['draws-0-10', 'draws-20-30', 'draws-30-40', 'draws-10-20']);
    expect(lines()).toEqual(['draws-0-10', 'draws-10-20', ...done.slice(1)]);
  });

  it('gives a shard up whose worker always exits, and computes again after it', async () => {
    const tasks = await tasksOf(6);
    const { path, lines } = await attemptsLog();
    const pool = drawsPool(2, { misbehave: { 'draws-20-30': 'exit' }, log: path });
    const { error } = await outcomeOf(pool, tasks);
    expect(error).toBeInstanceOf(ShardFailedError);
    expect(error).toMatchObject({ kind: 'crashed', attempts: 3, shard: 'draws-20-30' });
    expect(error?.message).toBe('The shard draws-20-30 failed 3 times: worker exited with code: 3');
    expect(lines().filter((id) => id === 'draws-20-30')).toHaveLength(3);
    expect((await outcomeOf(pool, tasks.slice(3))).done.sort()).toEqual(ids(tasks.slice(3)));

    const once = await outcomeOf(pool, tasks.slice(2, 3), { retries: 0 });
    expect(once.error?.message).toBe('The shard draws-20-30 failed: worker exited with code: 3');
  });

  it('ends the thread of a shard that hangs, and computes it again', async () => {
    const tasks = await tasksOf(4);
    const { path, lines } = await attemptsLog();
    const misbehave = { 'draws-10-20': 'hang' } as const;
    const pool = drawsPool(2, { misbehave, recoverAt: 2, log: path });
    const { done, error } = await outcomeOf(pool, tasks, { shardTimeout: 3 });
    expect(error).toBeUndefined();
    expect(done.sort()).toEqual(ids(tasks));
    expect(lines().filter((id) => id === 'draws-10-20')).toHaveLength(2);
    expect(lines()).toHaveLength(5);
  });

  it('names a shard that always hangs; the others are done, by the threads that are left', async () => {
    const tasks = await tasksOf(6);
    const pool = drawsPool(1, { misbehave: { 'draws-10-20': 'hang' } });
    const failures: [string, Error][] = [];
    const { done, error } = await outcomeOf(pool, tasks, {
      retries: 1,
      shardTimeout: ({ id }) => (id === 'draws-10-20' ? 2 : 600),
      onFailure: (...failure) => failures.push(failure),
    });
    expect(error).toBeUndefined();
    expect(done).toEqual(ids(tasks).filter((id) => id !== 'draws-10-20'));
    expect(failures).toMatchObject([['draws-10-20', { kind: 'hung', attempts: 2 }]]);
    expect(failures[0]?.[1].message).toBe(
      'The shard draws-10-20 failed 2 times: it was not done after 2 s',
    );
  });

  it('does not compute a shard again that throws, and goes on if told so', async () => {
    const tasks = await tasksOf(5);
    const { path, lines } = await attemptsLog();
    const pool = drawsPool(1, { misbehave: { 'draws-0-10': 'throw' }, log: path });
    const failures: string[] = [];
    const onFailure = (id: string) => failures.push(id);
    const { done, error } = await outcomeOf(pool, tasks, { onFailure });
    expect(error).toBeUndefined();
    expect(done).toEqual(ids(tasks).slice(1));
    expect(failures).toEqual(['draws-0-10']);
    expect(lines()).toEqual(ids(tasks));
  });

  it('goes no further on a full disk, or when a failure cannot be taken', async () => {
    const tasks = await tasksOf(5);
    const pool = drawsPool(1, {
      misbehave: { 'draws-0-10': 'throw', 'draws-20-30': 'disk-full' },
    });
    const failures: string[] = [];
    const onFailure = (id: string) => failures.push(id);
    const full = await outcomeOf(pool, tasks, { onFailure });
    expect(full.error).toBeInstanceOf(DiskFullError);
    expect(full.done).toEqual(['draws-10-20']);
    expect(failures).toEqual(['draws-0-10']);

    const { error } = await outcomeOf(pool, tasks, {
      onFailure: () => {
        throw new Error('no room for the record');
      },
    });
    expect(error?.message).toBe('no room for the record');
  });

  it('survives a thread that fails outside its shard', async () => {
    const tasks = await tasksOf(4);
    const { path } = await attemptsLog();
    const misbehave = { 'draws-0-10': 'fail-later' } as const;
    const pool = drawsPool(1, { misbehave, recoverAt: 2, log: path });
    expect((await outcomeOf(pool, tasks.slice(0, 1))).error).toBeUndefined();
    await setTimeout(200);
    expect((await outcomeOf(pool, tasks.slice(1))).done.sort()).toEqual(ids(tasks.slice(1)));
  });

  it('loads TypeScript', async () => {
    const worker = new URL('../../test/draws-worker.ts', import.meta.url);
    const pool = poolExecutor({
      worker,
      workers: 1,
      workerData: { misbehave: { 'draws-10-20': 'throw' } },
    });
    onTestFinished(() => pool.close());
    const { done, error } = await outcomeOf(pool, await tasksOf(2));
    expect(done).toEqual(['draws-0-10']);
    expect((error!.cause as Error).stack).toContain('draws-worker.ts');
  });

  it('fails if the worker cannot be loaded', async () => {
    const worker = bundled('broken-worker');
    const pool = poolExecutor({ worker, workers: 2 });
    onTestFinished(() => pool.close());
    for (const tasks of [await tasksOf(1), await tasksOf(5)]) {
      const { done, error } = await outcomeOf(pool, tasks);
      expect(done).toEqual([]);
      expect(error).toBeInstanceOf(RunError);
      expect(error).not.toBeInstanceOf(ShardFailedError);
      expect(error?.message).toContain('this worker cannot be loaded');
    }
    const onFailure = () => expect.unreachable();
    const { error } = await outcomeOf(pool, await tasksOf(5), { onFailure });
    expect(error?.message).toContain('this worker cannot be loaded');
  });

  it('starts nothing once stopped, and lets the running shards finish', async () => {
    const tasks = await tasksOf(20);
    const { done, error } = await outcomeOf(
      drawsPool(2, { delayMs: 20 }),
      tasks,
      {},
      (count, stop) => {
        if (count === 3) {
          stop();
        }
      },
    );
    expect(error).toBeUndefined();
    expect(done.length).toBeGreaterThanOrEqual(4);
    expect(done.length).toBeLessThanOrEqual(5);
  });

  it('ends workers that do not finish in the grace they are given', async () => {
    const tasks = await tasksOf(4);
    const pool = drawsPool(1, { misbehave: { 'draws-10-20': 'spin' } }, { graceSeconds: 0.1 });
    // The next shard is started before the timer is up.
    const { done, error } = await outcomeOf(pool, tasks, {}, (_, stop) => void setImmediate(stop));
    expect(error).toBeUndefined();
    expect(done).toEqual(['draws-0-10']);
    expect((await outcomeOf(pool, tasks.slice(2))).done.sort()).toEqual(ids(tasks.slice(2)));
  });

  it('does nothing if it is stopped beforehand', async () => {
    const tasks = await tasksOf(1);
    const fail = () => expect.unreachable();
    await drawsPool(1).run(tasks, { signal: AbortSignal.abort(), onReceipt: fail });
  });

  it('refuses a count of workers that is none', () => {
    for (const workers of [0, -1, 1.5, NaN]) {
      const create = () => poolExecutor({ worker: bundled('draws-worker'), workers });
      expect(create).toThrow(UserError);
      expect(create).toThrow(`An executor needs at least one worker, not ${workers}.`);
    }
  });
});
