import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithSlurm, startLab, until, type SlurmLab } from '../../test/slurm-lab.ts';
import { request } from '../../test/submissions.ts';
import { scratch } from '../../test/support.ts';
import { latestSubmission, submissionFolder } from './submission.ts';
import { activeSubmission, submissionState, submitRun } from './submit.ts';

describeWithSlurm('a task with more to do', () => {
  describe.each(['RequeueExit=75', 'RequeueExit='])('on a cluster with %s', (setting) => {
    let lab: SlurmLab;
    beforeAll(async () => {
      lab = await startLab([setting]);
    });
    afterAll(() => lab.stop());

    const isOver = (folder: string) =>
      until('the end', async () => !(await activeSubmission(folder, lab.slurm)));

    async function mergedAfterRequeue(folder: string, job: string) {
      await until('the requeue', async () => {
        const [task] = (await lab.slurm.jobStates([job])).filter(({ task }) => task === 1);
        return task?.reason === 'BeginTime';
      });
      await lab.startSoon(`${job}_1`);
      await isOver(folder);
      const latest = await latestSubmission(folder);
      const state = await submissionState(latest as NonNullable<typeof latest>, lab.slurm);
      expect([...state.tasks.values()].map(({ phase }) => phase)).toEqual([
        'completed',
        'completed',
      ]);
      expect(state.merge?.phase).toBe('completed');
    }

    it('runs again, and the merge job after it', async () => {
      const folder = await scratch();
      const { arrayJob } = await submitRun(
        request(folder, {
          work: 'echo "attempt ${SLURM_RESTART_COUNT:-0}"; [ "$1-${SLURM_RESTART_COUNT:-0}" != 1-0 ] || exit 75',
          merge: 'ls "$0/slurm/1"',
        }),
        { slurm: lab.slurm },
      );
      await mergedAfterRequeue(folder, arrayJob as string);
      const log = await readFile(join(submissionFolder(folder, 1), 'task-1.log'), 'utf8');
      expect(log).toMatch(/^attempt 0\n[^]*attempt 1\n$/);
    });

    it('hears the signal before its time limit', async () => {
      const folder = await scratch();
      const { arrayJob } = await submitRun(
        request(folder, {
          work: `[ "$1-\${SLURM_RESTART_COUNT:-0}" = 1-0 ] || exit 0
trap 'echo told; exit 75' USR1; : >"$0/up"; while :; do sleep 0.1; done`,
        }),
        { slurm: lab.slurm },
      );
      await until('the task', () => Promise.resolve(existsSync(join(folder, 'up'))));
      await lab.call('scancel', '--batch', '--signal=USR1', `${arrayJob}_1`);
      await mergedAfterRequeue(folder, arrayJob as string);
      const log = await readFile(join(submissionFolder(folder, 1), 'task-1.log'), 'utf8');
      expect(log).toContain('told\n');
    });
  });
});
