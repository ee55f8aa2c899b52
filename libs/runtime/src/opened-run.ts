import { readArrowBatches, writeFileAtomic, type Batch } from '@resdiff/tables';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DiskFullError, isDiskFull, ReportedError, RunError } from './errors.ts';
import type { FailureRecord } from './failures.ts';
import type { RunFolder } from './folder.ts';
import type { JsonValue } from './json.ts';
import { lockName } from './lock.ts';
import { manifestName, type FileRecord, type Manifest, type ManifestShard } from './manifest.ts';
import { tableFiles } from './merge.ts';
import { idInPoint } from './points.ts';
import type { RunLog } from './run-log.ts';
import { failuresFolder, filesFolder, shardFile, shardsFolder } from './shard-paths.ts';

/** What an experiment said of a shard beside its rows. */
export interface ShardNotes {
  readonly id: string;
  readonly task: JsonValue;
  readonly notes: JsonValue;
}

/** A run whose shards are computed and merged, and whose folder is still locked. */
export interface Run {
  readonly folder: string;
  /** Whether the run was complete before, and all its files are as they were recorded. */
  readonly unchanged: boolean;
  /** As of now. */
  readonly manifest: Manifest;
  /** The ids of the shards that are not done, and so are not in the table: see `partial`. */
  readonly missing: readonly string[];
  /** What is recorded of those of them that failed. */
  readonly failures: readonly FailureRecord[];
  /** Of the shards in the table, in its order. */
  readonly notes: readonly ShardNotes[];
  /** The same for the shards of a point, with the ids that they have in it. */
  notesOf(point: number): readonly ShardNotes[];
  /**
   * The rows of the merged table, in order; or those of a point of a sweep, as they would be in the
   * table of the point as a run of its own.
   *
   * @throws {RangeError} if the run has no such point.
   */
  batches(point?: number): AsyncIterable<Batch>;
  /**
   * Writes a file beside the tables, in one step, and records it in the manifest.
   *
   * @throws {RunError} if `name` is not a plain file name or belongs to the runtime.
   * @throws {DiskFullError}
   */
  writeArtifact(name: string, data: string | Uint8Array): void;
  /** Records the run as complete, or as partial if shards are missing, and gives the folder free. */
  complete(): void;
  /** Gives the folder free; a run that was not completed is recorded as stopped. */
  close(): void;
}

export interface Opened {
  readonly opened: RunFolder;
  readonly log: RunLog;
  /** The table's name. */
  readonly table: string;
  readonly unchanged: boolean;
  readonly failures: readonly FailureRecord[];
}

export function openedRun({ opened, log, table, unchanged, failures }: Opened): Run {
  const { path: folder, lock, manifest } = opened;
  const { parquet, arrow } = tableFiles(table);
  const reserved = [
    ...[manifestName, lockName, shardsFolder, filesFolder, failuresFolder, 'slurm'],
    ...[parquet, arrow],
  ];
  const done = manifest.shards.filter(({ id }) => log.receipts.has(id));
  const missing = manifest.shards.filter(({ id }) => !log.receipts.has(id)).map(({ id }) => id);
  let byPoint: Map<number | undefined, ManifestShard[]> | undefined;
  let open = true;

  const doneIn = (index: number) => {
    const point = manifest.points?.[index];
    if (point === undefined) {
      const points = manifest.points?.length ?? 0;
      throw new RangeError(`The run has no point ${index}: it has ${points}.`);
    }
    byPoint ??= grouped(done);
    return { point, shards: byPoint.get(index) ?? [] };
  };
  const noted = ({ id, task }: ManifestShard): ShardNotes => ({
    ...{ id, task },
    notes: log.receipts.get(id)?.notes ?? null,
  });
  const end = (state: 'stopped' | 'partial' | 'complete') => {
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
    missing,
    failures,
    notes: done.map(noted),
    notesOf: (index) => {
      const { point, shards } = doneIn(index);
      return shards.map(noted).map((notes) => ({ ...notes, id: idInPoint(notes.id, point) }));
    },
    batches: (index) =>
      index === undefined
        ? readArrowBatches(join(folder, arrow))
        : batchesOf(doneIn(index).shards.map(({ id }) => join(folder, shardFile(id)))),
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
    complete: () => end(missing.length > 0 ? 'partial' : 'complete'),
    close: () => end('stopped'),
  };
}

function grouped(shards: readonly ManifestShard[]): Map<number | undefined, ManifestShard[]> {
  const groups = new Map<number | undefined, ManifestShard[]>();
  for (const shard of shards) {
    const group = groups.get(shard.point);
    if (group === undefined) {
      groups.set(shard.point, [shard]);
    } else {
      group.push(shard);
    }
  }
  return groups;
}

async function* batchesOf(paths: readonly string[]): AsyncGenerator<Batch, void, undefined> {
  for (const path of paths) {
    yield* readArrowBatches(path);
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

/** A full disk as the error that says so. */
export function explained(error: unknown, folder: string): unknown {
  return isDiskFull(error) && !(error instanceof ReportedError)
    ? new DiskFullError(folder, error)
    : error;
}
