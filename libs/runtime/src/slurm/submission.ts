import { writeFileAtomic } from '@resdiff/tables';
import { readdirSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, systemCode, UserError } from '../errors.ts';
import * as is from '../shape.ts';
import type { SlurmOptions } from './options.ts';
import type { PackedJob } from './pack-jobs.ts';

export const slurmFolder = 'slurm';
const recordName = 'submission.json';
const format = 'resdiff-submission';
const formatVersion = 1;

/** What was handed to Slurm for a run at once: a job array and the job that merges. */
export interface Submission {
  readonly format: typeof format;
  readonly formatVersion: typeof formatVersion;
  /** Counts the submissions of a run, from 1. */
  readonly n: number;
  /** The array's job name, which no other submission has; the merge job's ends in `-merge`. */
  readonly jobName: string;
  /** ISO 8601, UTC. */
  readonly submitted: string;
  readonly host: string;
  readonly cluster: string;
  /** Left out until Slurm has given it; so is the merge job's. */
  readonly arrayJob?: string;
  readonly mergeJob?: string;
  readonly options: SlurmOptions;
  /** The words of the commands; a task's index follows as the last word. */
  readonly commands: SubmissionCommands;
  /** What task k of the array computes, at index k. */
  readonly jobs: readonly PackedJob[];
}

export interface SubmissionCommands {
  readonly work: readonly string[];
  readonly merge: readonly string[];
}

const submissionShape = is.object({
  n: is.count,
  jobName: is.text,
  submitted: is.text,
  host: is.text,
  cluster: is.text,
  arrayJob: is.optional(is.text),
  mergeJob: is.optional(is.text),
  options: is.record(is.json),
  commands: is.object({ work: is.list(is.text), merge: is.list(is.text) }),
  jobs: is.list(is.object({ shards: is.list(is.text), seconds: is.number })),
});

export function newSubmission(
  facts: Omit<Submission, 'format' | 'formatVersion' | 'arrayJob' | 'mergeJob'>,
): Submission {
  return { format, formatVersion, ...facts };
}

export function mergeJobName({ jobName }: Pick<Submission, 'jobName'>): string {
  return `${jobName}-merge`;
}

/** The folder of a submission, where its scripts, logs and the states of its tasks are. */
export function submissionFolder(folder: string, n: number): string {
  return join(folder, slurmFolder, String(n));
}

/** The log of task `task`, or of the merge job. */
export function logFile(folder: string, n: number, task: number | 'merge'): string {
  return join(submissionFolder(folder, n), task === 'merge' ? 'merge.log' : `task-${task}.log`);
}

/** The numbers of a run's submissions, ascending. */
export function submissionNumbers(folder: string): number[] {
  try {
    return readdirSync(join(folder, slurmFolder))
      .filter((name) => /^[1-9]\d*$/.test(name))
      .map(Number)
      .sort((a, b) => a - b);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) {
      return [];
    }
    throw error;
  }
}

/** The latest submission of a run that was recorded, or undefined if there is none. */
export async function latestSubmission(folder: string): Promise<Submission | undefined> {
  for (const n of submissionNumbers(folder).reverse()) {
    const found = await findSubmission(folder, n);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

/** @throws {UserError} if there is none, it is damaged, or of a newer version. */
export async function readSubmission(folder: string, n: number): Promise<Submission> {
  const found = await findSubmission(folder, n);
  if (found === undefined) {
    throw new UserError(`${folder} has no submission ${n}.`, {
      remedy: `It has ${submissionNumbers(folder).join(', ') || 'none'}.`,
    });
  }
  return found;
}

async function findSubmission(folder: string, n: number): Promise<Submission | undefined> {
  const path = join(submissionFolder(folder, n), recordName);
  try {
    return parseSubmission(await readFile(path, 'utf8'), path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

function parseSubmission(content: string, path: string): Submission {
  const value = parseJson(content);
  if (
    is.isRecord(value) &&
    typeof value.formatVersion === 'number' &&
    value.formatVersion > formatVersion
  ) {
    throw new UserError(
      `${path} has format version ${value.formatVersion}; this resdiff reads versions up to ${formatVersion}.`,
      { remedy: 'Use the newer resdiff that wrote it.' },
    );
  }
  const problem =
    is.isRecord(value) && value.format === format
      ? submissionShape(value, '')
      : 'it is not the record of a submission';
  if (problem !== undefined) {
    throw new UserError(`${path} is damaged: ${problem}.`, {
      remedy:
        'If squeue shows no job of this run, delete its folder and submit again: finished shards are kept.',
    });
  }
  return value as Submission;
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

/** Replaces the record in one step. The submission's folder has to be there. */
export function writeSubmission(folder: string, submission: Submission): void {
  const path = join(submissionFolder(folder, submission.n), recordName);
  writeFileAtomic(path, `${JSON.stringify(submission, null, 2)}\n`);
}

/**
 * The ids of the shards that a task of a submission is to compute.
 *
 * @throws {UserError} if there is no such submission or task.
 */
export async function shardsOfTask(
  folder: string,
  n: number,
  task: number,
): Promise<readonly string[]> {
  const { jobs } = await readSubmission(folder, n);
  const job = jobs[task];
  if (job === undefined) {
    throw new UserError(`Submission ${n} of ${folder} has no task ${task}.`, {
      remedy: `Its tasks are 0 to ${jobs.length - 1}.`,
    });
  }
  return job.shards;
}

const TAIL_BYTES = 4096;

/** The last line with anything in it of a task's or the merge job's log, if there is one. */
export async function lastLogLine(
  folder: string,
  n: number,
  task: number | 'merge',
): Promise<string | undefined> {
  try {
    const file = await open(logFile(folder, n, task));
    try {
      const { size } = await file.stat();
      const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
      await file.read(buffer, 0, buffer.length, size - buffer.length);
      const lines = buffer.toString('utf8').split(/[\r\n]+/);
      return lines.map((line) => line.trim()).findLast((line) => line !== '');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      return undefined;
    }
    throw new UserError(`${logFile(folder, n, task)} cannot be read: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}
