import { cancelSubmission, latestSubmission, readRun, UserError } from '@resdiff/runtime';
import { hostname } from 'node:os';
import { commandLine, counted } from '../format.ts';
import { openTerminal, reportError, type TerminalOptions } from '../terminal.ts';

/** `resdiff cancel RUN`. Returns the exit code. */
export async function cancel(folder: string, options: TerminalOptions): Promise<number> {
  const terminal = openTerminal(options);
  try {
    const { lock } = await readRun(folder);
    const submission = await latestSubmission(folder);
    const state = submission && (await cancelSubmission(submission));
    const owner = lock !== undefined && lock.alive !== false ? lock.owner : undefined;
    if (owner !== undefined) stopProcess(owner);
    const tasks = [...(state?.tasks.values() ?? [])].filter(
      ({ phase }) => phase === 'running' || phase === 'waiting',
    ).length;
    const jobs = state?.active ? (submission?.arrayJob ?? submission?.jobName) : undefined;
    if (jobs !== undefined) {
      terminal.say(`Cancelled the job ${jobs}, ${counted(tasks, 'task')} of it.`);
    }
    if (owner !== undefined) {
      terminal.say(`Asked process ${owner.pid} to stop; it finishes or writes checkpoints first.`);
    }
    const nothing = jobs === undefined && owner === undefined;
    terminal.say(
      nothing
        ? `Nothing works on ${folder}.`
        : `What is finished is kept: resdiff resume ${folder} goes on.`,
    );
    terminal.result({ folder, job: jobs ?? null, tasks, pid: owner?.pid ?? null });
    return 0;
  } catch (error) {
    return reportError(error, terminal, commandLine());
  }
}

function stopProcess({ pid, hostname: host }: { readonly pid: number; readonly hostname: string }) {
  if (host !== hostname()) {
    throw new UserError(`Process ${pid} on ${host} works in the folder, not on this machine.`, {
      remedy: `Give the command on ${host}, or stop the process there.`,
    });
  }
  process.kill(pid, 'SIGTERM');
}
