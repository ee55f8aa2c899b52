import { receiptOf, type ShardServer } from '../worker.ts';
import { dispatch } from './dispatch.ts';
import type { Executor } from './executor.ts';

/**
 * Computes shards in this thread, one after another: for tests, and to debug an experiment. A stop
 * takes effect between two shards.
 *
 * @param serve what the worker module exports (see {@link serveShards}).
 */
export function inlineExecutor(serve: ShardServer): Executor {
  return {
    workers: 1,
    run: (tasks, options) =>
      dispatch(tasks, 1, async (task) => receiptOf(await serve(task), task), options),
    close: () => Promise.resolve(),
  };
}
