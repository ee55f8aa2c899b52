import type { Batch } from '@resdiff/tables';
import { DiskFullError, isDiskFull, messageOf, RunError } from './errors.ts';
import type { ShardTask } from './executors/executor.ts';
import type { JsonValue } from './json.ts';
import { writeShard, type ShardReceipt } from './shard-store.ts';

/** What an experiment computes for a shard. */
export interface ShardContent {
  /** The rows, in as many batches as suits; a generator need not hold them all at once. */
  readonly batches: Iterable<Batch> | AsyncIterable<Batch>;
  /** Kept in the manifest and handed to the summary; null if left out. */
  readonly notes?: JsonValue;
  /** Where it was computed; `cpu` if left out. */
  readonly device?: string;
}

/** A failure as it crosses from thread to thread, where an Error loses its code. */
export interface ShardFailure {
  readonly message: string;
  readonly stack: string | undefined;
  readonly diskFull: boolean;
}

export type ShardOutcome = { readonly receipt: ShardReceipt } | { readonly failure: ShardFailure };

/** Computes a shard and writes it, and tells how it went; never throws. */
export type ShardServer = (task: ShardTask) => Promise<ShardOutcome>;

/**
 * What a worker module exports as its default: it computes a shard, writes it with its receipt, and
 * tells the executor.
 */
export function serveShards(compute: (task: ShardTask) => Promise<ShardContent>): ShardServer {
  return async (task) => {
    const started = performance.now();
    try {
      const { batches, notes = null, device = 'cpu' } = await compute(task);
      return { receipt: await writeShard(task, batches, { started, notes, device }) };
    } catch (error) {
      return {
        failure: {
          message: messageOf(error),
          stack: error instanceof Error ? error.stack : undefined,
          diskFull: isDiskFull(error),
        },
      };
    }
  };
}

/** @throws {RunError} naming the shard, if it failed; {@link DiskFullError} if for want of room. */
export function receiptOf(outcome: ShardOutcome, { folder, shard }: ShardTask): ShardReceipt {
  if ('receipt' in outcome) {
    return outcome.receipt;
  }
  const { message, stack, diskFull } = outcome.failure;
  const cause = Object.assign(new Error(message), { stack });
  throw diskFull
    ? new DiskFullError(folder, cause)
    : new RunError(`The shard ${shard.id} failed: ${message}`, { cause });
}
