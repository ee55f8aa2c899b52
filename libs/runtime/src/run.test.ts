import { readArrowMetadata } from '@resdiff/tables';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawsPlan, drawValue } from '../test/draws.ts';
import {
  complete,
  countingExecutor,
  drawsPool,
  failureOf,
  scratch,
  tablesOf,
} from '../test/support.ts';
import { RunError, StoppedError, UserError } from './errors.ts';
import { readManifest } from './manifest.ts';
import type { RunProgress } from './computing.ts';
import { executeRun } from './run.ts';

const draws = 1000;
const plan = drawsPlan({ draws, shardSize: 100 });

async function reference(): Promise<Record<'parquet' | 'arrow', string>> {
  const folder = await scratch();
  await complete(plan, folder);
  return tablesOf(folder);
}

async function flipBit(path: string): Promise<void> {
  const bytes = await readFile(path);
  const middle = bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 4, middle);
  await writeFile(path, bytes);
}

describe('executeRun', () => {
  it('merges the rows in order, with where they come from', async () => {
    const folder = await scratch();
    const run = await complete(plan, folder);
    const [indices, values]: [number[], number[]] = [[], []];
    for await (const { columns } of run.batches()) {
      indices.push(...(columns.draw as Int32Array));
      values.push(...(columns.value as Float64Array));
    }
    expect(indices).toEqual(Array.from({ length: draws }, (_, i) => i));
    expect(values).toEqual(indices.map((i) => drawValue('7', i)));
    const { resdiff } = await readArrowMetadata(join(folder, 'draws.arrow'));
    expect(JSON.parse(resdiff ?? '')).toEqual({
      pipeline: 'test-draws',
      experiment: 'draws',
      config: { draws },
      seed: '7',
      versions: { draws: '1' },
    });
  });

  it('gives the same bytes for any number of workers and any size of shards', async () => {
    const expected = await reference();
    for (const [executor, shardSize] of [
      [drawsPool(1), 130],
      [drawsPool(2), 70],
      [countingExecutor(), 1000],
    ] as const) {
      const folder = await scratch();
      await complete(drawsPlan({ draws, shardSize }), folder, { executor });
      expect(await tablesOf(folder)).toEqual(expected);
    }
    const other = await scratch();
    await complete(drawsPlan({ draws, shardSize: 100, seed: '8' }), other);
    expect((await tablesOf(other)).parquet).not.toBe(expected.parquet);
  });

  it('hands the notes of the shards on, in order, also those of earlier sessions', async () => {
    const folder = await scratch();
    const small = drawsPlan({ draws: 25, shardSize: 10 });
    const expected = [
      { id: 'draws-0-10', task: { first: 0, count: 10 }, notes: { even: 5 } },
      { id: 'draws-10-20', task: { first: 10, count: 10 }, notes: { even: 5 } },
      { id: 'draws-20-25', task: { first: 20, count: 5 }, notes: { even: 3 } },
    ];
    expect((await complete(small, folder)).notes).toEqual(expected);
    expect((await complete(small, folder)).notes).toEqual(expected);
  });

  it('computes and writes nothing for a run that is complete', async () => {
    const folder = await scratch();
    await complete(plan, folder);
    const before = await readFile(join(folder, 'manifest.json'), 'utf8');
    const executor = countingExecutor();
    const run = await executeRun(plan, { folder, executor });
    expect(run.unchanged).toBe(true);
    run.complete();
    expect(executor.computed).toEqual([]);
    expect(await readFile(join(folder, 'manifest.json'), 'utf8')).toBe(before);
  });

  it('computes anew exactly what is damaged or missing, and says so', async () => {
    const expected = await reference();
    const folder = await scratch();
    await complete(plan, folder);
    const shard = (name: string) => join(folder, 'shards', name);
    await truncate(shard('draws-100-200.arrow'), 10);
    await flipBit(shard('draws-300-400.arrow'));
    await rm(shard('draws-500-600.json'));
    await flipBit(join(folder, 'draws.parquet'));

    const executor = countingExecutor();
    const events: RunProgress[] = [];
    await complete(plan, folder, { executor, onProgress: (event) => events.push(event) });
    expect(executor.computed).toEqual(['draws-100-200', 'draws-300-400', 'draws-500-600']);
    expect(events[0]?.damaged.map(({ id }) => id)).toEqual(['draws-100-200', 'draws-300-400']);
    expect(events.map(({ done }) => done)).toEqual([7, 8, 9, 10]);
    expect(events.at(-1)).toMatchObject({ total: 10, resumed: 7 });
    expect(events.at(-1)?.doneCost).toBeCloseTo(draws * 1e-6);
    expect(events.at(-1)?.resumedCost).toBeCloseTo(700e-6);
    expect(await tablesOf(folder)).toEqual(expected);
    expect((await readManifest(folder))?.sessions.map((s) => s.shardsComputed)).toEqual([10, 3]);
  });

  it('merges again if a table is damaged or gone, without computing', async () => {
    const expected = await reference();
    const folder = await scratch();
    await complete(plan, folder);
    for (const damage of [
      () => flipBit(join(folder, 'draws.parquet')),
      () => rm(join(folder, 'draws.arrow')),
    ]) {
      await damage();
      const executor = countingExecutor();
      const run = await complete(plan, folder, { executor });
      expect(run.unchanged).toBe(false);
      expect(executor.computed).toEqual([]);
      expect(await tablesOf(folder)).toEqual(expected);
    }
  });

  it('stops when told, and resumes with another size of shards', async () => {
    const expected = await reference();
    const folder = await scratch();
    const controller = new AbortController();
    const error = await failureOf(
      executeRun(plan, {
        folder,
        executor: drawsPool(2, { delayMs: 10 }),
        signal: controller.signal,
        onProgress: ({ done }) => {
          if (done === 3) {
            controller.abort();
          }
        },
      }),
    );
    expect(error).toBeInstanceOf(StoppedError);
    const { done, total, exitCode } = error as StoppedError;
    expect(total).toBe(10);
    expect(exitCode).toBe(130);
    const manifest = await readManifest(folder);
    expect(manifest?.state).toBe('stopped');
    expect(manifest?.sessions).toMatchObject([{ workers: 2, shardsComputed: done }]);
    expect(manifest?.shards.filter((shard) => 'file' in shard)).toHaveLength(done);
    expect((await readdir(folder)).sort()).toEqual(['manifest.json', 'shards']);

    const executor = countingExecutor();
    await complete(drawsPlan({ draws, shardSize: 250 }), folder, { executor });
    expect(executor.computed).toHaveLength(10 - done);
    expect(await tablesOf(folder)).toEqual(expected);
    expect((await readManifest(folder))?.state).toBe('complete');
  });

  it('leaves a complete run complete if it is stopped before it does anything', async () => {
    const folder = await scratch();
    await complete(plan, folder);
    const before = await readFile(join(folder, 'manifest.json'), 'utf8');
    const executor = countingExecutor();
    for (const late of [false, true]) {
      const controller = new AbortController();
      if (!late) {
        controller.abort();
      }
      const stop = () => controller.abort();
      const options = { folder, executor, signal: controller.signal, onProgress: stop };
      const error = await failureOf(executeRun(plan, options));
      expect(error).toMatchObject({ name: 'StoppedError', done: 10, total: 10 });
      expect(await readFile(join(folder, 'manifest.json'), 'utf8')).toBe(before);
    }
  });

  it('keeps what was done when a shard fails, and resumes', async () => {
    const expected = await reference();
    const folder = await scratch();
    const failing = drawsPool(2, { misbehave: { 'draws-600-700': 'throw' } });
    const error = await failureOf(executeRun(plan, { folder, executor: failing }));
    expect(error).toBeInstanceOf(RunError);
    expect(error.message).toContain('draws-600-700');
    expect((await readManifest(folder))?.state).toBe('stopped');

    const executor = countingExecutor();
    await complete(plan, folder, { executor });
    expect(executor.computed.length).toBeLessThanOrEqual(4);
    expect(executor.computed).toContain('draws-600-700');
    expect(await tablesOf(folder)).toEqual(expected);
  });

  it('does not merge a shard that is damaged after it was computed', async () => {
    const folder = await scratch();
    const error = await failureOf(
      executeRun(plan, {
        folder,
        executor: {
          ...countingExecutor(),
          run: async (...run) => {
            await countingExecutor().run(...run);
            await flipBit(join(folder, 'shards', 'draws-0-100.arrow'));
          },
        },
      }),
    );
    expect(error).toBeInstanceOf(RunError);
    expect(error.message).toContain('draws-0-100 was damaged');
    expect((await readdir(folder)).sort()).toEqual(['manifest.json', 'shards']);
  });

  it('holds the folder until the run is completed or closed', async () => {
    const folder = await scratch();
    const run = await executeRun(plan, { folder, executor: countingExecutor() });
    const options = { folder, executor: countingExecutor() };
    expect(await failureOf(executeRun(plan, options))).toBeInstanceOf(UserError);
    run.close();
    expect((await readManifest(folder))?.state).toBe('stopped');
    run.complete();
    expect((await readManifest(folder))?.state).toBe('stopped');
    const again = await executeRun(plan, options);
    expect(again.unchanged).toBe(false);
    again.complete();
    expect((await readManifest(folder))?.state).toBe('complete');
    expect(await readdir(folder)).not.toContain('run.lock');
  });
});

describe('writeArtifact', () => {
  it('writes the file and records it once', async () => {
    const folder = await scratch();
    const run = await executeRun(plan, { folder, executor: countingExecutor() });
    run.writeArtifact('summary.json', '{"a":"ä"}');
    run.writeArtifact('figure.png', Uint8Array.of(1, 2));
    run.writeArtifact('figure.png', Uint8Array.of(1, 2, 3));
    run.complete();
    const sha256 = createHash('sha256')
      .update(Uint8Array.of(1, 2, 3))
      .digest('hex');
    expect(await readFile(join(folder, 'figure.png'))).toEqual(Buffer.of(1, 2, 3));
    expect((await readManifest(folder))?.artifacts).toMatchObject([
      { file: 'summary.json', bytes: 10 },
      { file: 'figure.png', bytes: 3, sha256 },
    ]);

    const rerun = await executeRun(plan, { folder, executor: countingExecutor() });
    expect(rerun.unchanged).toBe(true);
    rerun.close();
    await writeFile(join(folder, 'figure.png'), 'another');
    const changed = await executeRun(plan, { folder, executor: countingExecutor() });
    expect(changed.unchanged).toBe(false);
    changed.close();
  });

  it('refuses names that are not its own', async () => {
    const folder = await scratch();
    const run = await executeRun(plan, { folder, executor: countingExecutor() });
    for (const name of ['../up.txt', 'a/b', '', '.hidden', 'manifest.json', 'draws.parquet']) {
      expect(() => run.writeArtifact(name, '')).toThrow(RunError);
    }
    run.close();
  });
});
