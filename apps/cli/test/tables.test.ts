import { findExperiment, readPipeline } from '@resdiff/experiments';
import { detachedContext } from '@resdiff/runtime';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pl from 'nodejs-polars';
import { beforeAll, describe, expect, it } from 'vitest';
import { queryDuckDb } from '../../../libs/tables/test/duckdb.ts';
import { figure2, resdiff, root, scratch, set } from './support.ts';

const [draws, inputs, width] = [150, [0, 1, -0.1], 5];
const overrides = set({
  draws,
  inputs,
  width,
  depth: 9,
  coordinates: 'all',
  seed: '12345678901234567890',
});
const processes = ['resnet', 'sde', 'limit'];

const folder = join(scratch(), 'run');
const parquet = join(folder, 'draws.parquet');
const arrow = join(folder, 'draws.arrow');

beforeAll(async () => {
  const words = ['run', figure2, ...overrides, '--shard-size=40', '--quiet', '--out', folder];
  expect(await resdiff(words)).toMatchObject({ code: 0, stderr: '' });
});

/** The rows that the experiment draws, as it says, in the order of the table. */
async function drawn(): Promise<unknown[][]> {
  const settings = overrides.filter((word) => word !== '--set');
  const pipeline = readPipeline(join(root, 'pipelines', figure2), { set: settings });
  const rows = processes.map(async (process) => {
    const task = { process, first: 0, count: draws };
    const content = await findExperiment('draws')!.compute(
      pipeline.settings,
      task,
      detachedContext(),
    );
    const [{ columns }] = [...(content.batches as Iterable<{ columns: { value: Float32Array } }>)];
    return [...columns.value].map((value, row) => {
      const perDraw = inputs.length * width;
      const input = Math.floor(row / width) % inputs.length;
      return [process, Math.floor(row / perDraw), input, inputs[input], row % width, value];
    });
  });
  return (await Promise.all(rows)).flat();
}

const rows = processes.length * draws * inputs.length * width;

describe('draws.parquet', () => {
  it('has the columns and the rows that were drawn, in their order: DuckDB', async () => {
    expect((await queryDuckDb(`describe from '${parquet}'`)).map((row) => row.slice(0, 2))).toEqual(
      [
        ['process', 'VARCHAR'],
        ['draw', 'INTEGER'],
        ['input', 'SMALLINT'],
        ['z', 'DOUBLE'],
        ['coordinate', 'SMALLINT'],
        ['value', 'FLOAT'],
      ],
    );
    const found = await queryDuckDb(`from '${parquet}'`);
    expect(found).toHaveLength(rows);
    expect(found).toEqual(await drawn());
  });

  it('has them for polars too', async () => {
    const frame = pl.readParquet(readFileSync(parquet));
    expect(frame.rows()).toEqual(await drawn());
  });

  it('says where it comes from in its metadata', async () => {
    const found = await queryDuckDb(
      `select decode(key), decode(value) from parquet_kv_metadata('${parquet}')`,
    );
    const metadata = Object.fromEntries(found) as Record<string, string>;
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    const { pipeline, experiment, config, seed, versions } = manifest;
    expect(JSON.parse(metadata.resdiff)).toEqual({ pipeline, experiment, config, seed, versions });
    expect(seed).toBe('12345678901234567890');
    expect(config).toMatchObject({ draws, inputs, width, depth: 9, activation: 'tanh', T: 1 });
    expect(Object.keys(versions as object).sort()).toEqual(['kernel', 'resdiff']);
  });

  it('has the moments of summary.json: SQL', async () => {
    const { estimates } = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as {
      estimates: { quantity: string; at: { process: string; z: unknown }; value: number }[];
    };
    const moments = await queryDuckDb(`
      select process, z, avg(value::double), var_samp(value::double)
      from '${parquet}' group by all`);
    expect(moments).toHaveLength(9);
    const pairs = await queryDuckDb(`
      select a.process, a.z, b.z, covar_samp(a.value::double, b.value::double),
        corr(a.value::double, b.value::double)
      from '${parquet}' a join '${parquet}' b using (process, draw, coordinate)
      where a.input < b.input group by all`);
    expect(pairs).toHaveLength(9);
    const expected = [
      ...moments.flatMap(([process, z, mean, variance]) => [
        ['mean', process, z, mean],
        ['variance', process, z, variance],
      ]),
      ...pairs.flatMap(([process, z, other, covariance, correlation]) => [
        ['covariance', process, [z, other], covariance],
        ['correlation', process, [z, other], correlation],
      ]),
    ];
    for (const [quantity, process, z, value] of expected) {
      const found = estimates.filter(
        ({ quantity: name, at }) =>
          name === quantity && at.process === process && String(at.z) === String(z),
      );
      expect(found).toHaveLength(process === 'limit' ? 1 : 2);
      for (const each of found) expect(each.value).toBeCloseTo(Number(value), 9);
    }
  });
});

describe('draws.arrow', () => {
  it('has the columns and the rows that were drawn, in their order: polars', async () => {
    const frame = pl.readIPC(readFileSync(arrow));
    const types = Object.entries(frame.schema as object).map(
      ([name, type]) => `${name}: ${String(type)}`,
    );
    expect(types).toEqual([
      'process: DataType(Categorical)',
      'draw: DataType(Int32)',
      'input: DataType(Int16)',
      'z: DataType(Float64)',
      'coordinate: DataType(Int16)',
      'value: DataType(Float32)',
    ]);
    expect(frame.rows()).toEqual(await drawn());
  });
});
