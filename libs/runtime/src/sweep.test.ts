import { readArrowBatches, readArrowMetadata, readArrowSchema } from '@resdiff/tables';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
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
import { drawsSweep } from '../test/sweep.ts';
import { readWithDuckDb } from '../../tables/test/duckdb.ts';
import { UserError } from './errors.ts';
import { readManifest } from './manifest.ts';
import { runId } from './plan.ts';
import { executeRun } from './run.ts';

const grid = [
  { draws: 25, seed: '7' },
  { draws: 10, seed: '8' },
  { draws: 32, seed: '7' },
];
const plan = drawsSweep(grid, 10);
const rows = grid.flatMap((each, point) =>
  Array.from({ length: each.draws }, (_, draw) => ({ ...each, point, draw })),
);

const expected = {
  point: rows.map(({ point }) => point),
  gridDraws: rows.map(({ draws }) => draws / 8),
  gridSeed: rows.map(({ seed }) => seed),
  gridEven: rows.map(({ draws }) => draws % 2 === 0),
  gridLaw: rows.map(({ seed }) => `seed ${seed}`),
  draw: rows.map(({ draw }) => draw),
  value: rows.map(({ seed, draw }) => drawValue(seed, draw)),
};

/** The columns of an Arrow file, with categories as strings. */
async function readArrow(path: string): Promise<Record<string, unknown[]>> {
  const { columns: schema } = await readArrowSchema(path);
  const found = Object.fromEntries(schema.map(({ name }) => [name, [] as unknown[]]));
  for await (const { columns } of readArrowBatches(path)) {
    for (const { name, type, values } of schema) {
      const meaning = (value: unknown) =>
        type === 'boolean' ? value === 1 : (values?.[value as number] ?? value);
      found[name]?.push(...Array.from((columns[name] ?? []) as ArrayLike<unknown>, meaning));
    }
  }
  return found;
}

/** A receipt without its timings. */
async function receipt(path: string): Promise<object> {
  const value = JSON.parse(await readFile(path, 'utf8')) as { seconds: number; checksum: string };
  expect(value.seconds).toBeGreaterThan(0);
  return { ...value, seconds: null, checksum: null };
}

describe('a sweep', () => {
  it('has the columns of its points before those of its shards, as other readers find them', async () => {
    const folder = await scratch();
    await complete(plan, folder);
    const found = await readWithDuckDb(join(folder, 'draws.parquet'));
    expect(Object.keys(found)).toEqual(Object.keys(expected));
    expect(found).toEqual(expected);
    expect(await readArrow(join(folder, 'draws.arrow'))).toEqual(expected);
    const metadata = await readArrowMetadata(join(folder, 'draws.arrow'));
    expect(JSON.parse(metadata.resdiff ?? '')).toEqual({
      pipeline: 'test-draws',
      experiment: 'draws',
      config: {},
      seed: '7',
      versions: { draws: '1' },
      points: plan.points,
    });
  });

  it('comes to the same bytes whatever the workers, the shards and the stops', async () => {
    const reference = await scratch();
    await complete(plan, reference);
    const tables = await tablesOf(reference);

    const pooled = await scratch();
    await complete(drawsSweep(grid, 7), pooled, { executor: drawsPool(2) });
    expect(await tablesOf(pooled)).toEqual(tables);

    const restarted = await scratch();
    const controller = new AbortController();
    const stopping = executeRun(plan, {
      folder: restarted,
      executor: countingExecutor(),
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done === 4) controller.abort();
      },
    });
    expect((await failureOf(stopping)).name).toBe('StoppedError');
    const executor = countingExecutor();
    await complete(plan, restarted, { executor });
    expect(executor.computed).toHaveLength(plan.shards.length - 4);
    expect(await tablesOf(restarted)).toEqual(tables);

    const other = await scratch();
    await complete(drawsSweep([...grid.slice(0, 2), { draws: 32, seed: '9' }], 10), other);
    expect((await tablesOf(other)).parquet).not.toBe(tables.parquet);
  });

  it('shares the shards of equal points with other sweeps, timings aside', async () => {
    const [one, other] = [await scratch(), await scratch()];
    await complete(plan, one);
    const second = drawsSweep([{ draws: 40, seed: '9' }, grid[2]], 10);
    await complete(second, other, { executor: drawsPool(2) });
    expect(runId(second)).not.toBe(runId(plan));
    expect(second.points?.[1]?.id).toBe(plan.points?.[2]?.id);

    const shared = plan.shards.filter(({ point }) => point === 2).map(({ id }) => id);
    expect(shared).toHaveLength(4);
    for (const id of shared) {
      const [mine, theirs] = [one, other].map((folder) => join(folder, 'shards', id));
      expect(await readFile(`${mine}.arrow`)).toEqual(await readFile(`${theirs}.arrow`));
      expect(await receipt(`${mine}.json`)).toEqual(await receipt(`${theirs}.json`));
    }
    const others = plan.shards.filter(({ point }) => point !== 2);
    const files = await readdir(join(other, 'shards'));
    expect(others.filter(({ id }) => files.includes(`${id}.arrow`))).toEqual([]);
  });

  it('gives the rows and notes of a point as those of a run of its own', async () => {
    const folder = await scratch();
    const run = await complete(plan, folder);
    const alone = await complete(drawsPlan({ draws: 25, shardSize: 10 }), await scratch());
    expect(run.notesOf(0)).toEqual(alone.notes);
    expect(run.notes).toHaveLength(plan.shards.length);
    expect(run.notes[0]?.id).toBe(`${plan.points?.[0]?.id}-draws-0-10`);
    const rowsOf = async (batches: ReturnType<typeof run.batches>) => {
      const values: number[] = [];
      for await (const { columns } of batches) {
        expect(Object.keys(columns)).toEqual(['draw', 'value']);
        values.push(...(columns.value as Float64Array));
      }
      return values;
    };
    expect(await rowsOf(run.batches(0))).toEqual(await rowsOf(alone.batches()));
    expect(await rowsOf(run.batches(1))).toEqual(rowsOfPoint(1));
    for (const point of [3, -1, 0.5]) {
      expect(() => run.batches(point)).toThrow(`The run has no point ${point}: it has 3.`);
      expect(() => run.notesOf(point)).toThrow(RangeError);
    }
    expect(() => alone.batches(0)).toThrow('The run has no point 0: it has 0.');
  });

  it('computes a receipt of another point again, and keeps its own', async () => {
    const folder = await scratch();
    await complete(plan, folder);
    const [first, , , fourth] = plan.shards.map(({ id }) => join(folder, 'shards', `${id}.json`));
    const text = await readFile(first, 'utf8');
    await writeFile(first, text.replace(plan.points?.[0]?.id ?? '', plan.points?.[1]?.id ?? ''));
    await writeFile(fourth, (await readFile(fourth, 'utf8')).replace(/"runId":"/, '"runId":"x'));
    const executor = countingExecutor();
    await complete(plan, folder, { executor });
    expect(executor.computed.toSorted()).toEqual(
      [plan.shards[0]?.id, plan.shards[3]?.id].toSorted(),
    );
  });

  it('keeps its points in the manifest, and its shards when the manifest is lost', async () => {
    const folder = await scratch();
    await complete(plan, folder);
    const manifest = await readManifest(folder);
    expect(manifest?.points).toEqual(plan.points);
    expect(manifest?.pointColumns).toEqual(plan.pointColumns);
    expect(manifest?.shards.map(({ point }) => point)).toEqual([0, 0, 0, 1, 2, 2, 2, 2]);

    await writeFile(join(folder, 'manifest.json'), '');
    expect(await failureOf(complete(plan, folder))).toBeInstanceOf(UserError);
    await rm(join(folder, 'manifest.json'));
    const executor = countingExecutor();
    await complete(plan, folder, { executor });
    expect(executor.computed).toEqual([]);
  });

  it('is refused in the folder of another, which is told by its grid', async () => {
    const folder = await scratch();
    await complete(plan, folder);
    const error = await failureOf(complete(drawsSweep(grid.slice(0, 2), 10), folder));
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toContain('gridDraws is [3.125,1.25,4] there and [3.125,1.25] here');
    expect(error.message).toContain('points is 3 there and 2 here');
  });
});

function rowsOfPoint(index: number): number[] {
  return rows.filter(({ point }) => point === index).map((row) => drawValue(row.seed, row.draw));
}

it('gives a plain run the id and the bytes that it has always had', async () => {
  const plain = drawsPlan({ draws: 100, shardSize: 30 });
  expect(runId(plain)).toBe('e62e045356ab');
  const folder = await scratch();
  await complete(plain, folder);
  const hash = async (name: string) =>
    createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex');
  expect(await tablesOf(folder)).toEqual({
    parquet: 'd731059b65e0fe716d95f4eef7da076b17d723f4bb2aa7634df686e03aefe618',
    arrow: 'c43990dd861135f60f497b98640e937a47baa83fc66328a22d81c55eb82b2821',
  });
  expect(await hash('shards/draws-30-60.arrow')).toBe(
    '969e8a261f8c9537b2f0924e1ef72b0c1d4ee9192a6b50ecc3c997f951799ff9',
  );
});
