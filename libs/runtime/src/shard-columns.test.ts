import type { ColumnSchema, TableSchema } from '@resdiff/tables';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawsPlan } from '../test/draws.ts';
import { complete, countingExecutor, failureOf, scratch } from '../test/support.ts';
import { UserError } from './errors.ts';
import { mergeRun } from './merge-run.ts';
import type { RunPlan } from './plan.ts';
import { executeRun } from './run.ts';
import { workOnShards } from './work.ts';

const plan = drawsPlan({ draws: 30, shardSize: 10 });
const [first] = plan.shards;

/** The same run in a program of the same version whose table has other columns. */
function otherProgram(change: (columns: readonly ColumnSchema[]) => ColumnSchema[]): RunPlan {
  const { name, columns } = plan.schema;
  return { ...plan, schema: { name, columns: change(columns) } };
}

const withNulls = otherProgram(([draw, value]) => [draw, { ...value, nullable: true }]);

/** All that is in a folder. */
async function contentOf(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name));
  return new Map(
    await Promise.all(
      files.sort().map(async (file) => [file, await readFile(file, 'latin1')] as const),
    ),
  );
}

describe('a run whose shards have other columns', () => {
  it.each([
    ['are null', withNulls, 'the column value is float64 there and float64 or null here'],
    [
      'are new',
      otherProgram((columns) => [
        ...columns,
        { name: 'law', type: 'category', values: ['a', 'b'], description: 'New.' },
      ]),
      'the column law is absent there and category (a, b) here',
    ],
    [
      'are gone',
      otherProgram(([, value]) => [value]),
      'the column draw is int32 there and absent here',
    ],
  ] as const)('is refused where they %s, and stays as it was', async (_, other, difference) => {
    const folder = await scratch();
    await complete(plan, folder);
    const before = await contentOf(folder);
    const { schema } = other;
    for (const action of [
      () => executeRun(other, { folder, executor: countingExecutor() }),
      () => workOnShards(folder, [first.id], { executor: countingExecutor(), schema }),
      () => mergeRun(folder, { schema }),
    ]) {
      const error = await failureOf(action());
      expect(error).toBeInstanceOf(UserError);
      expect(error.message).toBe(
        `${folder} was computed by another version of resdiff, whose table has other columns: in shards/${first.id}.arrow, ${difference}.`,
      );
      expect(error).toMatchObject({ exitCode: 2 });
      expect((error as UserError).remedy).toMatch(/^Give another folder/);
    }
    expect(await contentOf(folder)).toEqual(before);
  });

  it('is refused if only part of it has them', async () => {
    const folder = await scratch();
    await complete(plan, folder);
    const last = plan.shards.at(-1)!;
    await rm(join(folder, 'shards', `${first.id}.json`));
    const { schema } = withNulls;
    const failed = workOnShards(folder, [first.id, last.id], {
      executor: countingExecutor(),
      schema,
    });
    expect((await failureOf(failed)).message).toContain(`in shards/${last.id}.arrow`);
  });

  it('is taken if only what they mean is said in other words', async () => {
    const folder = await scratch();
    await complete(plan, folder);
    const reworded: TableSchema = otherProgram((columns) =>
      columns.map((column) => ({ ...column, description: 'Other words.' })).toReversed(),
    ).schema;
    const run = await mergeRun(folder, { schema: reworded });
    expect(run.unchanged).toBe(true);
    run.close();
  });
});
