import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { until } from '../../../libs/runtime/test/slurm-lab.ts';
import { faultVariables, notedIn } from './faults.ts';
import { finishedShards } from './support.ts';

/** Some shards are done at this step of a task, and most are not. */
const AMID = 40;

/**
 * Options of submit, in `cwd`, by which task 0 of the array halts amid its shards when it runs for
 * the first time: what befalls it then does so in the midst of its work, however slow the machine.
 */
export function halting(cwd: string): string[] {
  const variables = Object.entries(faultVariables(cwd, { at: AMID, signal: 'SIGSTOP' }));
  const words = variables.map(([name, value]) => `${name}='${value}'`).join(' ');
  const first = '[ "$SLURM_ARRAY_TASK_ID" = 0 ] && [ ! -e log ]';
  return ['--setup', `if ${first}; then export ${words}; fi`];
}

/** Waits until task 0 has halted. Returns the process that computes its shards. */
export async function halted(cwd: string): Promise<number> {
  await until('some shards', () => Promise.resolve(notedIn(cwd).length > 0));
  expect(notedIn(cwd)).toMatchObject([{ event: 'SIGSTOP' }]);
  expect(finishedShards(join(cwd, 'run'))).not.toEqual([]);
  return taskState(cwd, 1, 0).pid;
}

/** Lets a process that has halted go on, once the signal that it is to hear has come. */
export async function goOnTold(pid: number): Promise<void> {
  await until('the signal', () => {
    const [, pending] = /^ShdPnd:\s*([0-9a-f]+)$/m.exec(
      readFileSync(`/proc/${pid}/status`, 'utf8'),
    )!;
    return Promise.resolve(BigInt(`0x${pending}`) !== 0n);
  });
  process.kill(pid, 'SIGCONT');
}

/** What a task of a submission says of itself. */
export function taskState(cwd: string, n: number, task: number): { attempt: number; pid: number } {
  const text = readFileSync(join(cwd, `run/slurm/${n}/task-${task}.json`), 'utf8');
  return JSON.parse(text) as { attempt: number; pid: number };
}
