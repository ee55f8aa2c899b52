import { makeFolders, type TableSchema } from '@resdiff/tables';
import { join } from 'node:path';
import { checkpointsIn, takeStockOfCheckpoints } from './checkpoint.ts';
import { computeRecording } from './compute-recording.ts';
import type { FailurePolicy, RunProgress } from './computing.ts';
import { UserError } from './errors.ts';
import type { Executor } from './executors/executor.ts';
import type { FailureRecord } from './failures.ts';
import { foundManifest } from './folder.ts';
import { isDone } from './manifest.ts';
import { earlierDevices, refuseMixedDevices } from './mixed-devices.ts';
import { explained } from './opened-run.ts';
import { shardsFolder } from './shard-paths.ts';
import { refuseOtherColumns } from './shard-columns.ts';
import { verifyShards } from './shard-store.ts';

export interface WorkOptions extends FailurePolicy {
  /** Closed by whoever made it. */
  readonly executor: Executor;
  /** Of a shard's file. */
  readonly schema: TableSchema;
  /** Stops the work once aborted: shards at work finish or write a checkpoint. */
  readonly signal?: AbortSignal;
  /** As of a run that has these shards alone. */
  readonly onProgress?: (progress: RunProgress) => void;
  /** The job of a cluster that this is, for the records of failures. */
  readonly job?: string;
  /** Whether devices of several kinds may compute the run, with what is known of its other shards. */
  readonly mixedDevices?: boolean;
}

/** What became of the shards, by their ids, in the order given. */
export interface WorkOutcome {
  /** Whole on disk, be it from before. */
  readonly done: readonly string[];
  readonly failed: readonly FailureRecord[];
  /** Neither done nor failed, as the work was stopped. */
  readonly stopped: readonly string[];
  /** Those of them that go on from a checkpoint. */
  readonly checkpointed: readonly string[];
}

/**
 * Computes some shards of the run in `folder`, as a task of a job array does. Any number of
 * processes may do so at the same time, with the same shards even: files appear whole, and whoever
 * computes a shard writes the same bytes. The folder is not locked, and its manifest not written. A
 * shard that fails does not stop the others.
 *
 * @throws {UserError} if the folder holds no run, or not those shards, or such with other columns;
 *   or if devices are of several kinds, without `mixedDevices`.
 * @throws {RunError} if no shard can be computed at all; {@link DiskFullError} if there is no room.
 */
export async function workOnShards(
  folder: string,
  shardIds: readonly string[],
  {
    executor,
    schema,
    signal = new AbortController().signal,
    onProgress,
    job,
    mixedDevices = false,
    ...policy
  }: WorkOptions,
): Promise<WorkOutcome> {
  const manifest = await foundManifest(folder);
  const asked = new Set(shardIds);
  const shards = manifest.shards.filter(({ id }) => asked.delete(id));
  if (asked.size > 0) {
    const [first] = asked;
    throw new UserError(`The run in ${folder} has no shard ${first}.`, {
      remedy: 'Submit the run again: its shards are not those that this task was told of.',
    });
  }

  const done = new Set<string>();
  const failed: FailureRecord[] = [];
  try {
    await makeFolders(join(folder, shardsFolder));
    const run = { ...manifest, shards };
    const { done: whole, damaged } = await verifyShards(folder, run, signal);
    await refuseOtherColumns(folder, whole.values(), schema);
    whole.forEach((_, id) => done.add(id));
    const missing = shards.filter(({ id }) => !done.has(id));
    const unfinished = new Set(missing.map(({ id }) => id));
    const checkpoints = await takeStockOfCheckpoints(folder, shards, unfinished, signal);
    if (missing.length > 0 && !mixedDevices) {
      const known = [...manifest.shards.filter(isDone), ...whole.values()];
      refuseMixedDevices({ folder, earlier: earlierDevices(known, checkpoints), executor });
    }
    await computeRecording(
      { folder, run, schema, shards, missing, damaged, checkpoints },
      {
        ...{ executor, signal, onProgress, keepGoing: true, job, ...policy },
        onReceipt: ({ id }) => done.add(id),
        onFailed: (failure) => failed.push(failure),
      },
    );
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) {
      throw explained(error, folder);
    }
  }
  const lost = new Set(failed.map(({ shard }) => shard));
  const stopped = shardIds.filter((id) => !done.has(id) && !lost.has(id));
  const kept = new Set(await checkpointsIn(folder));
  return {
    done: shardIds.filter((id) => done.has(id)),
    failed,
    stopped,
    checkpointed: stopped.filter((id) => kept.has(id)),
  };
}
