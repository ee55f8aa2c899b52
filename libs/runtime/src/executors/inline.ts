import { receiptOf, type ShardServer } from '../worker.ts';
import { dispatch } from './dispatch.ts';
import type { Executor, ShardTask } from './executor.ts';

/**
 * Computes shards in this thread, one after another: for tests, and to debug an experiment. A stop
 * takes effect between two shards, and in one that heeds its signal.
 *
 * @param serve what the worker module exports (see {@link serveShards}).
 */
export function inlineExecutor(serve: ShardServer): Executor {
  return {
    workers: 1,
    run: async (tasks, options) => {
      const lane = async (task: ShardTask) => {
        const link = {
          stopRequested: () => options.signal.aborted,
          report: (fraction: number) => options.onProgress?.(task.shard.id, fraction),
          setWriting: () => undefined,
        };
        return receiptOf(await serve({ task, link }), task);
      };
      await dispatch(tasks, { lanes: [lane], requestStop: () => undefined }, options);
    },
    close: () => Promise.resolve(),
  };
}
