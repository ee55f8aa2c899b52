import { SharedLink } from '../link.ts';
import type { Shard } from '../plan.ts';
import { receiptOf, type ShardOutcome } from '../worker.ts';
import { dispatch } from './dispatch.ts';
import type { Executor, ExecutorRunOptions, ShardTask, ShardTimeout } from './executor.ts';

/** Where shards are computed: a pool of threads, or the process of a device. */
export interface Station {
  /** How many shards it can compute at a time. */
  readonly workers: number;
  /** What receipts call the devices that it computes on. */
  readonly device: string;
  /** Whether it can compute no more. */
  readonly lost: boolean;
  /**
   * Makes it ready, unless it is.
   *
   * @throws {ReportedError} if it cannot be.
   */
  start(): Promise<void>;
  /**
   * @throws {ShardFailedError} of the kind `crashed` or `hung`, or `lost` if the station can compute
   * no more.
   * @throws {RunError} if the station cannot compute anything.
   */
  compute(task: ShardTask, watch: Watch): Promise<ShardOutcome>;
  /** Ends whatever runs; a later start begins anew. */
  end(): Promise<void>;
}

/** What the stations say when none of them is left. */
export type Depletion = (left: number) => Error;

/** Seconds that shards which are writing are given beyond the grace. */
const WRITING_SECONDS = 60;
/** Seconds that a worker is given to start, beyond the time of its shard. */
const START_SECONDS = 60;
/** Milliseconds between looks at the shards at work. */
const LOOK_MS = 200;

/** Shards at work in a run: what they are asked, how far they are, and when they are given up. */
export class Watch {
  readonly #atWork = new Set<ShardAtWork>();
  readonly #options: ExecutorRunOptions;
  readonly #graceSeconds: number;
  readonly #terminate: () => Promise<void>;
  readonly #look: NodeJS.Timeout;
  #stopRequested = false;
  #timer: NodeJS.Timeout | undefined;
  #termination: Promise<void> | undefined;

  /** @param terminate ends the shards that have not ended in time. */
  constructor(options: ExecutorRunOptions, graceSeconds: number, terminate: () => Promise<void>) {
    this.#options = options;
    this.#graceSeconds = graceSeconds;
    this.#terminate = terminate;
    options.signal.addEventListener('abort', this.#terminateAfterGrace, { once: true });
    this.#look = setInterval(() => {
      for (const shard of this.#atWork) {
        options.onProgress?.(shard.id, shard.link.done);
        shard.endIfHanging();
      }
    }, LOOK_MS);
  }

  /** Whether the shards at work are being ended, as the run was stopped. */
  get terminated(): boolean {
    return this.#termination !== undefined;
  }

  /** Whether the shards at work were asked to stop. */
  get stopRequested(): boolean {
    return this.#stopRequested;
  }

  readonly requestStop = (): void => {
    this.#stopRequested = true;
    this.#atWork.forEach(({ link }) => link.requestStop());
  };

  /** Does the work of a shard under watch. */
  async over<Result>(
    shard: Shard,
    link: SharedLink,
    work: (shard: ShardAtWork) => Promise<Result>,
  ): Promise<Result> {
    const atWork = new ShardAtWork(shard, link, this.#options.shardTimeout);
    this.#atWork.add(atWork);
    try {
      return await work(atWork);
    } finally {
      this.#atWork.delete(atWork);
    }
  }

  async close(): Promise<void> {
    this.#options.signal.removeEventListener('abort', this.#terminateAfterGrace);
    clearTimeout(this.#timer);
    clearInterval(this.#look);
    await this.#termination;
  }

  readonly #terminateAfterGrace = (): void => {
    this.requestStop();
    const last = performance.now() + (this.#graceSeconds + WRITING_SECONDS) * 1000;
    const terminate = () => {
      const writing = [...this.#atWork].some(({ link }) => link.writing);
      if (writing && performance.now() < last) {
        this.#timer = setTimeout(terminate, LOOK_MS);
      } else {
        this.#termination = this.#terminate();
      }
    };
    this.#timer = setTimeout(terminate, this.#graceSeconds * 1000);
  };
}

/** A shard that is handed to a worker, and how long it may take there. */
export class ShardAtWork {
  readonly id: string;
  readonly link: SharedLink;
  readonly #controller = new AbortController();
  readonly #seconds: number;
  /** When it was begun, or else handed over. */
  #since = performance.now();
  #begun = false;

  constructor(shard: Shard, link: SharedLink, timeout: ShardTimeout = Infinity) {
    this.id = shard.id;
    this.link = link;
    this.#seconds = typeof timeout === 'number' ? timeout : timeout(shard);
  }

  /** Aborted when the shard's worker is to be ended, as the shard hangs. */
  get worker(): AbortSignal {
    return this.#controller.signal;
  }

  endIfHanging(): void {
    if (!this.#begun && this.link.begun) {
      this.#begun = true;
      this.#since = performance.now();
    }
    const seconds = this.#begun ? this.#seconds : this.#seconds + START_SECONDS;
    if (performance.now() - this.#since > seconds * 1000) {
      this.#controller.abort(new Error(`it was not done after ${this.#seconds} s`));
    }
  }
}

/** Computes shards at some stations, which are fed from one queue. */
export function stationsExecutor(
  stations: readonly Station[],
  { graceSeconds = 5, depleted }: { graceSeconds?: number | undefined; depleted: Depletion },
): Executor & { start(): Promise<void> } {
  const end = async () => {
    await Promise.all(stations.map((station) => station.end()));
  };
  const start = async () => {
    const starts = await Promise.allSettled(stations.map((station) => station.start()));
    const failed = starts.find(({ status }) => status === 'rejected');
    if (failed !== undefined) {
      await end();
      throw (failed as PromiseRejectedResult).reason;
    }
  };
  const run = async (tasks: readonly ShardTask[], options: ExecutorRunOptions) => {
    if (tasks.length === 0 || options.signal.aborted) {
      return;
    }
    await start();
    const watch = new Watch(options, graceSeconds, end);
    const lanes = stations
      .filter(({ lost }) => !lost)
      .flatMap((station) => {
        const lane = async (task: ShardTask) => receiptOf(await station.compute(task, watch), task);
        return Array.from({ length: station.workers }, () => lane);
      });
    try {
      const left = await dispatch(tasks, { lanes, requestStop: watch.requestStop }, options);
      if (left > 0) {
        throw depleted(left);
      }
    } catch (error) {
      await end();
      throw error;
    } finally {
      await watch.close();
    }
  };
  return {
    workers: stations.reduce((sum, { workers }) => sum + workers, 0),
    devices: stations.map(({ device }) => device),
    start,
    run,
    close: end,
  };
}
