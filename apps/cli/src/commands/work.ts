import { workOnTask } from '@resdiff/experiments';
import { moreToDo } from '@resdiff/runtime';
import { deviceLost, deviceRequest, type DeviceOptions } from '../devices.ts';
import { failurePolicy, type PolicyOptions } from '../policy.ts';
import { progressView } from '../progress.ts';
import { stopForSlurm } from '../stop.ts';
import { openTerminal, reportError } from '../terminal.ts';

export interface WorkCommandOptions extends PolicyOptions, DeviceOptions {
  readonly workers: number;
  readonly data?: string | undefined;
}

interface Task {
  /** The run folder. */
  readonly folder: string;
  readonly submission: number;
  /** Its index in the job array. */
  readonly task: number;
}

/** `resdiff work RUN SUBMISSION TASK`, which jobs run. Returns the exit code. */
export async function work(task: Task, options: WorkCommandOptions): Promise<number> {
  const terminal = openTerminal({});
  const progress = progressView(terminal);
  const signal = stopForSlurm(() => {
    terminal.note('Stopping: the shards at work finish or write a checkpoint first.');
  });
  try {
    const { state, message, done, failed, stopped } = await workOnTask({
      ...task,
      workers: options.workers,
      devices: deviceRequest(options),
      onDeviceLost: (loss) => {
        terminal.warn(`Warning: ${deviceLost(loss)}`);
      },
      signal,
      ...failurePolicy(options),
      ...(options.data !== undefined && { environment: { dataFolder: options.data } }),
      onProgress: (now) => {
        progress.update(now);
      },
    });
    const counts = `${done.length} of ${done.length + failed.length + stopped.length} shards are done`;
    if (message !== undefined) terminal.warn(`resdiff: ${message}`);
    terminal.note(state === 'more' ? `${counts}; the others are to be done.` : `${counts}.`);
    return { done: 0, failed: 1, more: moreToDo }[state];
  } catch (error) {
    return reportError(error, terminal);
  } finally {
    progress.end();
  }
}
