import { Piscina } from 'piscina';
import { messageOf, RunError } from '../errors.ts';
import { receiptOf, type ShardOutcome } from '../worker.ts';
import { checkWorkers, dispatch } from './dispatch.ts';
import type { Executor, ExecutorRunOptions, ShardTask } from './executor.ts';

export interface PoolOptions {
  /**
   * The module that computes shards: its default export is what {@link serveShards} returns. A
   * module that ends in `.ts` is loaded from source through tsx.
   */
  readonly worker: URL;
  /** Threads. */
  readonly workers: number;
  /** Handed to each thread as it starts (`workerData` of node:worker_threads). */
  readonly workerData?: unknown;
  /** Seconds that running shards are given to finish once the run is stopped; 5 if left out. */
  readonly graceSeconds?: number;
}

/**
 * Computes shards in a pool of threads, which starts with the first shard.
 *
 * @throws {UserError} if `workers` is not a positive whole number.
 */
export function poolExecutor({
  worker,
  workers,
  workerData,
  graceSeconds = 5,
}: PoolOptions): Executor {
  checkWorkers(workers);
  let pool: Piscina<ShardTask, ShardOutcome> | undefined;
  let crash: Error | undefined;

  const start = () => {
    const piscina = new Piscina<ShardTask, ShardOutcome>({
      filename: worker.href,
      minThreads: workers,
      maxThreads: workers,
      execArgv: worker.pathname.endsWith('.ts') ? loadingSources() : [],
      workerData,
    });
    // A thread that fails while it has no task is told of here only; unheard, it ends the process.
    piscina.on('error', (error) => {
      crash ??= error;
      void end();
    });
    crash = undefined;
    return piscina;
  };

  const end = async () => {
    const ending = pool;
    pool = undefined;
    await ending?.destroy();
  };

  const run = async (tasks: readonly ShardTask[], options: ExecutorRunOptions) => {
    if (tasks.length === 0 || options.signal.aborted) {
      return;
    }
    const current = (pool ??= start());
    let termination: Promise<void> | undefined;
    let timer: NodeJS.Timeout | undefined;
    const terminateAfterGrace = () => {
      timer = setTimeout(() => {
        termination = end();
      }, graceSeconds * 1000);
    };
    options.signal.addEventListener('abort', terminateAfterGrace, { once: true });

    const compute = async (task: ShardTask) => {
      let outcome: ShardOutcome;
      try {
        outcome = await current.run(task);
      } catch (error) {
        if (termination !== undefined) {
          return undefined;
        }
        const cause = crash ?? error;
        throw new RunError(`The shard ${task.shard.id} failed: ${messageOf(cause)}`, { cause });
      }
      return receiptOf(outcome, task);
    };

    try {
      await dispatch(tasks, workers, compute, options);
    } catch (error) {
      await end();
      throw error;
    } finally {
      options.signal.removeEventListener('abort', terminateAfterGrace);
      clearTimeout(timer);
      await termination;
    }
  };

  return { workers, run, close: end };
}

/**
 * Node's options for a thread that loads TypeScript. `--import tsx` would do only for what is
 * required: before Node 22.22, tsx leaves the modules that a thread imports to Node, which refuses
 * them, unless it is asked by its API.
 */
function loadingSources(): string[] {
  const api = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  return [
    '--conditions=@resdiff/source',
    '--import',
    `data:text/javascript,import { register } from ${api}; register();`,
  ];
}
