import { writeFileAtomic } from '@resdiff/tables';
import { mkdirSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { systemCode, type ShardFailedError } from './errors.ts';
import { failureFile, failuresFolder } from './shard-paths.ts';
import type { Shard } from './plan.ts';
import * as is from './shape.ts';

/** How a shard failed that is not done since. */
export interface FailureRecord {
  readonly shard: string;
  /** In a sweep, the index of the shard's point. */
  readonly point?: number;
  readonly message: string;
  readonly stack?: string;
  /** How many times it was computed in the session that gave it up. */
  readonly attempts: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly host: string;
  /** The job of a cluster in which it failed. */
  readonly job?: string;
}

const recordShape = is.object({
  shard: is.text,
  point: is.optional(is.count),
  message: is.text,
  stack: is.optional(is.text),
  attempts: is.count,
  at: is.text,
  host: is.text,
  job: is.optional(is.text),
});

/** Writes `failures/<shard id>.json`, in one step. */
export function recordFailure(
  folder: string,
  { id, point }: Pick<Shard, 'id' | 'point'>,
  { reason, attempts, cause }: ShardFailedError,
  job?: string,
): FailureRecord {
  const stack = cause instanceof Error ? cause.stack : undefined;
  const record: FailureRecord = {
    shard: id,
    ...(point !== undefined && { point }),
    message: reason,
    ...(stack !== undefined && { stack }),
    attempts,
    at: new Date().toISOString(),
    host: hostname(),
    ...(job !== undefined && { job }),
  };
  makeFolder(join(folder, failuresFolder));
  writeFileAtomic(join(folder, failureFile(id)), `${JSON.stringify(record, null, 2)}\n`);
  return record;
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') {
      throw error;
    }
  }
}

/** Does nothing if the shard has not failed. */
export async function removeFailure(folder: string, id: string): Promise<void> {
  await rm(join(folder, failureFile(id)), { force: true });
}

/** What is recorded of those of the shards that failed, in their order. */
export async function readFailures(
  folder: string,
  shards: readonly Pick<Shard, 'id'>[],
): Promise<FailureRecord[]> {
  const failed = new Set(await failuresIn(folder));
  const records = await Promise.all(
    shards.filter(({ id }) => failed.has(id)).map(({ id }) => readFailure(folder, id)),
  );
  return records.filter((record) => record !== undefined);
}

/** Undefined if there is no record, or none that can be read. */
async function readFailure(folder: string, id: string): Promise<FailureRecord | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(join(folder, failureFile(id)), 'utf8'));
    return recordShape(value, '') === undefined ? (value as FailureRecord) : undefined;
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

/** Removes the records of shards that are done after all. */
export async function removeOldFailures(
  folder: string,
  done: { has(id: string): boolean },
): Promise<void> {
  for (const id of await failuresIn(folder)) {
    if (done.has(id)) {
      await removeFailure(folder, id);
    }
  }
}

async function failuresIn(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, failuresFolder)).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') {
      return [];
    }
    throw error;
  });
  return names
    .filter((name) => name.endsWith('.json') && !name.startsWith('.'))
    .map((name) => name.slice(0, -'.json'.length));
}
