import { ShardFailedError, UserError } from '../errors.ts';
import type { ShardReceipt } from '../shard-store.ts';
import type { ExecutorRunOptions, ShardTask } from './executor.ts';

const RETRIES = 2;

/**
 * Computes shards one after another; gives undefined for one that was stopped. After it has thrown
 * a {@link ShardFailedError} of the kind `lost`, it is not asked again.
 */
export type Lane = (task: ShardTask) => Promise<ShardReceipt | undefined>;

/** What computes shards for {@link dispatch}. */
export interface Computer {
  readonly lanes: readonly Lane[];
  /** Asks the shards at work to stop, as the run has failed. */
  readonly requestStop: () => void;
}

interface Entry {
  readonly task: ShardTask;
  readonly attempt: number;
}

/**
 * Keeps every lane at a task, in the order of the tasks, until all are done, the run fails, the
 * signal aborts or no lane is left; then waits for those that run. A shard that is to be computed
 * again waits for the others. One whose lane was lost is computed again twice at least, whatever
 * `retries` says: it rarely is the shard's fault, but sometimes it is.
 *
 * @returns how many tasks were not started, or not again, as no lane was left.
 * @throws the first failure of a lane that `onFailure` does not take, or that of a callback.
 */
export async function dispatch(
  tasks: readonly ShardTask[],
  { lanes, requestStop }: Computer,
  { signal, onReceipt, onFailure, retries = RETRIES }: ExecutorRunOptions,
): Promise<number> {
  const queue: Entry[] = tasks.map((task) => ({ task, attempt: 1 }));
  const idle = [...lanes];
  const failures: unknown[] = [];
  let next = 0;
  let atWork = 0;

  /** @throws what ends the run. */
  const fail = (error: unknown, { task, attempt }: Entry) => {
    if (!(error instanceof ShardFailedError)) {
      throw error;
    }
    const { shard, reason, kind, cause } = error;
    const again = kind === 'threw' ? 0 : kind === 'lost' ? Math.max(retries, RETRIES) : retries;
    if (attempt <= again) {
      queue.push({ task, attempt: attempt + 1 });
      return;
    }
    const final = new ShardFailedError(shard, reason, kind, attempt, cause);
    if (onFailure === undefined) {
      throw final;
    }
    onFailure(shard, final);
  };
  const take = async (lane: Lane, entry: Entry) => {
    let lost = false;
    try {
      let receipt: ShardReceipt | undefined;
      try {
        receipt = await lane(entry.task);
      } catch (error) {
        lost = error instanceof ShardFailedError && error.kind === 'lost';
        fail(error, entry);
      }
      if (receipt !== undefined) {
        onReceipt(receipt);
      }
    } catch (error) {
      failures.push(error);
      requestStop();
    }
    if (!lost) {
      idle.push(lane);
    }
  };

  await new Promise<void>((resolve) => {
    const ended = () => next === queue.length || failures.length > 0 || signal.aborted;
    const advance = () => {
      while (!ended() && idle.length > 0) {
        atWork += 1;
        void take(idle.shift()!, queue[next++]).then(() => {
          atWork -= 1;
          advance();
        });
      }
      if (atWork === 0) {
        resolve();
      }
    };
    advance();
  });
  if (failures.length > 0) {
    throw failures[0];
  }
  return signal.aborted ? 0 : queue.length - next;
}

/** @throws {UserError} unless `workers` is a positive whole number. */
export function checkWorkers(workers: number): void {
  if (!Number.isSafeInteger(workers) || workers < 1) {
    throw new UserError(`An executor needs at least one worker, not ${workers}.`);
  }
}
