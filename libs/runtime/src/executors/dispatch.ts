import { UserError } from '../errors.ts';
import type { ShardReceipt } from '../shard-store.ts';
import type { ExecutorRunOptions, ShardTask } from './executor.ts';

/**
 * Keeps up to `workers` tasks going, in order, until all are done, one fails or the signal aborts;
 * then waits for those that run. `compute` is handed no more tasks than can run, so nothing queues.
 *
 * @throws the first failure of `compute` or of `onReceipt`.
 */
export async function dispatch(
  tasks: readonly ShardTask[],
  workers: number,
  compute: (task: ShardTask) => Promise<ShardReceipt | undefined>,
  { signal, onReceipt }: ExecutorRunOptions,
): Promise<void> {
  const failures: unknown[] = [];
  let next = 0;
  const lane = async () => {
    while (next < tasks.length && failures.length === 0 && !signal.aborted) {
      const task = tasks[next++];
      try {
        const receipt = await compute(task);
        if (receipt !== undefined) {
          onReceipt(receipt);
        }
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, tasks.length) }, lane));
  if (failures.length > 0) {
    throw failures[0];
  }
}

/** @throws {UserError} unless `workers` is a positive whole number. */
export function checkWorkers(workers: number): void {
  if (!Number.isSafeInteger(workers) || workers < 1) {
    throw new UserError(`An executor needs at least one worker, not ${workers}.`);
  }
}
