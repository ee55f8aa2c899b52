import { takeStockOfCheckpoints } from './checkpoint.ts';
import { checkPlan } from './check-plan.ts';
import { computeRecording } from './compute-recording.ts';
import type { FailurePolicy, RunProgress } from './computing.ts';
import { ShardsFailedError } from './errors.ts';
import type { Executor } from './executors/executor.ts';
import { removeOldFailures, type FailureRecord } from './failures.ts';
import { openRunFolder } from './folder.ts';
import { removeLeftovers } from './leftovers.ts';
import type { Manifest } from './manifest.ts';
import { mergeShards } from './merge.ts';
import { earlierDevices, refuseMixedDevices } from './mixed-devices.ts';
import { openedRun, type Run } from './opened-run.ts';
import type { RunPlan } from './plan.ts';
import { shardTitle } from './points.ts';
import { RunLog } from './run-log.ts';
import { inSession } from './session.ts';
import { refuseOtherColumns } from './shard-columns.ts';
import { verifyShards } from './shard-store.ts';
import { allHold, tablesHold } from './tables-hold.ts';

export interface RunOptions extends FailurePolicy {
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
  /** Whether the other shards are computed when one has failed; the run then fails at the end. */
  readonly keepGoing?: boolean;
  /** Whether shards that fail, with `keepGoing`, may be missing from the tables instead. */
  readonly partial?: boolean;
  /** Whether devices of several kinds may compute the run, with what earlier sessions computed. */
  readonly mixedDevices?: boolean;
}

/**
 * Brings the run in `folder` to where all its shards are computed and merged into
 * `<table>.parquet` and `<table>.arrow`. What earlier sessions finished, and what still has its
 * checksum, is not computed again. How a shard failed is kept in `failures/<shard id>.json` until it
 * is done.
 *
 * @throws {UserError} if the folder cannot be used for this run, see {@link openRunFolder} and
 *   {@link refuseOtherColumns}; if devices are of several kinds, without `mixedDevices`; or if one
 *   cannot be used.
 * @throws {RunError} if a shard fails: {@link ShardFailedError}, or with `keepGoing`
 *   {@link ShardsFailedError}; {@link DiskFullError} if there is no room.
 * @throws {StoppedError} if the signal was aborted.
 */
export async function executeRun(
  plan: RunPlan,
  {
    folder,
    executor,
    signal = new AbortController().signal,
    onProgress,
    command,
    keepGoing = false,
    partial = false,
    mixedDevices = false,
    ...policy
  }: RunOptions,
): Promise<Run> {
  checkPlan(plan);
  const { schema } = plan;
  const opened = await openRunFolder(folder, plan);
  const { manifest } = opened;
  const { shards } = manifest;
  return inSession(opened, signal, async (session) => {
    const { done, damaged } = await verifyShards(folder, manifest, signal);
    await refuseOtherColumns(folder, done.values(), schema);
    const log = new RunLog(folder, manifest, done, { workers: executor.workers, command });
    session.log = log;
    const missing = shards.filter(({ id }) => !done.has(id));
    const unfinished = new Set(missing.map(({ id }) => id));
    const checkpoints = await takeStockOfCheckpoints(folder, shards, unfinished, signal);
    if (missing.length > 0 && !mixedDevices) {
      refuseMixedDevices({ folder, earlier: earlierDevices(done.values(), checkpoints), executor });
    }
    await removeOldFailures(folder, done);
    const merged = missing.length === 0 && (await tablesHold(folder, manifest, schema.name));
    const unchanged =
      merged && manifest.state === 'complete' && (await allHold(folder, manifest.artifacts));

    if (!unchanged) {
      log.start(merged ? manifest.tables : []);
    }
    const failures: FailureRecord[] = [];
    await computeRecording(
      { folder, run: manifest, schema, shards, missing, damaged, checkpoints },
      {
        ...{ executor, signal, onProgress, keepGoing, ...policy },
        onReceipt: (receipt) => log.addReceipt(receipt),
        onFailed: (failure) => failures.push(failure),
      },
    );
    // A thread that was ended may have been writing.
    await removeLeftovers(folder);
    if (failures.length > 0 && (!partial || log.receipts.size === 0)) {
      throw failed(failures, manifest);
    }
    if (!merged) {
      log.setTables(await mergeShards(folder, log.manifest, schema, signal));
    }
    return openedRun({ opened, log, table: schema.name, unchanged, failures });
  });
}

function failed(failures: readonly FailureRecord[], manifest: Manifest): ShardsFailedError {
  const named = failures.map(({ shard: id, point, message }) => ({
    shard: shardTitle(manifest, { id, ...(point !== undefined && { point }) }),
    message,
  }));
  return new ShardsFailedError(named, manifest.shards.length);
}
