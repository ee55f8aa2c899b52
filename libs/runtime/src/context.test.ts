import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { complete, failureOf, scratch, tablesOf } from '../test/support.ts';
import { stoppedAt, unitsExecutor, unitsLog, unitsPool } from '../test/units-support.ts';
import { computeUnits, unitsPlan } from '../test/units.ts';
import { detachedContext, ShardStopped, type ShardContext } from './context.ts';
import { RunError, StoppedError } from './errors.ts';
import { inlineExecutor } from './executors/inline.ts';
import { isDone, readManifest } from './manifest.ts';
import type { RunProgress } from './computing.ts';
import { executeRun } from './run.ts';
import { serveShards } from './worker.ts';

const plan = unitsPlan([4, 12, 8, 12]);

/** Computes nothing but what is asked of the context. */
function shardOf(action: (context: ShardContext) => Promise<void>) {
  const executor = inlineExecutor(
    serveShards(async (task, context) => {
      await action(context);
      return computeUnits(task, detachedContext(), {});
    }),
  );
  return { executor, plan: unitsPlan([1]) };
}

describe('progress', () => {
  it.each([
    ['a pool', () => unitsPool(2, { delayMs: 60 })],
    ['this thread', () => unitsExecutor({ delayMs: 20 })],
  ])('comes from shards at work in %s, and never goes back', async (_, executor) => {
    const events: RunProgress[] = [];
    const folder = await scratch();
    const onProgress = (event: RunProgress) => events.push(event);
    await complete(plan, folder, { executor: executor(), onProgress });
    const costs = events.map(({ doneCost }) => doneCost);
    expect(costs).toEqual(costs.toSorted((a, b) => a - b));
    expect(costs[0]).toBe(0);
    expect(costs.at(-1)).toBeCloseTo(36, 9);
    expect(costs.every((cost) => cost <= 36)).toBe(true);
    expect(events.some(({ done, doneCost }) => done === 0 && doneCost > 0)).toBe(true);
    expect(events.map(({ done }) => done)).toEqual(
      events.map(({ done }) => done).toSorted((a, b) => a - b),
    );
  });

  it('goes on where the checkpoint was, whatever the shard says', async () => {
    const folder = await scratch();
    await stoppedAt(plan, folder, ['units-1', 5]);
    const events: RunProgress[] = [];
    const executor = unitsExecutor({ delayMs: 20 });
    await complete(plan, folder, { executor, onProgress: (event) => events.push(event) });
    expect(events[0]).toMatchObject({ doneCost: 6, resumedCost: 6, continued: 1 });
    expect(Math.min(...events.map(({ doneCost }) => doneCost))).toBe(6);
  });

  it('is held between 0 and 1, and to what was said before', async () => {
    const fractions: number[] = [];
    const server = serveShards((task, { progress }) => {
      for (const fraction of [-1, NaN, 0.5, 0.25, 7, 0.75]) progress(fraction);
      return computeUnits(task, detachedContext(), {});
    });
    const link = {
      stopRequested: () => false,
      report: (fraction: number) => void fractions.push(fraction),
      setWriting: () => undefined,
    };
    const { shards, ...rest } = unitsPlan([1]);
    const folder = await scratch();
    await server({ task: { ...rest, folder, runId: '', shard: shards[0] }, link });
    expect(fractions).toEqual([0.5, 1]);
  });
});

it('starts the shards that take longest first, those that take the same in their order', async () => {
  const log = await unitsLog();
  const folder = await scratch();
  await complete(plan, folder, { executor: unitsExecutor({ log: log.path }) });
  const order = [...new Set(log.lines().map((line) => line.split(' ')[0]))];
  expect(order).toEqual(['units-1', 'units-3', 'units-2', 'units-0']);

  const inOrder = await scratch();
  const costless = { ...plan, shards: plan.shards.map((shard) => ({ ...shard, cost: 1 })) };
  await complete(costless, inOrder, { executor: unitsExecutor() });
  expect(await tablesOf(folder)).toEqual(await tablesOf(inOrder));
});

describe('the signal', () => {
  it('reaches shards at work in a pool, which keep a checkpoint', async () => {
    const folder = await scratch();
    const controller = new AbortController();
    const long = unitsPlan([5000, 5000]);
    const error = await failureOf(
      executeRun(long, {
        folder,
        executor: unitsPool(2, { delayMs: 5, every: 10_000 }),
        signal: controller.signal,
        onProgress: ({ doneCost }) => {
          if (doneCost > 10) {
            controller.abort();
          }
        },
      }),
    );
    expect(error).toBeInstanceOf(StoppedError);
    expect(error.message).toContain('Finished shards and checkpoints are kept.');
    const names = await readdir(join(folder, 'shards'));
    expect(names.sort()).toEqual(['units-0.checkpoint', 'units-1.checkpoint']);
    expect((await readManifest(folder))?.state).toBe('stopped');
  });

  it('stops the other shards when one fails', async () => {
    const folder = await scratch();
    const executor = unitsPool(2, { delayMs: 5, misbehave: { 'units-1': 'throw' } });
    const error = await failureOf(executeRun(unitsPlan([5000, 4000]), { folder, executor }));
    expect(error).toBeInstanceOf(RunError);
    expect(error.message).toBe('The shard units-1 failed: depth 0 is too shallow');
    expect(await readdir(join(folder, 'shards'))).toEqual(['units-0.checkpoint']);
  });

  it('lets a shard that is writing when its grace is over finish that', async () => {
    const folder = await scratch();
    const controller = new AbortController();
    const misbehave = { 'units-0': 'write-slowly' } as const;
    const error = await failureOf(
      executeRun(unitsPlan([3]), {
        folder,
        executor: unitsPool(1, { misbehave }, { graceSeconds: 0.8 }),
        signal: controller.signal,
        onProgress: ({ doneCost }) => {
          if (doneCost > 0) {
            controller.abort();
          }
        },
      }),
    );
    expect(error).toBeInstanceOf(StoppedError);
    expect(existsSync(join(folder, 'shards/units-0.checkpoint'))).toBe(true);
  });

  it('is no excuse for a shard that was not asked to stop', async () => {
    const executor = inlineExecutor(serveShards(() => Promise.reject(new ShardStopped())));
    const error = await failureOf(executeRun(plan, { folder: await scratch(), executor }));
    expect(error).toBeInstanceOf(RunError);
    expect(error.message).toContain('failed: the shard was asked to stop');
  });
});

it('tells the versions of the plan, and the environment that a pool is given', async () => {
  const executor = unitsPool(
    1,
    { misbehave: { 'units-0': 'environment' } },
    { env: { RESDIFF_DATA: '/data' } },
  );
  const versioned = { ...unitsPlan([1]), versions: { mnist: 'abc' } };
  const error = await failureOf(executeRun(versioned, { folder: await scratch(), executor }));
  expect(error.message).toBe('The shard units-0 failed: /data with {"mnist":"abc"}');
});

describe('the files of a shard', () => {
  const path = (folder: string, shard: number) => join(folder, `files/units-${shard}/last.bin`);

  it('are recorded with their bytes and SHA-256', async () => {
    const folder = await scratch();
    await complete(plan, folder, { executor: unitsPool(2) });
    const { shards } = (await readManifest(folder))!;
    for (const [index, shard] of shards.entries()) {
      const content = await readFile(path(folder, index));
      const sha256 = createHash('sha256').update(content).digest('hex');
      const file = `files/${shard.id}/last.bin`;
      expect(isDone(shard) && shard.files).toEqual([{ file, bytes: 8, sha256 }]);
    }
  });

  it('have their shard computed again if they are lost or altered', async () => {
    const folder = await scratch();
    await complete(plan, folder, { executor: unitsExecutor() });
    const before = await Promise.all(plan.shards.map((_, shard) => readFile(path(folder, shard))));
    await rm(path(folder, 0));
    await truncate(path(folder, 2), 4);
    const altered = Buffer.from(before[3]);
    altered[0] ^= 1;
    await writeFile(path(folder, 3), altered);
    const log = await unitsLog();
    const events: RunProgress[] = [];
    await complete(plan, folder, {
      executor: unitsExecutor({ log: log.path }),
      onProgress: (event) => events.push(event),
    });
    expect(events[0].damaged).toEqual([
      { id: 'units-0', reason: 'files/units-0/last.bin is missing' },
      { id: 'units-2', reason: 'files/units-2/last.bin has 4 bytes, not 8' },
      { id: 'units-3', reason: 'files/units-3/last.bin has another checksum' },
    ]);
    expect(log.lines()).toHaveLength(4 + 8 + 12);
    const after = await Promise.all(plan.shards.map((_, shard) => readFile(path(folder, shard))));
    expect(after).toEqual(before);
  });

  it('are not looked for outside their folder, whatever a receipt says', async () => {
    const folder = await scratch();
    await complete(plan, folder, { executor: unitsExecutor() });
    const receipt = join(folder, 'shards/units-0.json');
    const text = await readFile(receipt, 'utf8');
    await writeFile(receipt, text.replace('files/units-0/', '../../'));
    const events: RunProgress[] = [];
    await complete(plan, folder, {
      executor: unitsExecutor(),
      onProgress: (event) => events.push(event),
    });
    expect(events[0].damaged).toEqual([
      {
        id: 'units-0',
        reason: 'its receipt lists ../../last.bin, which is no file of this shard',
      },
    ]);
  });

  it('are recorded once a name, as written last', async () => {
    const { executor, plan } = shardOf(async ({ writeFile }) => {
      await writeFile('weights', [Uint8Array.of(1, 2)]);
      await writeFile('empty', []);
      await writeFile('weights', [Uint8Array.of(3)]);
    });
    const folder = await scratch();
    const { manifest } = await complete(plan, folder, { executor });
    const [shard] = manifest.shards;
    expect(isDone(shard) && shard.files?.map(({ file, bytes }) => [file, bytes])).toEqual([
      ['files/units-0/weights', 1],
      ['files/units-0/empty', 0],
    ]);
    expect(await readFile(join(folder, 'files/units-0/weights'))).toEqual(Buffer.of(3));
  });

  it.each(['../up', 'a/b', '', '.hidden', 'x'.repeat(101)])('are not called %j', async (name) => {
    const { executor, plan } = shardOf(({ writeFile }) => writeFile(name, []));
    const error = await failureOf(executeRun(plan, { folder: await scratch(), executor }));
    expect(error).toBeInstanceOf(RunError);
    expect(error.message).toContain(`${JSON.stringify(name)} cannot be a file of a shard`);
  });
});
