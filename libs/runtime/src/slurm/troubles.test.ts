import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { describeWithSlurm, startLab, until } from '../../test/slurm-lab.ts';
import { request } from '../../test/submissions.ts';
import { failureOf, scratch } from '../../test/support.ts';
import { isActive } from './job-states.ts';
import { SlurmUnreachableError } from './slurm.ts';
import { submissionFolder } from './submission.ts';
import { activeSubmission, cancelSubmission, submissionState, submitRun } from './submit.ts';

describeWithSlurm('a cluster with troubles', () => {
  it('forgets jobs, which are not active then', async () => {
    const lab = await startLab(['MinJobAge=2']);
    onTestFinished(() => lab.stop());
    const folder = await scratch();
    const submission = await submitRun(request(folder), { slurm: lab.slurm });
    const { arrayJob, mergeJob } = submission as { arrayJob: string; mergeJob: string };
    await until('the merge job', () =>
      Promise.resolve(existsSync(join(submissionFolder(folder, 1), 'merge.log'))),
    );
    await until('forgetting', async () => {
      return (await lab.slurm.jobStates([arrayJob, mergeJob])).length === 0;
    });
    expect(await submissionState(submission, lab.slurm)).toEqual({
      submission,
      tasks: new Map(),
      merge: undefined,
      active: false,
    });
    await cancelSubmission(submission, lab.slurm);
    await lab.slurm.cancel([arrayJob]);
    expect((await submitRun(request(folder), { slurm: lab.slurm })).n).toBe(2);
  });

  it('takes as many jobs as an array can have, and no job for another', async () => {
    const lab = await startLab(['MaxArraySize=4']);
    onTestFinished(() => lab.stop());
    expect(await lab.slurm.config()).toMatchObject({ cluster: 'lab', maxArraySize: 4 });
    const folder = await scratch();
    const submission = await submitRun(request(folder, { tasks: 9, work: 'sleep 60' }), {
      slurm: lab.slurm,
    });
    expect(submission.jobs).toHaveLength(4);
    const renamed = { ...submission, jobName: 'another' };
    expect((await submissionState(submission, lab.slurm)).tasks.size).toBe(4);
    expect((await submissionState(renamed, lab.slurm)).active).toBe(false);
  });

  it('says that the controller is away, and goes on after its return', async () => {
    const lab = await startLab();
    onTestFinished(() => lab.stop());
    const folder = await scratch();
    const submission = await submitRun(
      request(folder, { work: 'until [ -e "$0/go" ]; do sleep 0.1; done' }),
      { slurm: lab.slurm },
    );
    await until('the tasks', async () => {
      const { tasks } = await submissionState(submission, lab.slurm);
      return [...tasks.values()].every(({ phase }) => phase === 'running');
    });
    await lab.killDaemon('slurmctld', 'SIGTERM');
    const error = await failureOf(activeSubmission(folder, lab.slurm));
    expect(error).toBeInstanceOf(SlurmUnreachableError);
    expect(error.message).toContain('Unable to contact slurm controller');

    await lab.startDaemon('slurmctld');
    await writeFile(join(folder, 'go'), '');
    await until('the end', async () => !(await activeSubmission(folder, lab.slurm)));
    expect((await submissionState(submission, lab.slurm)).merge?.phase).toBe('completed');
  });

  it('starts the tasks of a lost node again, and merges after them', async () => {
    const lab = await startLab(['SlurmdTimeout=5']);
    onTestFinished(() => lab.stop());
    const folder = await scratch();
    const submission = await submitRun(
      request(folder, {
        work: 'echo "$SLURMD_NODENAME"; [ "$SLURMD_NODENAME-${SLURM_RESTART_COUNT:-0}" != n2-0 ] || sleep 600',
        tasks: 4,
      }),
      { slurm: lab.slurm },
    );
    const onN2 = async () =>
      [...(await submissionState(submission, lab.slurm)).tasks.values()].filter(
        ({ node, phase }) => node === 'n2' && phase === 'running',
      );
    await until('tasks of n2', async () => (await onN2()).length === 2);
    const lost = (await onN2()).map(({ job, task }) => `${job}_${task}`);
    await until('a manager and a shell of each', async () => {
      const pids = (await Promise.all(lost.map((job) => lab.processesOf(job)))).flat();
      return pids.length >= 4;
    });

    await lab.killNode('n2');
    await until('the requeue', async () => {
      const { tasks } = await submissionState(submission, lab.slurm);
      return [...tasks.values()].filter(({ reason }) => reason === 'BeginTime').length === 2;
    });
    await Promise.all(lost.map((job) => lab.startSoon(job)));
    await until('the end', async () => !(await activeSubmission(folder, lab.slurm)));
    const { tasks, merge } = await submissionState(submission, lab.slurm);
    expect([...tasks.values()].some(isActive)).toBe(false);
    expect(merge?.phase).toBe('completed');
  });
});
