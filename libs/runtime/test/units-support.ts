import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  executeRun,
  inlineExecutor,
  poolExecutor,
  serveShards,
  StoppedError,
  type Executor,
  type PoolOptions,
  type RunOptions,
  type RunPlan,
} from '../src/index.ts';
import { bundled, failureOf, scratch } from './support.ts';
import type { UnitsWorkerData } from './units-worker.ts';
import { computeUnits, type UnitsOptions } from './units.ts';

/** Computes units in this thread. */
export function unitsExecutor(options: UnitsOptions = {}): Executor {
  return inlineExecutor(serveShards((task, context) => computeUnits(task, context, options)));
}

/** A pool of the units worker that is closed after the test. */
export function unitsPool(
  workers: number,
  workerData: UnitsWorkerData = {},
  options: Partial<PoolOptions> = {},
): Executor {
  const worker = bundled('units-worker');
  const executor = poolExecutor({ worker, workers, workerData, ...options });
  onTestFinished(() => executor.close());
  return executor;
}

/** Runs the plan until unit `unit` of `shard` is about to be computed, and stops it there. */
export async function stoppedAt(
  plan: RunPlan,
  folder: string,
  [shard, unit]: readonly [string, number],
  options: Partial<RunOptions> = {},
): Promise<StoppedError> {
  const controller = new AbortController();
  const before = (id: string, at: number) => {
    if (id === shard && at === unit) {
      controller.abort();
    }
  };
  const executor = unitsExecutor({ before });
  const run = executeRun(plan, { folder, executor, signal: controller.signal, ...options });
  const error = await failureOf(run);
  if (!(error instanceof StoppedError)) {
    throw error;
  }
  return error;
}

/** A file for the log of units, and what is in it. */
export async function unitsLog(): Promise<{ path: string; lines: () => string[] }> {
  const path = join(await scratch(), 'log');
  const lines = () => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []);
  return { path, lines };
}
