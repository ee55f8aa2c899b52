import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { drawsPlan } from '../test/draws.ts';
import {
  commandOf,
  complete,
  countingExecutor,
  drawsPool,
  failureOf,
  scratch,
  tablesOf,
} from '../test/support.ts';
import { drawsSweep } from '../test/sweep.ts';
import { readColumn, readProvenance } from '../test/tables.ts';
import { unitsExecutor, unitsPool } from '../test/units-support.ts';
import { unitsPlan } from '../test/units.ts';
import { UserError } from './errors.ts';
import { openRunFolder } from './folder.ts';
import { lockFolder } from './lock.ts';
import { readManifest } from './manifest.ts';
import { mergeRun } from './merge-run.ts';
import type { RunPlan } from './plan.ts';
import { executeRun } from './run.ts';
import { workOnShards } from './work.ts';

const grid = [
  { draws: 40, seed: '7' },
  { draws: 30, seed: '8' },
];
const sweep = drawsSweep(grid, 10);
const { schema } = sweep;
const ids = sweep.shards.map(({ id }) => id);

/** A folder that is ready for work, as submitting leaves it. */
async function prepared(plan: RunPlan = sweep): Promise<string> {
  const folder = await scratch();
  (await openRunFolder(folder, plan)).lock.release();
  return folder;
}

async function merged(folder: string): Promise<void> {
  (await mergeRun(folder, { schema })).complete();
}

describe('workOnShards', () => {
  it('computes what is asked for and not done, by the manifest alone', async () => {
    const folder = await prepared();
    const manifest = await readFile(join(folder, 'manifest.json'));
    const lock = lockFolder(folder);
    const executor = countingExecutor();
    const first = await workOnShards(folder, ids.slice(0, 3), { executor, schema });
    expect(first).toEqual({ done: ids.slice(0, 3), failed: [], stopped: [], checkpointed: [] });
    await truncate(join(folder, 'shards', `${ids[2]}.arrow`), 20);

    const second = countingExecutor();
    const { done } = await workOnShards(folder, ids.toReversed(), { executor: second, schema });
    expect(done).toEqual(ids.toReversed());
    expect(second.computed.toSorted()).toEqual(ids.slice(2).toSorted());
    expect(await readFile(join(folder, 'manifest.json'))).toEqual(manifest);
    lock.release();

    await merged(folder);
    const local = await scratch();
    await complete(sweep, local);
    expect(await tablesOf(folder)).toEqual(await tablesOf(local));
  });

  it('goes on after a failure, and says what failed and in which job', async () => {
    const folder = await prepared();
    const executor = drawsPool(2, { misbehave: { [ids[1]]: 'throw', [ids[5]]: 'exit' } });
    const options = { executor, schema, job: '17_3', retries: 0 };
    const { done, failed, stopped } = await workOnShards(folder, ids, options);
    expect(done).toEqual(ids.filter((id) => ![ids[1], ids[5]].includes(id)));
    expect(stopped).toEqual([]);
    expect(failed.toSorted((a, b) => (a.point ?? 0) - (b.point ?? 0))).toMatchObject([
      { shard: ids[1], point: 0, message: 'width 0 is too narrow', job: '17_3' },
      { shard: ids[5], point: 1, message: 'worker exited with code: 3', job: '17_3' },
    ]);
    expect(await readdir(join(folder, 'failures'))).toHaveLength(2);
    await workOnShards(folder, ids, { executor: countingExecutor(), schema });
    expect(await readdir(join(folder, 'failures'))).toEqual([]);
  });

  it('stops when told: what is at work keeps a checkpoint, and goes on from it', async () => {
    const plan = unitsPlan([600, 600, 3]);
    const folder = await prepared(plan);
    const all = plan.shards.map(({ id }) => id);
    const controller = new AbortController();
    const outcome = await workOnShards(folder, all, {
      executor: unitsPool(2, { delayMs: 5, every: 10_000 }),
      schema: plan.schema,
      signal: controller.signal,
      onProgress: ({ doneCost }) => {
        if (doneCost > 4) controller.abort();
      },
    });
    expect(outcome).toEqual({
      done: [],
      failed: [],
      stopped: all,
      checkpointed: ['units-0', 'units-1'],
    });
    const units: number[] = [];
    const executor = unitsExecutor({ every: 10_000, before: (_, unit) => units.push(unit) });
    const rest = await workOnShards(folder, all, { executor, schema: plan.schema });
    expect(rest.done).toEqual(all);
    expect(units.length).toBeLessThan(1203);
    await merged(folder);
    const local = await scratch();
    await complete(plan, local, { executor: unitsExecutor({ every: 10_000 }) });
    expect(await tablesOf(folder)).toEqual(await tablesOf(local));
  });

  it('does nothing if it is stopped beforehand', async () => {
    const folder = await prepared();
    const executor = countingExecutor();
    const signal = AbortSignal.abort();
    const outcome = await workOnShards(folder, ids, { executor, schema, signal });
    expect(outcome).toEqual({ done: [], failed: [], stopped: ids, checkpointed: [] });
    expect(executor.computed).toEqual([]);
  });

  it('comes to the same bytes beside a twin that computes the same shards', async () => {
    const plan = drawsPlan({ draws: 4000, shardSize: 100 });
    const folder = await prepared(plan);
    const start = String(Date.now() + 1000);
    const twins = [1, 2].map(() =>
      spawn(process.execPath, commandOf('work-child', folder, start), {
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
    const said = twins.map(async (child) => {
      const lines: string[] = [];
      createInterface(child.stdout).on('line', (line) => lines.push(line));
      expect(await once(child, 'close')).toEqual([0, null]);
      return lines;
    });
    expect(await Promise.all(said)).toEqual([['40'], ['40']]);
    const names = await readdir(join(folder, 'shards'));
    expect(names.filter((name) => !/^draws-\d+-\d+\.(arrow|json)$/.test(name))).toEqual([]);
    await merged(folder);
    const local = await scratch();
    await complete(plan, local);
    expect(await tablesOf(folder)).toEqual(await tablesOf(local));
  });

  it('leaves what other processes are writing', async () => {
    const folder = await prepared();
    const host = hostname().replace(/[^A-Za-z0-9-]/g, '-');
    const own = `.${ids[0]}.arrow.${host}.${process.pid}.0123456789ab.tmp`;
    const others = `.${ids[0]}.arrow.${host}.${process.ppid}.0123456789ab.tmp`;
    for (const name of [own, others]) await writeFile(join(folder, 'shards', name), 'half');
    await workOnShards(folder, ids, { executor: countingExecutor(), schema });
    expect(await readdir(join(folder, 'shards'))).toEqual(expect.arrayContaining([own, others]));
  });

  it('refuses shards that the run does not have, and folders without a run', async () => {
    const folder = await prepared();
    const options = { executor: countingExecutor(), schema };
    const unknown = await failureOf(workOnShards(folder, [ids[0], 'draws-0-10'], options));
    expect(unknown).toBeInstanceOf(UserError);
    expect(unknown.message).toBe(`The run in ${folder} has no shard draws-0-10.`);
    const nothing = await failureOf(workOnShards(await scratch(), ids, options));
    expect(nothing).toBeInstanceOf(UserError);
    expect(nothing.message).toContain('is not a run folder: it has no manifest.json');
  });
});

describe('mergeRun', () => {
  it('refuses while shards are missing, names them and leaves the folder as it was', async () => {
    const folder = await prepared();
    const executor = drawsPool(2, { misbehave: { [ids[1]]: 'throw' } });
    await workOnShards(folder, ids.slice(0, 6), { executor, schema });
    await truncate(join(folder, 'shards', `${ids[2]}.arrow`), 20);
    const manifest = await readFile(join(folder, 'manifest.json'));
    const error = await failureOf(mergeRun(folder, { schema }));
    expect(error).toBeInstanceOf(UserError);
    const columns = (point: number, rest: string) => `(point ${point}, ${rest})`;
    const [seventh, eighth] = ['gridDraws 5, gridSeed 7, gridEven true, gridLaw seed 7'].concat(
      'gridDraws 3.75, gridSeed 8, gridEven true, gridLaw seed 8',
    );
    expect(error.message.split('\n')).toEqual([
      `3 of 7 shards are missing in ${folder}:`,
      `  ${ids[1]} ${columns(0, seventh)}: failed: width 0 is too narrow`,
      `  ${ids[2]} ${columns(0, seventh)}: shards/${ids[2]}.arrow has 20 bytes, not 1458`,
      `  ${ids[6]} ${columns(1, eighth)}: not done yet`,
    ]);
    expect(await readFile(join(folder, 'manifest.json'))).toEqual(manifest);
    expect((await readdir(folder)).toSorted()).toEqual(['failures', 'manifest.json', 'shards']);
  });

  it('merges what is there if told so, and the whole once it is', async () => {
    const folder = await prepared();
    const executor = drawsPool(2, { misbehave: { [ids[1]]: 'throw' } });
    await workOnShards(folder, ids.slice(0, 6), { executor, schema });
    const partial = await mergeRun(folder, { schema, partial: true, command: 'merge' });
    expect(partial.missing).toEqual([ids[1], ids[6]]);
    expect(partial.failures.map(({ shard }) => shard)).toEqual([ids[1]]);
    partial.writeArtifact('summary.json', '{}');
    partial.complete();
    const draws = await readColumn(join(folder, 'draws.arrow'), 'draw');
    expect(draws).toHaveLength(50);
    expect(await readProvenance(join(folder, 'draws.arrow'))).toMatchObject({
      partial: { missing: [ids[1], ids[6]] },
    });
    expect(await readManifest(folder)).toMatchObject({
      state: 'partial',
      sessions: [{ workers: 0, shardsComputed: 0, command: 'merge' }],
      artifacts: [{ file: 'summary.json' }],
    });

    await workOnShards(folder, ids, { executor: countingExecutor(), schema });
    const whole = await mergeRun(folder, { schema, partial: true });
    expect([whole.missing, whole.unchanged]).toEqual([[], false]);
    whole.complete();
    expect((await mergeRun(folder, { schema })).unchanged).toBe(true);
    const local = await scratch();
    await complete(sweep, local);
    expect(await tablesOf(folder)).toEqual(await tablesOf(local));
    expect(await readProvenance(join(folder, 'draws.arrow'))).not.toHaveProperty('partial');
  });

  it('comes to the bytes of a local run whatever the order of the work', async () => {
    const local = await scratch();
    await complete(sweep, local, { executor: drawsPool(2) });
    const folder = await prepared();
    for (const id of ids.toReversed()) {
      await workOnShards(folder, [id], { executor: countingExecutor(), schema });
    }
    await merged(folder);
    expect(await tablesOf(folder)).toEqual(await tablesOf(local));
    const rerun = await executeRun(sweep, { folder, executor: countingExecutor() });
    expect(rerun.unchanged).toBe(true);
    rerun.close();
  });

  it('leaves out a shard whose bytes have changed, or refuses', async () => {
    const folder = await prepared();
    await workOnShards(folder, ids, { executor: countingExecutor(), schema });
    const path = join(folder, 'shards', `${ids[3]}.arrow`);
    const bytes = await readFile(path);
    bytes[bytes.length >> 1] ^= 4;
    await writeFile(path, bytes);
    const error = await failureOf(mergeRun(folder, { schema }));
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toContain('1 of 7 shards are missing');
    expect(error.message).toContain(`shards/${ids[3]}.arrow has another checksum`);
    const run = await mergeRun(folder, { schema, partial: true });
    expect(run.missing).toEqual([ids[3]]);
    run.complete();
    expect(await readColumn(join(folder, 'draws.arrow'), 'draw')).toHaveLength(60);
  });

  it('refuses if nothing is done, if the folder is locked, and where no run is', async () => {
    const folder = await prepared();
    const nothing = await failureOf(mergeRun(folder, { schema, partial: true }));
    expect(nothing.message).toContain('7 of 7 shards are missing');
    expect(nothing.message).toContain('\n  and 2 more');
    const lock = lockFolder(folder);
    expect((await failureOf(mergeRun(folder, { schema }))).message).toContain('already works in');
    lock.release();
    const empty = await scratch();
    expect((await failureOf(mergeRun(empty, { schema }))).message).toContain('is not a run folder');
    expect(await readdir(empty)).toEqual([]);
  });

  it('stops when told', async () => {
    const folder = await prepared();
    await workOnShards(folder, ids, { executor: countingExecutor(), schema });
    const error = await failureOf(mergeRun(folder, { schema, signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ name: 'StoppedError', total: 7 });
    expect((await readdir(folder)).toSorted()).toEqual(['manifest.json', 'shards']);
  });
});

it('takes the shards of an equal point of another sweep, if they are put there', async () => {
  const [folder, other] = [await prepared(), await scratch()];
  await complete(drawsSweep([grid[1]], 10), other);
  await mkdir(join(folder, 'shards'), { recursive: true });
  for (const name of await readdir(join(other, 'shards'))) {
    await copyFile(join(other, 'shards', name), join(folder, 'shards', name));
  }
  const executor = countingExecutor();
  await workOnShards(folder, ids, { executor, schema });
  expect(executor.computed).toEqual(ids.slice(0, 4));
  await rm(join(folder, 'manifest.json'));
  expect((await failureOf(mergeRun(folder, { schema }))).message).toContain('is not a run folder');
});
