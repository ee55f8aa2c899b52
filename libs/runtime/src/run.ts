import { readArrowBatches, writeFileAtomic, type Batch } from '@resdiff/tables';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DiskFullError, isDiskFull, ReportedError, RunError, StoppedError } from './errors.ts';
import { checkpointsIn, takeStockOfCheckpoints, type FoundCheckpoints } from './checkpoint.ts';
import type { Executor, ShardTask } from './executors/executor.ts';
import { openRunFolder, type RunFolder } from './folder.ts';
import type { JsonValue } from './json.ts';
import { removeLeftovers } from './leftovers.ts';
import { lockName } from './lock.ts';
import { isDone, manifestName, type FileRecord, type Manifest } from './manifest.ts';
import { mergeShards, tableFiles } from './merge.ts';
import { checkPlan, type RunPlan, type Shard } from './plan.ts';
import { RunLog } from './run-log.ts';
import { filesFolder, shardsFolder } from './shard-paths.ts';
import { fileDamage, verifyShards, type DamagedShard } from './shard-store.ts';

export interface RunProgress {
  /** Shards that are done, those of earlier sessions included. */
  readonly done: number;
  readonly total: number;
  /** Estimated CPU seconds of the shards that are done, and of the parts done of those at work. */
  readonly doneCost: number;
  readonly totalCost: number;
  /** Shards that earlier sessions had done. */
  readonly resumed: number;
  /** Shards that go on from a checkpoint of an earlier session. */
  readonly continued: number;
  /** Estimated CPU seconds of what earlier sessions had done, the parts in checkpoints included. */
  readonly resumedCost: number;
  /** Shards of earlier sessions that have to be computed again, and why. */
  readonly damaged: readonly DamagedShard[];
  /** Shards that start from their beginning since their checkpoint does not hold, and why. */
  readonly damagedCheckpoints: readonly DamagedShard[];
  /** Wall seconds since computing began. */
  readonly elapsed: number;
}

export interface RunOptions {
  /** The run folder; see {@link defaultRunFolder}. */
  readonly folder: string;
  /** Closed by whoever made it. */
  readonly executor: Executor;
  /** Stops the run once aborted: finished shards are kept, and {@link StoppedError} is thrown. */
  readonly signal?: AbortSignal;
  /** Called before the first shard, after each, and now and then while shards are at work. */
  readonly onProgress?: (progress: RunProgress) => void;
  /** The command line, for the manifest. */
  readonly command?: string;
}

/** What an experiment said of a shard beside its rows. */
export interface ShardNotes {
  readonly id: string;
  readonly task: JsonValue;
  readonly notes: JsonValue;
}

/** A run whose shards are all computed and merged, and whose folder is still locked. */
export interface Run {
  readonly folder: string;
  /** Whether the run was complete before, and all its files are as they were recorded. */
  readonly unchanged: boolean;
  /** As of now. */
  readonly manifest: Manifest;
  /** In the order of the table. */
  readonly notes: readonly ShardNotes[];
  /** The rows of the merged table, in order. */
  batches(): AsyncIterable<Batch>;
  /**
   * Writes a file beside the tables, in one step, and records it in the manifest.
   *
   * @throws {RunError} if `name` is not a plain file name or belongs to the runtime.
   * @throws {DiskFullError}
   */
  writeArtifact(name: string, data: string | Uint8Array): void;
  /** Records the run as complete and gives the folder free. */
  complete(): void;
  /** Gives the folder free; a run that was not completed is recorded as stopped. */
  close(): void;
}

/**
 * Brings the run in `folder` to where all its shards are computed and merged into
 * `<table>.parquet` and `<table>.arrow`. What earlier sessions finished, and what still has its
 * checksum, is not computed again.
 *
 * @throws {UserError} if the folder cannot be used for this run; see {@link openRunFolder}.
 * @throws {RunError} if a shard fails; {@link DiskFullError} if there is no room.
 * @throws {StoppedError} if the signal was aborted.
 */
export async function executeRun(
  plan: RunPlan,
  { folder, executor, signal = new AbortController().signal, onProgress, command }: RunOptions,
): Promise<Run> {
  checkPlan(plan);
  const opened = await openRunFolder(folder, plan);
  const { manifest, lock } = opened;
  let log: RunLog | undefined;
  try {
    const { done, damaged } = await verifyShards(folder, manifest, signal);
    log = new RunLog(folder, manifest, done, { workers: executor.workers, command });
    const missing = manifest.shards.filter(({ id }) => !done.has(id));
    const unfinished = new Set(missing.map(({ id }) => id));
    const checkpoints = await takeStockOfCheckpoints(folder, manifest.shards, unfinished, signal);
    const tablesHold = missing.length === 0 && (await haveTables(opened, plan));
    const unchanged =
      tablesHold && manifest.state === 'complete' && (await allHold(folder, manifest.artifacts));

    if (!unchanged) {
      log.start(tablesHold ? manifest.tables : []);
    }
    const found = { missing, damaged, checkpoints };
    await computeShards(plan, opened, found, { log, executor, signal, onProgress });
    if (!tablesHold) {
      log.setTables(await mergeShards(folder, log.manifest, plan.schema, signal));
    }
    return openedRun(plan, opened, log, unchanged);
  } catch (error) {
    await stop(opened, log);
    lock.release();
    if (signal.aborted && error === signal.reason) {
      const done = log?.receipts.size ?? manifest.shards.filter(isDone).length;
      const checkpoints = (await checkpointsIn(folder)).length;
      throw new StoppedError(done, manifest.shards.length, checkpoints);
    }
    throw explained(error, folder);
  }
}

/** What earlier sessions left to do, and of it begun. */
interface Unfinished {
  readonly missing: readonly Shard[];
  readonly damaged: readonly DamagedShard[];
  readonly checkpoints: FoundCheckpoints;
}

/** Milliseconds between two reports of progress, those of finished shards aside. */
const PROGRESS_MS = 100;

interface Computing {
  readonly log: RunLog;
  readonly executor: Executor;
  readonly signal: AbortSignal;
  readonly onProgress: ((progress: RunProgress) => void) | undefined;
}

/** @throws the reason of the signal if it is aborted, even if every shard is done. */
async function computeShards(
  plan: RunPlan,
  { path: folder, manifest }: RunFolder,
  { missing, damaged, checkpoints }: Unfinished,
  { log, executor, signal, onProgress }: Computing,
): Promise<void> {
  const { runId, experiment, config, seed, versions, shards } = manifest;
  const costs = new Map(shards.map(({ id, cost }) => [id, cost]));
  /** Parts of shards that are not done, 0 to 1. */
  const begun = new Map(checkpoints.progress);
  const begunCost = ([id, part]: readonly [string, number]) => part * (costs.get(id) ?? 0);
  const remaining = ({ id, cost }: Shard) => cost * (1 - (begun.get(id) ?? 0));
  const order = missing
    .map((shard) => ({ shard, cost: remaining(shard) }))
    .sort((a, b) => b.cost - a.cost);
  const tasks = order.map(({ shard: { id, task, rows, cost } }): ShardTask => {
    const shard = { id, task, rows, cost };
    return { folder, runId, experiment, config, seed, schema: plan.schema, versions, shard };
  });

  const totalCost = sum(costs.values());
  const resumed = shards.length - missing.length;
  let doneShardsCost = totalCost - sum(missing.map(({ cost }) => cost));
  const resumedCost = doneShardsCost + sum([...begun].map(begunCost));
  const started = performance.now();
  let done = resumed;
  let doneCost = resumedCost;
  let reported = -Infinity;
  const report = () => {
    // Sums of the same parts in another order may differ in their last digits.
    doneCost = Math.max(doneCost, doneShardsCost + sum([...begun].map(begunCost)));
    reported = performance.now();
    onProgress?.({
      done,
      total: shards.length,
      doneCost,
      totalCost,
      resumed,
      continued: checkpoints.progress.size,
      resumedCost,
      damaged,
      damagedCheckpoints: checkpoints.damaged,
      elapsed: (reported - started) / 1000,
    });
  };

  report();
  await executor.run(tasks, {
    signal,
    onReceipt: (receipt) => {
      log.addReceipt(receipt);
      done += 1;
      begun.delete(receipt.id);
      doneShardsCost += costs.get(receipt.id) ?? 0;
      report();
    },
    onProgress: (id, fraction) => {
      const before = begun.get(id) ?? 0;
      if (fraction > before) {
        begun.set(id, fraction);
        if (performance.now() - reported >= PROGRESS_MS) {
          report();
        }
      }
    },
  });
  signal.throwIfAborted();
}

function openedRun(plan: RunPlan, opened: RunFolder, log: RunLog, unchanged: boolean): Run {
  const { path: folder, lock } = opened;
  const { parquet, arrow } = tableFiles(plan.schema.name);
  const reserved = [manifestName, lockName, shardsFolder, filesFolder, parquet, arrow];
  let open = true;

  const end = (state: 'stopped' | 'complete') => {
    if (open) {
      open = false;
      try {
        explaining(folder, () => log.end(state));
      } finally {
        lock.release();
      }
    }
  };

  return {
    folder,
    unchanged,
    get manifest() {
      return log.manifest;
    },
    notes: log.manifest.shards.map(({ id, task }) => ({
      id,
      task,
      notes: log.receipts.get(id)?.notes ?? null,
    })),
    batches: () => readArrowBatches(join(folder, arrow)),
    writeArtifact: (name, data) => {
      if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(name) || reserved.includes(name)) {
        throw new RunError(
          `${JSON.stringify(name)} cannot be an artifact's name: it is a plain file name other than ${reserved.join(', ')}.`,
        );
      }
      explaining(folder, () => {
        writeFileAtomic(join(folder, name), data);
        log.addArtifact(recordOf(name, data));
      });
    },
    complete: () => end('complete'),
    close: () => end('stopped'),
  };
}

async function haveTables({ path, manifest }: RunFolder, plan: RunPlan): Promise<boolean> {
  const files = Object.values(tableFiles(plan.schema.name));
  const recorded = manifest.tables.filter(({ file }) => files.includes(file));
  return recorded.length === files.length && (await allHold(path, recorded));
}

async function allHold(folder: string, records: readonly FileRecord[]): Promise<boolean> {
  for (const record of records) {
    if ((await fileDamage(folder, record)) !== undefined) {
      return false;
    }
  }
  return true;
}

/** Leaves the folder as a stopped run; what hinders that is less than what stopped the run. */
async function stop({ path }: RunFolder, log: RunLog | undefined): Promise<void> {
  try {
    await removeLeftovers(path);
    log?.end('stopped');
  } catch {
    return;
  }
}

function recordOf(file: string, data: string | Uint8Array): FileRecord {
  const bytes = typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength;
  return { file, bytes, sha256: createHash('sha256').update(data).digest('hex') };
}

function explaining(folder: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    throw explained(error, folder);
  }
}

function explained(error: unknown, folder: string): unknown {
  return isDiskFull(error) && !(error instanceof ReportedError)
    ? new DiskFullError(folder, error)
    : error;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) {
    total += value;
  }
  return total;
}
