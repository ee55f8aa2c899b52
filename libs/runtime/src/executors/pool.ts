import { Piscina } from 'piscina';
import { messageOf, RunError } from '../errors.ts';
import { SharedLink } from '../link.ts';
import { receiptOf, type ShardOrder, type ShardOutcome } from '../worker.ts';
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
  /** Variables of the threads' environment, beside and before those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Seconds that running shards are given to finish once the run is stopped; 5 if left out. A shard
   * that then writes a checkpoint or a file is given a minute more.
   */
  readonly graceSeconds?: number;
}

/** Seconds that shards which are writing are given beyond the grace. */
const WRITING_SECONDS = 60;
/** Milliseconds between looks at the shards at work. */
const LOOK_MS = 200;

/**
 * Computes shards in a pool of threads, which starts with the first shard.
 *
 * @throws {UserError} if `workers` is not a positive whole number.
 */
export function poolExecutor({
  worker,
  workers,
  workerData,
  env = {},
  graceSeconds = 5,
}: PoolOptions): Executor {
  checkWorkers(workers);
  let pool: Piscina<ShardOrder, ShardOutcome> | undefined;
  let crash: Error | undefined;

  const start = () => {
    const piscina = new Piscina<ShardOrder, ShardOutcome>({
      filename: worker.href,
      minThreads: workers,
      maxThreads: workers,
      execArgv: worker.pathname.endsWith('.ts') ? loadingSources() : [],
      workerData,
      env: { ...process.env, ...env },
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
    const atWork = new Map<string, SharedLink>();
    const requestStop = () => atWork.forEach((link) => link.requestStop());
    const terminateAfterGrace = () => {
      requestStop();
      const last = performance.now() + (graceSeconds + WRITING_SECONDS) * 1000;
      const terminate = () => {
        const writing = [...atWork.values()].some((link) => link.writing);
        if (writing && performance.now() < last) {
          timer = setTimeout(terminate, LOOK_MS);
        } else {
          termination = end();
        }
      };
      timer = setTimeout(terminate, graceSeconds * 1000);
    };
    options.signal.addEventListener('abort', terminateAfterGrace, { once: true });
    const look = setInterval(() => {
      atWork.forEach((link, id) => options.onProgress?.(id, link.done));
    }, LOOK_MS);

    const outcomeOf = async (task: ShardTask) => {
      const link = new SharedLink();
      atWork.set(task.shard.id, link);
      try {
        return await current.run({ task, link: link.buffer });
      } catch (error) {
        if (termination !== undefined) {
          return { stopped: true } as const;
        }
        const cause = crash ?? error;
        throw new RunError(`The shard ${task.shard.id} failed: ${messageOf(cause)}`, { cause });
      } finally {
        atWork.delete(task.shard.id);
      }
    };
    const compute = async (task: ShardTask) => {
      try {
        return receiptOf(await outcomeOf(task), task);
      } catch (error) {
        requestStop();
        throw error;
      }
    };

    try {
      await dispatch(tasks, workers, compute, options);
    } catch (error) {
      await end();
      throw error;
    } finally {
      options.signal.removeEventListener('abort', terminateAfterGrace);
      clearTimeout(timer);
      clearInterval(look);
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
