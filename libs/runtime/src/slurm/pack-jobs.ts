/** The shards that one task of a job array computes. */
export interface PackedJob {
  /** Ids, long ones first. */
  readonly shards: readonly string[];
  /** Estimated wall seconds on the job's workers. */
  readonly seconds: number;
}

export interface PackingOptions {
  /** Shards that a job computes at a time. */
  readonly workersPerJob: number;
  /** Estimated wall seconds that a job should last at least. */
  readonly minSeconds: number;
  readonly mostJobs: number;
}

interface Costed {
  readonly id: string;
  /** Estimated seconds on one worker. */
  readonly cost: number;
}

/**
 * Packs shards into jobs by the longest-processing-time rule: the longest shard left goes to the
 * job that is done first. There are as many jobs as can last `minSeconds` each, `mostJobs` at most;
 * if all shards together are shorter than that, there is one. Long jobs come first. The same shards
 * are packed the same way every time.
 *
 * Source: Graham, Bounds on multiprocessing timing anomalies, SIAM J. Appl. Math. 17 (1969).
 */
export function packJobs(shards: readonly Costed[], options: PackingOptions): PackedJob[] {
  if (shards.length === 0) {
    return [];
  }
  const { workersPerJob, minSeconds } = options;
  const jobs = new JobHeap(jobsToBegin(shards, options), workersPerJob);
  for (const shard of shards.toSorted((a, b) => b.cost - a.cost)) {
    jobs.addToLeast(shard);
  }
  while (jobs.size > 1 && jobs.leastSeconds < minSeconds) {
    jobs.removeLeast().forEach((shard) => jobs.addToLeast(shard));
  }
  return jobs
    .toArray()
    .map((job) => {
      const sorted = job.toSorted((a, b) => b.cost - a.cost);
      return { shards: sorted.map(({ id }) => id), seconds: secondsOn(workersPerJob, sorted) };
    })
    .sort((a, b) => b.seconds - a.seconds);
}

/** Shards of `minSeconds` and more are jobs of their own; the others fill jobs together. */
function jobsToBegin(
  shards: readonly Costed[],
  { workersPerJob, minSeconds, mostJobs }: PackingOptions,
): number {
  const short = shards.filter(({ cost }) => cost < minSeconds);
  const shortSeconds = short.reduce((sum, { cost }) => sum + cost, 0) / workersPerJob;
  const filled = short.length === 0 ? 0 : Math.floor(shortSeconds / minSeconds);
  return Math.max(1, Math.min(mostJobs, shards.length - short.length + filled));
}

/** Wall seconds of shards, long ones first, each started by the worker that is free first. */
function secondsOn(workers: number, shards: readonly Costed[]): number {
  const busy = new Array<number>(Math.min(workers, shards.length)).fill(0);
  for (const { cost } of shards) {
    busy[busy.indexOf(Math.min(...busy))] += cost;
  }
  return Math.max(...busy);
}

/** Jobs in a binary heap, by a lower bound of their wall time; of equal ones, the oldest first. */
class JobHeap {
  readonly #workers: number;
  readonly #jobs: {
    readonly index: number;
    shards: Costed[];
    sum: number;
    longest: number;
  }[];

  constructor(count: number, workers: number) {
    this.#workers = workers;
    this.#jobs = Array.from({ length: count }, (_, index) => ({
      index,
      shards: [],
      sum: 0,
      longest: 0,
    }));
  }

  get size(): number {
    return this.#jobs.length;
  }

  get leastSeconds(): number {
    return this.#seconds(0);
  }

  addToLeast(shard: Costed): void {
    const least = this.#jobs[0];
    least.shards.push(shard);
    least.sum += shard.cost;
    least.longest = Math.max(least.longest, shard.cost);
    this.#sink();
  }

  /** Takes the least job out and gives back its shards. */
  removeLeast(): Costed[] {
    const { shards } = this.#jobs[0];
    const last = this.#jobs.pop();
    if (last !== undefined && this.#jobs.length > 0) {
      this.#jobs[0] = last;
      this.#sink();
    }
    return shards;
  }

  toArray(): Costed[][] {
    return this.#jobs.toSorted((a, b) => a.index - b.index).map(({ shards }) => shards);
  }

  #seconds(at: number): number {
    const { sum, longest } = this.#jobs[at];
    return Math.max(sum / this.#workers, longest);
  }

  #isBefore(a: number, b: number): boolean {
    const difference =
      this.#seconds(a) - this.#seconds(b) ||
      this.#jobs[a].sum - this.#jobs[b].sum ||
      this.#jobs[a].index - this.#jobs[b].index;
    return difference < 0;
  }

  #sink(): void {
    for (let at = 0; ;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < this.#jobs.length && this.#isBefore(child, least)) {
          least = child;
        }
      }
      if (least === at) {
        return;
      }
      [this.#jobs[at], this.#jobs[least]] = [this.#jobs[least], this.#jobs[at]];
      at = least;
    }
  }
}
