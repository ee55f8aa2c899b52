import { parseSlurmTime } from './durations.ts';

/** What a state of Slurm comes to. */
export type JobPhase = 'waiting' | 'running' | 'completed' | 'failed' | 'cancelled';

/** A job, or a task of a job array, as the controller has it. */
export interface JobState {
  /** The job's id; of a task of an array, the array's. */
  readonly job: string;
  /** The index of a task of an array. */
  readonly task?: number;
  readonly name: string;
  /** In Slurm's word, such as `PENDING`. */
  readonly state: string;
  readonly phase: JobPhase;
  /** Why it waits or failed, in Slurm's word, such as `Resources`; left out if there is none. */
  readonly reason?: string;
  /** Where it runs or ran. */
  readonly node?: string;
  /** When it started or is expected to: ISO 8601, UTC. */
  readonly starts?: string;
  /** Seconds until the time limit, if there is one. */
  readonly secondsLeft?: number;
}

/** What squeue is asked to print of each job; the last field may hold anything. */
export const squeueFormat = '%i|%T|%r|%N|%S|%L|%j';

const phases: Readonly<Record<string, JobPhase>> = {
  PENDING: 'waiting',
  CONFIGURING: 'waiting',
  REQUEUED: 'waiting',
  REQUEUE_FED: 'waiting',
  REQUEUE_HOLD: 'waiting',
  RESV_DEL_HOLD: 'waiting',
  SPECIAL_EXIT: 'waiting',
  COMPLETED: 'completed',
  CANCELLED: 'cancelled',
  REVOKED: 'cancelled',
  BOOT_FAIL: 'failed',
  DEADLINE: 'failed',
  FAILED: 'failed',
  LAUNCH_FAILED: 'failed',
  NODE_FAIL: 'failed',
  OUT_OF_MEMORY: 'failed',
  PREEMPTED: 'failed',
  RECONFIG_FAIL: 'failed',
  TIMEOUT: 'failed',
};

/** Whether Slurm still has to do with the job. A state that is not known counts as running. */
export function isActive({ phase }: JobState): boolean {
  return phase === 'waiting' || phase === 'running';
}

/** The jobs in what `squeue --noheader --array` printed in {@link squeueFormat}. */
export function parseJobStates(output: string): JobState[] {
  return output.split('\n').flatMap((line) => {
    const [id = '', state = '', reason = '', node = '', start = '', left = '', ...name] =
      line.split('|');
    const [job = '', task] = id.trim().split('_');
    if (!/^\d+$/.test(job) || state === '') {
      return [];
    }
    const secondsLeft = parseSlurmTime(left.trim());
    const starts = parseLocalTime(start.trim());
    return [
      {
        job,
        ...(/^\d+$/.test(task ?? '') && { task: Number(task) }),
        name: name.join('|'),
        state,
        phase: phases[state] ?? 'running',
        ...(reason !== '' && reason !== 'None' && { reason }),
        ...(node !== '' && { node }),
        ...(starts !== undefined && { starts }),
        ...(secondsLeft !== undefined && Number.isFinite(secondsLeft) && { secondsLeft }),
      },
    ];
  });
}

function parseLocalTime(text: string): string | undefined {
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text);
  return isTime ? new Date(text).toISOString() : undefined;
}
