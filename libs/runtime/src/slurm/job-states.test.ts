import { describe, expect, it } from 'vitest';
import { isActive, parseJobStates } from './job-states.ts';

describe('parseJobStates', () => {
  it('reads what squeue prints', () => {
    const starts = new Date(2026, 10, 22, 19, 55, 46).toISOString();
    expect(
      parseJobStates(
        [
          '1_0|COMPLETED|None|n1|2026-11-22T19:55:46|365-00:00:00|figure-6-1-ab',
          '1_10|PENDING|JobArrayTaskLimit||N/A|UNLIMITED|figure-6-1-ab',
          '1_11|RUNNING|None|n[1-2]|2026-11-22T19:55:46|1:02|figure|6',
          '2|PENDING|Dependency||N/A|1:00:00|figure-6-1-ab-merge',
          '',
        ].join('\n'),
      ),
    ).toEqual([
      {
        job: '1',
        task: 0,
        name: 'figure-6-1-ab',
        state: 'COMPLETED',
        phase: 'completed',
        node: 'n1',
        starts,
        secondsLeft: 31_536_000,
      },
      {
        job: '1',
        task: 10,
        name: 'figure-6-1-ab',
        state: 'PENDING',
        phase: 'waiting',
        reason: 'JobArrayTaskLimit',
      },
      {
        job: '1',
        task: 11,
        name: 'figure|6',
        state: 'RUNNING',
        phase: 'running',
        node: 'n[1-2]',
        starts,
        secondsLeft: 62,
      },
      {
        job: '2',
        name: 'figure-6-1-ab-merge',
        state: 'PENDING',
        phase: 'waiting',
        reason: 'Dependency',
        secondsLeft: 3600,
      },
    ]);
  });

  it('skips lines that are no jobs', () => {
    expect(parseJobStates('')).toEqual([]);
    expect(parseJobStates('squeue: some warning\n|||\n')).toEqual([]);
  });

  it.each([
    ['PENDING', 'waiting', true],
    ['CONFIGURING', 'waiting', true],
    ['REQUEUE_HOLD', 'waiting', true],
    ['RUNNING', 'running', true],
    ['COMPLETING', 'running', true],
    ['SUSPENDED', 'running', true],
    ['A_STATE_OF_TOMORROW', 'running', true],
    ['COMPLETED', 'completed', false],
    ['CANCELLED', 'cancelled', false],
    ['TIMEOUT', 'failed', false],
    ['NODE_FAIL', 'failed', false],
    ['OUT_OF_MEMORY', 'failed', false],
  ])('takes %s as %s', (state, phase, active) => {
    const [job] = parseJobStates(`7|${state}|None||N/A|N/A|x`);
    expect(job.phase).toBe(phase);
    expect(isActive(job)).toBe(active);
  });
});
