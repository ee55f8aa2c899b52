import { makeFolders, writeFileAtomic } from '@resdiff/tables';
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { DiskFullError, isDiskFull, UserError } from '../errors.ts';
import { lockFolder, type Lock } from '../lock.ts';
import { isActive, type JobState } from './job-states.ts';
import { defaultJobDuration, refuseShortTime, type SlurmOptions } from './options.ts';
import { packJobs } from './pack-jobs.ts';
import { arrayScript, mergeScript } from './scripts.ts';
import { Slurm, type SlurmConfig } from './slurm.ts';
import {
  latestSubmission,
  mergeJobName,
  newSubmission,
  submissionFolder,
  submissionNumbers,
  writeSubmission,
  type Submission,
  type SubmissionCommands,
} from './submission.ts';

export interface SubmissionRequest {
  /** The run folder. */
  readonly folder: string;
  /** What the jobs' names begin with, such as the pipeline's name. */
  readonly name: string;
  /** The shards to compute, with their estimated seconds on one CPU. */
  readonly shards: readonly { readonly id: string; readonly cost: number }[];
  readonly options: SlurmOptions;
  /** The words of the commands of submission `n`; a task's index follows those of `work`. */
  readonly commands: (n: number) => SubmissionCommands;
  /** The folder that the commands run in; this process's if left out. */
  readonly cwd?: string;
}

export interface PlannedSubmission {
  readonly submission: Submission;
  readonly arrayScript: string;
  readonly mergeScript: string;
}

/** What to assume of a cluster that cannot be asked: Slurm's defaults. */
export const defaultSlurmConfig: SlurmConfig = {
  cluster: 'unknown',
  version: 'unknown',
  maxArraySize: 1001,
};

/**
 * The next submission of a run, and its scripts; nothing is written or submitted.
 *
 * @throws {UserError} if there is nothing to submit, or the options or the folder's name do not do.
 */
export function planSubmission(
  { folder, name, shards, options, commands, cwd = process.cwd() }: SubmissionRequest,
  config: SlurmConfig = defaultSlurmConfig,
): PlannedSubmission {
  if (shards.length === 0) {
    throw new UserError(`There is nothing to submit: no shard of ${folder} is missing.`, {
      remedy: `Merge what is there: resdiff merge ${folder}.`,
    });
  }
  refuseShortTime(options);
  const n = (submissionNumbers(folder).at(-1) ?? 0) + 1;
  const jobs = packJobs(shards, {
    workersPerJob: options.cpus ?? 1,
    minSeconds: options.jobDuration ?? defaultJobDuration,
    mostJobs: Math.min(options.mostJobs ?? Infinity, config.maxArraySize),
  });
  const submission = newSubmission({
    n,
    jobName: `${safeName(name)}-${n}-${randomBytes(4).toString('hex')}`,
    submitted: new Date().toISOString(),
    host: hostname(),
    cluster: config.cluster,
    options,
    commands: commands(n),
    jobs,
  });
  const { jobName, commands: words } = submission;
  const common = { logs: submissionFolder(resolve(folder), n), cwd: resolve(cwd), options };
  return {
    submission,
    arrayScript: arrayScript({ ...common, jobName, command: words.work, jobs: jobs.length }),
    mergeScript: mergeScript({
      ...common,
      jobName: mergeJobName(submission),
      command: words.merge,
    }),
  };
}

function safeName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9._-]/g, '-').slice(0, 60) || 'resdiff';
}

/**
 * Hands a job array and its merge job to Slurm and records them in the run folder, which has to be
 * there. The folder is locked meanwhile, so of several submitters at once one wins.
 *
 * @param lock the folder's lock, if the caller holds it; it stays the caller's.
 * @throws {UserError} if another process works in the folder, an earlier submission is still active,
 * Slurm refuses a job or is not installed, or there is nothing to submit. No job is left then.
 * @throws {SlurmUnreachableError}
 */
export async function submitRun(
  request: SubmissionRequest,
  { slurm = new Slurm(), lock }: { readonly slurm?: Slurm; readonly lock?: Lock } = {},
): Promise<Submission> {
  const held = lock ?? lockFolder(request.folder);
  try {
    const config = await slurm.config();
    await refuseIfActive(request.folder, slurm, config);
    return await submit(request.folder, planSubmission(request, config), slurm);
  } catch (error) {
    throw isDiskFull(error) ? new DiskFullError(request.folder, error) : error;
  } finally {
    if (lock === undefined) {
      held.release();
    }
  }
}

/**
 * The record is written before each step, so a submitter that dies leaves no job that is not found:
 * until its id is recorded, a job is found by its name.
 */
async function submit(folder: string, plan: PlannedSubmission, slurm: Slurm): Promise<Submission> {
  const { submission } = plan;
  const parent = submissionFolder(folder, submission.n);
  const arrayFile = resolve(parent, 'array.sh');
  const mergeFile = resolve(parent, 'merge.sh');
  await makeFolders(parent);
  writeFileAtomic(arrayFile, plan.arrayScript);
  writeFileAtomic(mergeFile, plan.mergeScript);
  writeSubmission(folder, submission);

  let arrayJob: string;
  try {
    arrayJob = await slurm.submitArray(arrayFile);
  } catch (error) {
    if (error instanceof UserError) {
      await rm(parent, { recursive: true, force: true });
    }
    throw error;
  }
  const begun = { ...submission, arrayJob };
  try {
    writeSubmission(folder, begun);
    const whole = { ...begun, mergeJob: await slurm.submitMerge(mergeFile, arrayJob) };
    writeSubmission(folder, whole);
    return whole;
  } catch (error) {
    await slurm.cancel([arrayJob]).catch(() => undefined);
    throw error;
  }
}

/** A submission, and what the controller still knows of its jobs. */
export interface SubmissionState {
  readonly submission: Submission;
  /** The array's tasks that are not forgotten, by index. */
  readonly tasks: ReadonlyMap<number, JobState>;
  /** Undefined if forgotten, or never submitted. */
  readonly merge: JobState | undefined;
  /** Whether a job of it is waiting or running. */
  readonly active: boolean;
}

/** @throws {UserError} if Slurm is not installed. @throws {SlurmUnreachableError} */
export async function submissionState(
  submission: Submission,
  slurm: Slurm = new Slurm(),
): Promise<SubmissionState> {
  const { jobName, arrayJob, mergeJob } = submission;
  const mergeName = mergeJobName(submission);
  const jobs =
    arrayJob === undefined || mergeJob === undefined
      ? await slurm.jobsNamed([jobName, mergeName])
      : await slurm.jobStates([arrayJob, mergeJob]);
  // An id may be another job's by now, as a cluster that is set up anew counts anew.
  const ours = jobs.filter(({ name }) => name === jobName || name === mergeName);
  const tasks = ours.flatMap((job) =>
    job.name === jobName && job.task !== undefined ? [[job.task, job] as const] : [],
  );
  return {
    submission,
    tasks: new Map(tasks.sort(([a], [b]) => a - b)),
    merge: ours.find(({ name }) => name === mergeName),
    active: ours.some(isActive),
  };
}

/** The latest submission of the run in `folder`, if any of its jobs is waiting or running. */
export async function activeSubmission(
  folder: string,
  slurm: Slurm = new Slurm(),
): Promise<SubmissionState | undefined> {
  const latest = await latestSubmission(folder);
  if (latest === undefined) {
    return undefined;
  }
  const state = await submissionState(latest, slurm);
  return state.active ? state : undefined;
}

async function refuseIfActive(folder: string, slurm: Slurm, { cluster }: SlurmConfig) {
  const latest = await latestSubmission(folder);
  if (latest === undefined) {
    return;
  }
  if (latest.cluster !== cluster) {
    throw new UserError(
      `Submission ${latest.n} of ${folder} went to the cluster ${latest.cluster}; this is ${cluster}, which cannot say whether it is active.`,
      {
        remedy: `Submit there. If none of its jobs is left, delete ${submissionFolder(folder, latest.n)}.`,
      },
    );
  }
  const { active, tasks, merge } = await submissionState(latest, slurm);
  if (active) {
    const jobs = [...tasks.values(), ...(merge === undefined ? [] : [merge])];
    const inPhase = (phase: string) => jobs.filter((job) => job.phase === phase).length;
    throw new UserError(
      `Submission ${latest.n} of ${folder} is active: job ${latest.arrayJob ?? jobs[0].job} (${latest.jobName}), ${inPhase('running')} running and ${inPhase('waiting')} waiting.`,
      {
        remedy: `Follow it with resdiff status ${folder}; to submit anew, end it first with resdiff cancel ${folder}.`,
      },
    );
  }
}

/**
 * Cancels what is left of a submission.
 *
 * @returns the state before.
 * @throws {UserError} if Slurm is not installed. @throws {SlurmUnreachableError}
 */
export async function cancelSubmission(
  submission: Submission,
  slurm: Slurm = new Slurm(),
): Promise<SubmissionState> {
  const state = await submissionState(submission, slurm);
  const { tasks, merge } = state;
  const jobs = [merge, ...tasks.values()].filter((job) => job !== undefined).filter(isActive);
  await slurm.cancel([...new Set(jobs.map(({ job }) => job))]);
  return state;
}
