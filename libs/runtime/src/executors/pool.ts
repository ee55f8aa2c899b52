import { Piscina } from 'piscina';
import { messageOf, RunError, ShardFailedError } from '../errors.ts';
import { SharedLink } from '../link.ts';
import type { ShardOrder, ShardOutcome } from '../worker.ts';
import { checkWorkers } from './dispatch.ts';
import type { Executor, ShardTask } from './executor.ts';
import { stationsExecutor, type Station, type Watch } from './stations.ts';

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

/**
 * Computes shards in a pool of threads, which starts with the first shard.
 *
 * @throws {UserError} if `workers` is not a positive whole number.
 */
export function poolExecutor(options: PoolOptions): Executor {
  const { graceSeconds } = options;
  return stationsExecutor([poolStation(options)], { graceSeconds, depleted: unreachable });
}

/** A pool is never lost: other threads take the place of those that end. */
function unreachable(left: number): Error {
  return new Error(`${left} shards are left over by a pool`);
}

/** Threads that compute one shard each. */
export function poolStation({ worker, workers, workerData, env = {} }: PoolOptions): Station {
  checkWorkers(workers);
  let pool: Piscina<ShardOrder, ShardOutcome> | undefined;
  let crash: Error | undefined;
  /** Whether a thread has ever come to the end of a shard. */
  let proven = false;

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
    // Piscina puts another in its place, unless threads fail as they start.
    piscina.on('error', (error) => {
      if (piscina.threads.length < workers) {
        crash ??= error;
        void end();
      }
    });
    crash = undefined;
    return piscina;
  };

  const end = async () => {
    const ending = pool;
    pool = undefined;
    await ending?.destroy();
  };

  const compute = (task: ShardTask, watch: Watch) =>
    watch.over(task.shard, new SharedLink(), async ({ id, link, worker: thread }) => {
      try {
        if (pool === undefined) {
          throw crash ?? new Error('the threads were ended');
        }
        const outcome = await pool.run({ task, link: link.buffer }, { signal: thread });
        proven = true;
        return outcome;
      } catch (error) {
        if (watch.terminated) {
          return { stopped: true } as const;
        }
        const cause: unknown = thread.aborted ? thread.reason : (crash ?? error);
        if (!link.begun && !proven) {
          const reason = messageOf(cause);
          throw new RunError(`The worker of the shard ${id} did not start: ${reason}`, { cause });
        }
        const kind = thread.aborted ? 'hung' : 'crashed';
        throw new ShardFailedError(id, messageOf(cause), kind, 1, cause);
      }
    });

  return {
    workers,
    device: 'cpu',
    lost: false,
    start: () => {
      pool ??= start();
      return Promise.resolve();
    },
    compute,
    end,
  };
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
