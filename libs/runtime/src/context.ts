import { AtomicFile } from '@resdiff/tables';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CheckpointDamage, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { RunError } from './errors.ts';
import type { ShardTask } from './executors/executor.ts';
import type { FileRecord } from './manifest.ts';
import type { ShardLink } from './link.ts';
import { fileOfShard } from './shard-paths.ts';

/** What a shard that takes long has to do with the world while it is computed. */
export interface ShardContext {
  /** What the shard is to be computed on, as receipts call it: `cpu`, `webgpu:0`, `cuda:1`. */
  readonly device: string;
  /** The state of the shard while it is not done; what a killed run left is found here. */
  readonly checkpoint: ShardCheckpoint;
  /** Versions of whatever determines the results, as they were when the run was planned. */
  readonly versions: Readonly<Record<string, string>>;
  /**
   * Aborted when the shard is to stop; it may then write a checkpoint, and ends by throwing
   * {@link ShardStopped}, which is the signal's reason, so `signal.throwIfAborted()` does. A shard
   * that goes on is ended after a grace of seconds. The signal is up to date after every call of
   * `progress`, and whenever the thread has been idle for a moment.
   */
  readonly signal: AbortSignal;
  /** Says which part of the shard is done, 0 to 1; never goes back. May be called often. */
  readonly progress: (fraction: number) => void;
  /**
   * Writes `files/<shard id>/<name>`, in one step. The session that finishes the shard has to write
   * all its files: those are recorded with their SHA-256, and the shard is computed again if one is
   * lost.
   *
   * @param chunks the content, in as many pieces as suits.
   * @throws {RunError} if `name` is not a plain file name.
   */
  readonly writeFile: (name: string, chunks: Iterable<Uint8Array>) => Promise<void>;
}

export interface ShardCheckpoint {
  /**
   * What was written last, in this session or an earlier one, at the start of a buffer of its own;
   * undefined if nothing was, or if it was damaged.
   */
  readonly read: () => Promise<Uint8Array<ArrayBuffer> | undefined>;
  /**
   * Replaces the checkpoint, in one step; it keeps what `progress` said last. Each call syncs the
   * disk, so callers write now and then, not after every step.
   *
   * @param chunks the content, in as many pieces as suits; none is copied whole.
   */
  readonly write: (chunks: Iterable<Uint8Array>) => Promise<void>;
}

/** Thrown by a shard that ends because its signal was aborted: no failure. */
export class ShardStopped extends Error {
  constructor() {
    super('the shard was asked to stop');
    this.name = 'ShardStopped';
  }
}

/** A context that is open while its shard is computed. */
export interface OpenContext {
  readonly context: ShardContext;
  /** The files that were written, by name. */
  readonly files: readonly FileRecord[];
  close(): void;
}

/** Milliseconds between looks at whether the shard is to stop. */
const LOOK_MS = 100;

export function openContext(
  { folder, runId, versions, shard: { id } }: ShardTask,
  link: ShardLink,
  device: string,
): OpenContext {
  const controller = new AbortController();
  const files = new Map<string, FileRecord>();
  let done = 0;

  const look = () => {
    if (link.stopRequested() && !controller.signal.aborted) {
      controller.abort(new ShardStopped());
    }
  };
  const progress = (fraction: number) => {
    if (fraction > done) {
      done = Math.min(1, fraction);
      link.report(done);
    }
    look();
  };
  const writing = async (action: () => void | Promise<void>) => {
    link.setWriting(true);
    try {
      await action();
    } finally {
      link.setWriting(false);
      look();
    }
  };
  const watch = setInterval(look, LOOK_MS);

  return {
    context: {
      device,
      checkpoint: {
        read: async () => {
          const found = await readWhole(folder, id);
          progress(found?.header.progress ?? 0);
          return found?.content;
        },
        write: (chunks) =>
          writing(() => {
            const header = {
              runId,
              shard: id,
              progress: done,
              ...(device !== 'cpu' && { device }),
            };
            writeCheckpoint(folder, header, chunks);
          }),
      },
      versions,
      signal: controller.signal,
      progress,
      writeFile: (name, chunks) =>
        writing(async () => {
          files.set(name, await writeFileOfShard(folder, id, name, chunks));
        }),
    },
    get files() {
      return [...files.values()];
    },
    close: () => clearInterval(watch),
  };
}

/** The runtime has verified all checkpoints before the first shard was started. */
async function readWhole(folder: string, id: string) {
  try {
    return await readCheckpoint(folder, id);
  } catch (error) {
    if (!(error instanceof CheckpointDamage)) {
      throw error;
    }
    throw new RunError(`its checkpoint was damaged while the run went on: ${error.message}`, {
      cause: error,
    });
  }
}

async function writeFileOfShard(
  folder: string,
  id: string,
  name: string,
  chunks: Iterable<Uint8Array>,
): Promise<FileRecord> {
  if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/.test(name)) {
    throw new RunError(
      `${JSON.stringify(name)} cannot be a file of a shard: a name is 1 to 100 letters, digits, '.', '_' and '-', and does not start with '.'`,
    );
  }
  const file = fileOfShard(id, name);
  const path = join(folder, file);
  await mkdir(dirname(path), { recursive: true });
  const writer = new AtomicFile(path);
  try {
    for (const chunk of chunks) {
      writer.write(chunk);
    }
    return { file, ...writer.commit() };
  } finally {
    writer.discard();
  }
}

/**
 * The context of a shard that is computed outside a run, as in a test: it finds no checkpoint, keeps
 * nothing and is never stopped.
 */
export function detachedContext(
  versions: Readonly<Record<string, string>> = {},
  device = 'cpu',
): ShardContext {
  return {
    device,
    checkpoint: { read: () => Promise.resolve(undefined), write: () => Promise.resolve() },
    versions,
    signal: new AbortController().signal,
    progress: () => undefined,
    writeFile: () => Promise.resolve(),
  };
}
