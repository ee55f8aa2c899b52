import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratch } from '../../test/support.ts';
import { submissionFolder } from './submission.ts';
import { readTaskStates, taskAttempt, writeTaskState, type TaskState } from './task-state.ts';

const stateOf = (attempt: number): TaskState => ({
  attempt,
  host: 'node7',
  pid: 12,
  started: '2026-11-22T20:00:00.000Z',
  state: 'running',
  done: 1,
  failed: 0,
});

describe('the states of tasks', () => {
  it('come back by index', async () => {
    const folder = await scratch();
    await mkdir(submissionFolder(folder, 1), { recursive: true });
    expect(readTaskStates(folder, 1)).toEqual(new Map());
    expect(readTaskStates(folder, 2)).toEqual(new Map());
    const failed = { ...stateOf(0), state: 'failed', ended: 'x', message: 'no room' } as const;
    writeTaskState(folder, 1, 10, failed);
    writeTaskState(folder, 1, 2, stateOf(0));
    await writeFile(join(submissionFolder(folder, 1), 'task-3.json'), '{"attempt"');
    expect(readTaskStates(folder, 1)).toEqual(
      new Map([
        [10, failed],
        [2, stateOf(0)],
      ]),
    );
    expect([...readTaskStates(folder, 1, (task) => task < 9).keys()]).toEqual([2]);
  });

  it('are not those of an attempt that Slurm gave up', async () => {
    const folder = await scratch();
    await mkdir(submissionFolder(folder, 1), { recursive: true });
    expect(writeTaskState(folder, 1, 0, stateOf(1))).toBe(true);
    expect(writeTaskState(folder, 1, 0, { ...stateOf(0), state: 'done' })).toBe(false);
    expect(readTaskStates(folder, 1).get(0)).toEqual(stateOf(1));
    expect(writeTaskState(folder, 1, 0, { ...stateOf(1), state: 'done' })).toBe(true);
    expect(readTaskStates(folder, 1).get(0)?.state).toBe('done');
  });
});

it('reads the attempt from what Slurm sets', () => {
  expect(taskAttempt({})).toBe(0);
  expect(taskAttempt({ SLURM_RESTART_COUNT: '2' })).toBe(2);
});
