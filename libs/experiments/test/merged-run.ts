import { executeRun, inlineExecutor, serveShards, type TableRecord } from '@resdiff/runtime';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { queryDuckDb } from '../../tables/test/duckdb.ts';
import type { Experiment, Settings } from '../src/experiment.ts';

export interface MergedRun {
  readonly shards: number;
  readonly tables: readonly TableRecord[];
  /** What DuckDB answers, where TABLE stands for the Parquet file. */
  readonly query: (sql: string) => ReturnType<typeof queryDuckDb>;
}

/** The merged tables of a run whose shards are computed in this thread. */
export async function mergedRun<Resolved extends Settings>(
  experiment: Experiment<Resolved>,
  settings: Resolved,
  shardSize: number,
): Promise<MergedRun> {
  const folder = mkdtempSync(join(tmpdir(), 'resdiff-experiments-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const executor = inlineExecutor(
    serveShards(({ shard }, context) => experiment.compute(settings, shard.task, context)),
  );
  const plan = {
    pipeline: 'test',
    experiment: experiment.name,
    config: settings,
    seed: '1',
    schema: experiment.table(settings),
    versions: {},
    shards: experiment.plan(settings, shardSize).shards,
  };
  const run = await executeRun(plan, { folder, executor });
  run.close();
  const { shards, tables } = run.manifest;
  const [{ file }] = tables;
  return {
    shards: shards.length,
    tables,
    query: (sql) => queryDuckDb(sql.replaceAll('TABLE', `'${join(folder, file)}'`)),
  };
}

/** The experiment with the rows of another seed, under the seed that it is given. */
export function reseeded<Resolved extends Settings>(
  experiment: Experiment<Resolved>,
  seed: string,
): Experiment<Resolved> {
  return {
    ...experiment,
    compute: (settings, task, context) => experiment.compute({ ...settings, seed }, task, context),
  };
}

/** Of each column its name, average, count of rows and share of nulls in percent, by SUMMARIZE. */
export function summarised({ query }: MergedRun) {
  return query(
    `select column_name, "avg"::double, count, null_percentage::double from (summarize from TABLE)`,
  );
}
