import { lastLine, messageOf, UserError } from './errors.ts';
import { shardTitle } from './points.ts';
import { readRun, type RunStatus } from './read-run.ts';
import { isActive, type JobState } from './slurm/job-states.ts';
import { Slurm, SlurmUnreachableError } from './slurm/slurm.ts';
import { lastLogLine, latestSubmission, type Submission } from './slurm/submission.ts';
import { submissionState } from './slurm/submit.ts';
import { readTaskStates, type TaskState } from './slurm/task-state.ts';

/** Something of a run that did not come out. */
export interface Failure {
  /** The shard with its point, or the task of the job array. */
  readonly what: string;
  /** The last line of its error. */
  readonly error: string;
}

/** A job array that works on a run, as Slurm and the run folder tell of it. */
export interface ClusterOverview {
  /** Which of the run's submissions it is. */
  readonly submission: number;
  readonly arrayJob: string | undefined;
  readonly mergeJob: string | undefined;
  /** Tasks of the array; `ended` are those that Slurm has forgotten, too. */
  readonly tasks: {
    readonly total: number;
    readonly running: number;
    readonly waiting: number;
    readonly ended: number;
  };
  /** In Slurm's word, undefined once it is forgotten. */
  readonly merge: string | undefined;
  /** Why tasks wait, in Slurm's words. */
  readonly reasons: readonly string[];
  /** Why Slurm cannot be asked; the numbers are then what tasks said last. */
  readonly unreachable: string | undefined;
}

/** How far a run has come. */
export interface RunOverview {
  readonly folder: string;
  readonly pipeline: string;
  readonly experiment: string;
  /**
   * `working`: a process or a job is at it; `waiting`: jobs wait to start; `computed`: all shards are
   * done, but not merged; `failed`: nothing works on it, and of what is missing some failed;
   * `stopped`: nothing works on it.
   */
  readonly state:
    | 'working'
    | 'waiting'
    | 'computed'
    | 'complete'
    | 'partial'
    | 'failed'
    | 'stopped';
  readonly shards: {
    readonly total: number;
    readonly done: number;
    /** At most, where it cannot be known: as many as workers are at work. */
    readonly running: number;
    readonly waiting: number;
    readonly failed: number;
  };
  /** The points of a sweep; done are those all of whose shards are. */
  readonly points: { readonly total: number; readonly done: number } | undefined;
  /** The part of the estimated work that is done, 0 to 1, that in checkpoints included. */
  readonly fraction: number;
  /** Shards a second since work began or went on; undefined while none is done since. */
  readonly rate: number | undefined;
  /** Wall seconds left at the pace so far; undefined unless it is worked on. */
  readonly secondsLeft: number | undefined;
  readonly failures: readonly Failure[];
  /** The process that holds the folder. */
  readonly process: { readonly pid: number; readonly host: string } | undefined;
  readonly cluster: ClusterOverview | undefined;
}

/**
 * What the run folder and, where the run was submitted, Slurm's controller tell of a run. Works
 * without Slurm, and after the controller has forgotten the jobs. Nothing is locked or written.
 *
 * @throws {UserError} if the folder holds no run.
 */
export async function overviewOf(folder: string, slurm: Slurm = new Slurm()): Promise<RunOverview> {
  // Slurm first: what its jobs that have ended left in the folder is then read as they left it.
  const submission = await latestSubmission(folder);
  const asked = submission && (await ask(submission, slurm));
  const status = await readRun(folder);
  const { manifest, done, lock } = status;
  const cluster = submission && asked && (await clusterOf(folder, submission, { ...asked, done }));
  const { shards, points } = manifest;
  const total = shards.length;
  const alive = lock !== undefined && lock.alive !== false ? lock.owner : undefined;
  const atWork =
    (alive === undefined ? 0 : (manifest.sessions.at(-1)?.workers ?? 0)) +
    (cluster?.runningShards ?? 0);
  const failures = [
    ...status.failures.map(({ shard: id, message, ...record }) => ({
      what: shardTitle(manifest, { id, ...(record.point !== undefined && record) }),
      error: lastLine(message),
    })),
    ...(cluster?.lostTasks ?? []),
  ];
  const left = total - done.size;
  const failed = Math.min(left, status.failures.length);
  const running = Math.min(left - failed, atWork);
  const working = alive !== undefined || cluster?.phase === 'running';
  const active = working || cluster?.phase === 'waiting';
  const pace = paceOf(status, submission);
  return {
    folder,
    pipeline: manifest.pipeline,
    experiment: manifest.experiment,
    state: stateOf(status, { working, active, failed: failures.length > 0 }),
    shards: { total, done: done.size, running, waiting: left - failed - running, failed },
    points: points && { total: points.length, done: points.length - unfinishedPoints(status) },
    fraction: pace.fraction,
    rate: pace.rate,
    secondsLeft: working && left > 0 ? pace.secondsLeft : undefined,
    failures,
    process: alive && { pid: alive.pid, host: alive.hostname },
    cluster: cluster?.overview,
  };
}

function stateOf(
  { manifest, done }: RunStatus,
  { working, active, failed }: Readonly<Record<'working' | 'active' | 'failed', boolean>>,
): RunOverview['state'] {
  if (working) return 'working';
  if (active) return 'waiting';
  if (manifest.state === 'complete') return 'complete';
  if (done.size === manifest.shards.length) return 'computed';
  if (manifest.state === 'partial') return 'partial';
  return failed ? 'failed' : 'stopped';
}

function unfinishedPoints({ manifest, done }: RunStatus): number {
  return new Set(manifest.shards.filter(({ id }) => !done.has(id)).map(({ point }) => point)).size;
}

interface Pace {
  readonly fraction: number;
  readonly rate: number | undefined;
  readonly secondsLeft: number | undefined;
}

/** Times are those of the file system's clock; where it is not this host's, the pace is off. */
function paceOf(
  { manifest, done, checkpoints }: RunStatus,
  submission: Submission | undefined,
): Pace {
  const costs = new Map(manifest.shards.map(({ id, cost }) => [id, cost]));
  const costOf = (ids: Iterable<string>) => {
    let sum = 0;
    for (const id of ids) sum += costs.get(id) ?? 0;
    return sum;
  };
  const total = costOf(costs.keys());
  const begun = checkpoints.reduce(
    (sum, { id, progress = 0 }) => sum + progress * (costs.get(id) ?? 0),
    0,
  );
  const doneCost = costOf(done.keys()) + begun;
  const fraction = done.size === costs.size ? 1 : total > 0 ? doneCost / total : 0;

  const starts = [manifest.sessions.at(-1)?.started, submission?.submitted]
    .filter((text) => text !== undefined)
    .map((text) => Date.parse(text));
  const since = Math.max(...starts);
  const recent = [...done].filter(([, at]) => at >= since).map(([id]) => id);
  // Waiting for the first job to start is no work.
  const firsts = recent.map((id) => (done.get(id) ?? 0) - 1000 * (costs.get(id) ?? 0));
  const began = firsts.reduce((least, at) => Math.min(least, at), Infinity);
  const seconds = (Date.now() - Math.max(since, began)) / 1000;
  if (recent.length === 0 || !(seconds > 0)) {
    return { fraction, rate: undefined, secondsLeft: undefined };
  }
  const recentCost = costOf(recent);
  return {
    fraction,
    rate: recent.length / seconds,
    secondsLeft: recentCost > 0 ? ((total - doneCost) * seconds) / recentCost : undefined,
  };
}

interface Cluster {
  readonly overview: ClusterOverview;
  /** Of the jobs together, the merge job included. */
  readonly phase: 'running' | 'waiting' | 'ended';
  /** Tasks that ended badly without a shard's failure on record: killed, out of memory, lost. */
  readonly lostTasks: readonly Failure[];
  /** How many shards the running tasks are at. */
  readonly runningShards: number;
}

/** What Slurm answers, and which shards are done. */
interface Known {
  readonly tasks: ReadonlyMap<number, JobState>;
  readonly merge: JobState | undefined;
  readonly unreachable: string | undefined;
  readonly done: { has(id: string): boolean };
}

async function clusterOf(
  folder: string,
  submission: Submission,
  { tasks, merge, unreachable, done }: Known,
): Promise<Cluster> {
  const { n, jobs, options } = submission;
  const left = jobs.map(({ shards }) => shards.filter((id) => !done.has(id)).length);
  // Of ten thousand tasks, most have nothing to tell.
  const said = readTaskStates(folder, n, (task) => {
    const known = tasks.get(task);
    if (known !== undefined && isActive(known)) return false;
    return known?.phase === 'failed' || left[task] > 0;
  });
  const phase = (task: number): 'running' | 'waiting' | 'ended' => {
    const known = tasks.get(task);
    if (known !== undefined) {
      return !isActive(known) ? 'ended' : known.phase === 'running' ? 'running' : 'waiting';
    }
    if (unreachable === undefined || left[task] === 0) return 'ended';
    const state = said.get(task)?.state;
    return state === 'running' ? 'running' : state === undefined ? 'waiting' : 'ended';
  };
  const phases = jobs.map((_, task) => phase(task));
  const count = (wanted: string) => phases.filter((each) => each === wanted).length;
  const waits = [...tasks.values()].filter((job) => job.phase === 'waiting');
  const merging = merge !== undefined && isActive(merge) ? merge.phase : 'ended';
  const both = [...phases, merging];
  return {
    phase: both.includes('running') ? 'running' : both.includes('waiting') ? 'waiting' : 'ended',
    overview: {
      submission: n,
      arrayJob: submission.arrayJob,
      mergeJob: submission.mergeJob,
      tasks: {
        total: jobs.length,
        running: count('running'),
        waiting: count('waiting'),
        ended: count('ended'),
      },
      merge: merge?.state,
      reasons: [...new Set(waits.map(({ reason }) => reason).filter((each) => each !== undefined))],
      unreachable,
    },
    lostTasks: [
      ...(await lostTasks(folder, n, { tasks, said, phases })),
      ...(merge?.phase === 'failed'
        ? [{ what: 'merge', error: await lastWords(folder, n, 'merge', merge.state) }]
        : []),
    ],
    runningShards: left.reduce(
      (sum, count, task) =>
        sum + (phases[task] === 'running' ? Math.min(count, options.cpus ?? 1) : 0),
      0,
    ),
  };
}

async function ask(submission: Submission, slurm: Slurm): Promise<Omit<Known, 'done'>> {
  try {
    const { tasks, merge } = await submissionState(submission, slurm);
    return { tasks, merge, unreachable: undefined };
  } catch (error) {
    if (!(error instanceof UserError) && !(error instanceof SlurmUnreachableError)) throw error;
    return {
      tasks: new Map<number, JobState>(),
      merge: undefined,
      unreachable: messageOf(error),
    };
  }
}

/** A task whose shards' failures are on record, or that was stopped, is none of these. */
async function lostTasks(
  folder: string,
  n: number,
  {
    tasks,
    said,
    phases,
  }: {
    readonly tasks: ReadonlyMap<number, JobState>;
    readonly said: ReadonlyMap<number, TaskState>;
    readonly phases: readonly string[];
  },
): Promise<Failure[]> {
  const lost: Failure[] = [];
  for (const [task, phase] of phases.entries()) {
    if (phase !== 'ended') continue;
    const state = said.get(task);
    const job = tasks.get(task);
    if (state?.state === 'done' || (state?.failed ?? 0) > 0) continue;
    if (state?.message !== undefined) {
      lost.push({ what: `task ${task}`, error: lastLine(state.message) });
    } else if (state?.state === 'running' || job?.phase === 'failed') {
      const word = job === undefined ? 'it ended without a word' : job.state;
      lost.push({ what: `task ${task}`, error: await lastWords(folder, n, task, word) });
    }
  }
  return lost;
}

/** How a job ended, with the last line of its log. */
async function lastWords(
  folder: string,
  n: number,
  task: number | 'merge',
  word: string,
): Promise<string> {
  const line = await lastLogLine(folder, n, task);
  return line === undefined ? word : `${word}: ${line}`;
}
