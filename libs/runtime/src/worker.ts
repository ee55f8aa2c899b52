import type { Batch } from '@resdiff/tables';
import { openContext, ShardStopped, type ShardContext } from './context.ts';
import { DiskFullError, isDiskFull, messageOf, ShardFailedError } from './errors.ts';
import type { ShardTask } from './executors/executor.ts';
import type { JsonValue } from './json.ts';
import { SharedLink, type ShardLink } from './link.ts';
import { writeShard, type ShardReceipt } from './shard-store.ts';

/** What an experiment computes for a shard. */
export interface ShardContent {
  /** The rows, in as many batches as suits; a generator need not hold them all at once. */
  readonly batches: Iterable<Batch> | AsyncIterable<Batch>;
  /** Kept in the manifest and handed to the summary; null if left out. */
  readonly notes?: JsonValue;
}

/**
 * Thrown by a shard whose device is lost, or has no memory left: another is to compute it, and the
 * device gets no more.
 */
export class DeviceLostError extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'DeviceLostError';
  }
}

/** A failure as it crosses from thread to thread, where an Error loses its code. */
export interface ShardFailure {
  readonly message: string;
  readonly stack: string | undefined;
  readonly diskFull: boolean;
  readonly deviceLost: boolean;
}

export type ShardOutcome =
  | { readonly receipt: ShardReceipt }
  /** Ended unfinished, as it was asked to. */
  | { readonly stopped: true }
  | { readonly failure: ShardFailure };

/** A task, and what joins its shard to the thread that hands it out: memory, for another thread. */
export interface ShardOrder {
  readonly task: ShardTask;
  readonly link: ShardLink | SharedArrayBuffer;
  /** What the shard is computed on; `cpu` if left out. */
  readonly device?: string;
}

/** Computes a shard and writes it, and tells how it went; never throws. */
export type ShardServer = (order: ShardOrder) => Promise<ShardOutcome>;

/**
 * What a worker module exports as its default: it computes a shard, writes it with its receipt, and
 * tells the executor.
 */
export function serveShards(
  compute: (task: ShardTask, context: ShardContext) => ShardContent | Promise<ShardContent>,
): ShardServer {
  return async ({ task, link: given, device = 'cpu' }) => {
    const started = performance.now();
    const shared = given instanceof SharedArrayBuffer ? new SharedLink(given) : undefined;
    shared?.setBegun();
    const link = shared ?? (given as ShardLink);
    const open = openContext(task, link, device);
    try {
      const { batches, notes = null } = await compute(task, open.context);
      const files = () => open.files;
      return { receipt: await writeShard(task, batches, { started, notes, device, files }) };
    } catch (error) {
      if (error instanceof ShardStopped && link.stopRequested()) {
        return { stopped: true };
      }
      return {
        failure: {
          message: messageOf(error),
          stack: error instanceof Error ? error.stack : undefined,
          diskFull: isDiskFull(error),
          deviceLost: error instanceof DeviceLostError,
        },
      };
    } finally {
      open.close();
    }
  };
}

/**
 * The receipt of a shard, or undefined if it was stopped.
 *
 * @throws {ShardFailedError} if it failed; {@link DiskFullError} if for want of room.
 */
export function receiptOf(
  outcome: ShardOutcome,
  { folder, shard }: ShardTask,
): ShardReceipt | undefined {
  if ('receipt' in outcome) {
    return outcome.receipt;
  }
  if ('stopped' in outcome) {
    return undefined;
  }
  const { message, stack, diskFull } = outcome.failure;
  const cause = Object.assign(new Error(message), { stack });
  throw diskFull
    ? new DiskFullError(folder, cause)
    : new ShardFailedError(shard.id, message, 'threw', 1, cause);
}
