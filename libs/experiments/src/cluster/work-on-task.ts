import {
  defaultSignalSeconds,
  messageOf,
  parseSlurmTime,
  readRun,
  readSubmission,
  shardsOfTask,
  Slurm,
  taskAttempt,
  workOnShards,
  writeTaskState,
  type DeviceLoss,
  type FailurePolicy,
  type RunProgress,
  type SlurmOptions,
  type TaskState,
  type WorkOutcome,
} from '@resdiff/runtime';
import { hostname } from 'node:os';
import type { Environment } from '../experiment.ts';
import { planFromManifest } from '../plan-from-manifest.ts';
import { devicesForRun, type DeviceRequest } from '../devices.ts';
import { runExecutor } from '../run-pipeline.ts';

export interface TaskOptions extends FailurePolicy {
  /** The run folder. */
  readonly folder: string;
  /** The submission of the run. */
  readonly submission: number;
  /** The task's index in the job array. */
  readonly task: number;
  /** Worker threads at most. */
  readonly workers: number;
  /** Where shards are computed; on the cpu if left out. */
  readonly devices?: DeviceRequest;
  readonly onDeviceLost?: (loss: DeviceLoss) => void;
  /** Aborted when Slurm wants the task to stop. */
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: RunProgress) => void;
  readonly environment?: Environment;
}

/** What became of a task of a job array. */
export interface TaskOutcome extends WorkOutcome {
  /** `done`: all its shards are; `more`: it was stopped and goes on when it is started again. */
  readonly state: 'done' | 'failed' | 'more';
  readonly message?: string;
}

/**
 * Seconds that shards without a checkpoint are given at most to finish once the task is to stop;
 * Slurm kills what is left of a job 30 seconds (KillWait) after it told it to end.
 */
const GRACE_SECONDS = 20;
/** Seconds that Slurm may send the signal before its time, see `--signal` of sbatch. */
const EARLY_SECONDS = 60;

/**
 * Computes the shards of a task, and keeps its state beside the submission.
 *
 * @throws {UserError} if the run or the task is not there, or was planned by another resdiff or on
 *   other data than are here.
 */
export async function workOnTask({
  folder,
  submission: n,
  task,
  workers,
  devices: request,
  onDeviceLost,
  signal,
  onProgress,
  environment,
  ...policy
}: TaskOptions): Promise<TaskOutcome> {
  const started = new Date();
  const say = (state: Omit<TaskState, 'attempt' | 'host' | 'pid' | 'started'>) =>
    writeTaskState(folder, n, task, {
      attempt: taskAttempt(),
      host: hostname(),
      pid: process.pid,
      started: started.toISOString(),
      ...(state.state !== 'running' && { ended: new Date().toISOString() }),
      ...state,
    });
  const ids = await shardsOfTask(folder, n, task);
  const { options } = await readSubmission(folder, n);
  const { signalSeconds = defaultSignalSeconds } = options;
  say({ state: 'running', done: 0, failed: 0 });
  try {
    const { manifest } = await readRun(folder);
    const { pipeline, planned } = await planFromManifest(manifest, {
      ...(environment && { environment }),
    });
    const found = request && (await devicesForRun(pipeline.experiment, planned, request));
    const executor = runExecutor(pipeline, planned, {
      workers,
      graceSeconds: Math.min(GRACE_SECONDS, signalSeconds / 2),
      ...(found && { devices: found.map(({ device }) => device) }),
      ...(onDeviceLost && { onDeviceLost }),
    });
    let resumed = 0;
    try {
      const outcome = await workOnShards(folder, ids, {
        ...policy,
        mixedDevices: request?.mixed ?? false,
        executor,
        schema: planned.plan.schema,
        signal,
        job: jobName(task),
        onProgress: (progress) => {
          ({ resumed } = progress);
          onProgress?.(progress);
        },
      });
      const progressed = outcome.done.length > resumed || outcome.checkpointed.length > 0;
      const endless =
        outcome.stopped.length > 0 &&
        !progressed &&
        (await secondsToLimit(task, options, started)) <= signalSeconds + EARLY_SECONDS;
      const ended = { ...outcome, ...judged(outcome, endless) };
      const { done, failed, state, message } = ended;
      say({
        state: state === 'more' ? 'stopped' : state,
        done: done.length,
        failed: failed.length,
        ...(message !== undefined && { message }),
      });
      return ended;
    } finally {
      await executor.close();
    }
  } catch (error) {
    say({ state: 'failed', done: 0, failed: 0, message: messageOf(error) });
    throw error;
  }
}

/** @param endless whether the task would be stopped in the same way if it were started again. */
function judged(
  { stopped, failed }: WorkOutcome,
  endless: boolean,
): Pick<TaskOutcome, 'state' | 'message'> {
  if (endless) {
    return {
      state: 'failed',
      message: `Its time limit ended before a shard was done or a checkpoint written: ${stopped[0]} takes longer. Resume with a longer --time.`,
    };
  }
  if (stopped.length > 0) return { state: 'more' };
  if (failed.length === 0) return { state: 'done' };
  const [{ shard, message }] = failed;
  const more = failed.length > 1 ? ` (and ${failed.length - 1} more)` : '';
  return { state: 'failed', message: `${shard}: ${message}${more}` };
}

/** By Slurm, which knows the limits of partitions, or by the options where it cannot be asked. */
async function secondsToLimit(
  task: number,
  { time }: SlurmOptions,
  started: Date,
): Promise<number> {
  const [job] = await new Slurm().jobStates([jobName(task)]).catch(() => []);
  const limit = (time === undefined ? undefined : parseSlurmTime(time)) ?? Infinity;
  return job?.secondsLeft ?? limit - (Date.now() - started.getTime()) / 1000;
}

/** As Slurm names a task of an array. */
function jobName(task: number): string {
  const array = process.env.SLURM_ARRAY_JOB_ID;
  return array === undefined ? `task ${task}` : `${array}_${task}`;
}
