import { stat } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readCheckpointHeader } from './checkpoint.ts';
import { systemCode } from './errors.ts';
import { readFailures, type FailureRecord } from './failures.ts';
import { foundManifest } from './folder.ts';
import { readLock, type LockState } from './lock.ts';
import type { Manifest } from './manifest.ts';
import type { Shard } from './plan.ts';
import { checkpointFile, receiptFile, shardsFolder } from './shard-paths.ts';

/** What a shard that is not done has to go on from. */
export interface CheckpointState {
  readonly id: string;
  /** The part of the shard that is done, 0 to 1; undefined if the checkpoint does not tell. */
  readonly progress: number | undefined;
  /** When it was written, in milliseconds since the epoch. */
  readonly at: number;
}

/** How far a run has come, as its folder tells. */
export interface RunStatus {
  readonly folder: string;
  readonly manifest: Manifest;
  /**
   * When each shard was done that is, in milliseconds since the epoch by the clock of the file
   * system, by its id. Its files are not verified.
   */
  readonly done: ReadonlyMap<string, number>;
  /** Of shards that are not done. */
  readonly failures: readonly FailureRecord[];
  /** Of shards that are not done. */
  readonly checkpoints: readonly CheckpointState[];
  /** Undefined if no process holds the folder. */
  readonly lock: LockState | undefined;
}

/**
 * Looks at the run in `folder` without locking it or writing to it.
 *
 * @throws {UserError} if the folder holds no run, or one of a newer version.
 */
export async function readRun(folder: string): Promise<RunStatus> {
  const manifest = await foundManifest(folder);
  const { shards } = manifest;
  const names = new Set(await namesIn(join(folder, shardsFolder)));
  const done = new Map(
    await presentTimes(
      shards.filter(({ id }) => names.has(basename(receiptFile(id)))),
      ({ id }) => join(folder, receiptFile(id)),
    ),
  );
  const begun = await presentTimes(
    shards.filter(({ id }) => !done.has(id) && names.has(basename(checkpointFile(id)))),
    ({ id }) => join(folder, checkpointFile(id)),
  );
  const checkpoints = await Promise.all(
    begun.map(async ([id, at]) => {
      const progress = (await readCheckpointHeader(folder, id))?.progress;
      return { id, progress, at };
    }),
  );
  const failed = await readFailures(
    folder,
    shards.filter(({ id }) => !done.has(id)),
  );
  return { folder, manifest, done, failures: failed, checkpoints, lock: readLock(folder) };
}

/** When the file of each shard was written, without those whose file is gone meanwhile. */
async function presentTimes(
  shards: readonly Shard[],
  path: (shard: Shard) => string,
): Promise<(readonly [string, number])[]> {
  const times = await Promise.all(shards.map((shard) => writtenAt(path(shard))));
  return shards.flatMap(({ id }, index) => {
    const at = times[index];
    return at === undefined ? [] : [[id, at] as const];
  });
}

/** Milliseconds since the epoch; undefined if there is no file. */
function writtenAt(path: string): Promise<number | undefined> {
  // Of a thousand files, the callback takes half the time of the promise that Node.js offers.
  return new Promise((resolve, reject) => {
    stat(path, (error, stats) => {
      if (error === null) resolve(stats.mtimeMs);
      else if (error.code === 'ENOENT') resolve(undefined);
      else reject(error);
    });
  });
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(ignoringAbsence)) ?? [];
}

function ignoringAbsence(error: unknown): undefined {
  if (systemCode(error) !== 'ENOENT') {
    throw error;
  }
}
