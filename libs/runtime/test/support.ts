import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject, onTestFinished } from 'vitest';
import {
  executeRun,
  inlineExecutor,
  poolExecutor,
  serveShards,
  type Executor,
  type PoolOptions,
  type Run,
  type RunOptions,
  type RunPlan,
  type ShardTask,
} from '../src/index.ts';
import type { DrawsWorkerData } from './draws-worker.ts';
import { computeDraws } from './draws.ts';

/** A variable that, if set, has the process of a device load sources and not the bundle. */
export const FROM_SOURCE = 'RESDIFF_TEST_FROM_SOURCE';

/** A module of this folder in the bundle, for threads and processes to load. */
export function bundled(name: string): URL {
  return new URL(`${name}.mjs`, inject('bundle'));
}

/** What Node is called with to run a module of this folder in a process of its own. */
export function commandOf(name: string, ...args: readonly string[]): string[] {
  return [fileURLToPath(bundled(name)), ...args];
}

/** A new folder that is removed after the test. */
export async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'resdiff-runtime-'));
  // Jobs and processes that are told to end may write a last line meanwhile.
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}

/** A pool of the draws worker that is closed after the test. */
export function drawsPool(
  workers: number,
  workerData: DrawsWorkerData = {},
  options: Partial<PoolOptions> = {},
): Executor {
  const executor = poolExecutor({
    worker: bundled('draws-worker'),
    workers,
    workerData,
    ...options,
  });
  onTestFinished(() => executor.close());
  return executor;
}

/** A file for the `log` of draws workers, and the shards in it, a line each time one is begun. */
export async function attemptsLog(): Promise<{ path: string; lines: () => string[] }> {
  const path = join(await scratch(), 'log');
  await writeFile(path, '');
  return { path, lines: () => readFileSync(path, 'utf8').split('\n').slice(0, -1) };
}

/** Computes draws in this thread and counts how many shards it computed. */
export function countingExecutor(): Executor & { readonly computed: string[] } {
  const computed: string[] = [];
  const serve = serveShards((task: ShardTask) => {
    computed.push(task.shard.id);
    return Promise.resolve(computeDraws(task));
  });
  return { ...inlineExecutor(serve), computed };
}

/** Runs the plan to its end, in this thread if no executor is given. */
export async function complete(
  plan: RunPlan,
  folder: string,
  options: Partial<RunOptions> = {},
): Promise<Run> {
  const run = await executeRun(plan, { folder, executor: countingExecutor(), ...options });
  run.complete();
  return run;
}

/** The SHA-256 of the merged tables. */
export async function tablesOf(folder: string): Promise<Record<'parquet' | 'arrow', string>> {
  const hash = async (name: string) =>
    createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex');
  return { parquet: await hash('draws.parquet'), arrow: await hash('draws.arrow') };
}

/** The error that `action` rejects with. */
export async function failureOf(action: Promise<unknown>): Promise<Error> {
  try {
    await action;
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected a failure');
}
