import { writeFileAtomic } from '@resdiff/tables';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../errors.ts';
import * as is from '../shape.ts';
import { submissionFolder } from './submission.ts';

/** What a task of a job array says of itself. */
export interface TaskState {
  /** How often Slurm has started the task before. */
  readonly attempt: number;
  readonly host: string;
  readonly pid: number;
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly ended?: string;
  readonly state: 'running' | 'done' | 'failed' | 'stopped';
  /** How many of its shards are done, and how many failed. */
  readonly done: number;
  readonly failed: number;
  /** What went wrong. */
  readonly message?: string;
}

const taskStateShape = is.object({
  attempt: is.count,
  host: is.text,
  pid: is.count,
  started: is.text,
  ended: is.optional(is.text),
  state: is.oneOf('running', 'done', 'failed', 'stopped'),
  done: is.count,
  failed: is.count,
  message: is.optional(is.text),
});

/** How often Slurm has started the task that this process runs in before. */
export function taskAttempt(env: NodeJS.ProcessEnv = process.env): number {
  return Number(env.SLURM_RESTART_COUNT ?? 0) || 0;
}

/**
 * Replaces the state of a task in one step, unless a later attempt has written its own: a task that
 * Slurm gave up for lost and started elsewhere may still run.
 *
 * @returns whether the state was written.
 */
export function writeTaskState(folder: string, n: number, task: number, state: TaskState): boolean {
  const path = join(submissionFolder(folder, n), nameOf(task));
  const found = readState(path);
  if (found !== undefined && found.attempt > state.attempt) {
    return false;
  }
  writeFileAtomic(path, `${JSON.stringify(state)}\n`);
  return true;
}

/**
 * The states of a submission's tasks by index; tasks that have not started are absent, as are those
 * that are not `wanted`.
 */
export function readTaskStates(
  folder: string,
  n: number,
  wanted: (task: number) => boolean = () => true,
): Map<number, TaskState> {
  const parent = submissionFolder(folder, n);
  const states = new Map<number, TaskState>();
  for (const name of namesIn(parent)) {
    const task = Number(/^task-(\d+)\.json$/.exec(name)?.[1] ?? NaN);
    const state = task >= 0 && wanted(task) ? readState(join(parent, name)) : undefined;
    if (state !== undefined) {
      states.set(task, state);
    }
  }
  return states;
}

function nameOf(task: number): string {
  return `task-${task}.json`;
}

function readState(path: string): TaskState | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return taskStateShape(value, '') === undefined ? (value as TaskState) : undefined;
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      return [];
    }
    throw error;
  }
}
