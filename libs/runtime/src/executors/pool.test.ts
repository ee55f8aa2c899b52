import { describe, expect, it, onTestFinished } from 'vitest';
import { drawsPlan } from '../../test/draws.ts';
import { drawsPool, drawsWorker, scratch } from '../../test/support.ts';
import { DiskFullError, RunError, UserError } from '../errors.ts';
import { openRunFolder } from '../folder.ts';
import type { Executor, ShardTask } from './executor.ts';
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
  onReceipt: (done: number, stop: () => void) => void = () => undefined,
): Promise<{ done: string[]; error: Error | undefined }> {
  const done: string[] = [];
  const controller = new AbortController();
  let error: Error | undefined;
  try {
    await executor.run(tasks, {
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
    const { error } = await outcomeOf(pool, tasks, () => {
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
    expect((error?.cause as Error).stack).toContain('draws-worker.ts');
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

  it('survives a worker that exits, and computes again after it', async () => {
    const tasks = await tasksOf(6);
    const pool = drawsPool(2, { delayMs: 20, misbehave: { 'draws-20-30': 'exit' } });
    const { error } = await outcomeOf(pool, tasks);
    expect(error).toBeInstanceOf(RunError);
    expect(error?.message).toBe('The shard draws-20-30 failed: worker exited with code: 3');
    expect((await outcomeOf(pool, tasks.slice(3))).done.sort()).toEqual(ids(tasks.slice(3)));
  });

  it('fails if the worker cannot be loaded', async () => {
    const worker = new URL('../../test/broken-worker.ts', import.meta.url);
    const pool = poolExecutor({ worker, workers: 2 });
    onTestFinished(() => pool.close());
    for (const tasks of [await tasksOf(1), await tasksOf(5)]) {
      const { done, error } = await outcomeOf(pool, tasks);
      expect(done).toEqual([]);
      expect(error).toBeInstanceOf(RunError);
      expect(error?.message).toContain('this worker cannot be loaded');
    }
  });

  it('starts nothing once stopped, and lets the running shards finish', async () => {
    const tasks = await tasksOf(20);
    const { done, error } = await outcomeOf(drawsPool(2, { delayMs: 20 }), tasks, (count, stop) => {
      if (count === 3) {
        stop();
      }
    });
    expect(error).toBeUndefined();
    expect(done.length).toBeGreaterThanOrEqual(4);
    expect(done.length).toBeLessThanOrEqual(5);
  });

  it('ends workers that do not finish in the grace they are given', async () => {
    const tasks = await tasksOf(4);
    const pool = drawsPool(1, { misbehave: { 'draws-10-20': 'spin' } }, { graceSeconds: 0.1 });
    // The next shard is started before the timer is up.
    const { done, error } = await outcomeOf(pool, tasks, (_, stop) => setTimeout(stop));
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
      const create = () => poolExecutor({ worker: drawsWorker, workers });
      expect(create).toThrow(UserError);
      expect(create).toThrow(`An executor needs at least one worker, not ${workers}.`);
    }
  });
});
