import type { TableSchema } from '@resdiff/tables';
import type { ShardFailedError } from '../errors.ts';
import type { JsonValue } from '../json.ts';
import type { Shard } from '../plan.ts';
import type { ShardReceipt } from '../shard-store.ts';

/** All that a worker needs to compute a shard and to put it where it belongs. */
export interface ShardTask {
  /** The run folder. */
  readonly folder: string;
  readonly runId: string;
  readonly experiment: string;
  readonly config: JsonValue;
  readonly seed: string;
  readonly schema: TableSchema;
  /** Versions of whatever determines the results, as they were when the run was planned. */
  readonly versions: Readonly<Record<string, string>>;
  readonly shard: Shard;
}

export interface ExecutorRunOptions {
  /** Once aborted, no further shards are started, and those at work are asked to stop. */
  readonly signal: AbortSignal;
  /** Called as each shard is finished, in no particular order; what it throws fails the run. */
  readonly onReceipt: (receipt: ShardReceipt) => void;
  /** Called now and then with the part of a shard at work that is done, 0 to 1. */
  readonly onProgress?: (id: string, fraction: number) => void;
  /**
   * Called with each shard that failed for good, and the others go on; what it throws fails the run.
   * Without it the first failure ends the run.
   */
  readonly onFailure?: (id: string, error: ShardFailedError) => void;
  /**
   * How many times a shard whose thread crashed, exited or hung is computed again, after the others;
   * 2 if left out. One that threw is not: it would throw again.
   */
  readonly retries?: number;
  /** Wall seconds after which a shard at work counts as hanging; any time if left out. */
  readonly shardTimeout?: ShardTimeout;
}

export type ShardTimeout = number | ((shard: Shard) => number);

/** Something that computes shards: threads here, devices, a cluster. */
export interface Executor {
  /** How many shards it computes at a time. */
  readonly workers: number;
  /** What receipts call the devices that it computes on: `webgpu:0`; `cpu` alone if left out. */
  readonly devices?: readonly string[];
  /**
   * Computes `tasks`, starting them in the order given. Resolves when all are done, or when the
   * signal was aborted and none runs any more.
   *
   * @throws {ShardFailedError} if a shard fails for good and there is no `onFailure`: the first
   * failure, after the shards that were running have ended, which are asked to stop. No shard is
   * started after it.
   * @throws {RunError} if no shard can be computed at all, as when the disk is full
   * ({@link DiskFullError}) or the workers cannot be started, in the same way.
   */
  run(tasks: readonly ShardTask[], options: ExecutorRunOptions): Promise<void>;
  /** Ends the workers. */
  close(): Promise<void>;
}
