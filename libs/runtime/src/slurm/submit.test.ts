import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { describeWithSlurm, startLab, until, type SlurmLab } from '../../test/slurm-lab.ts';
import { request } from '../../test/submissions.ts';
import { commandOf, failureOf, scratch } from '../../test/support.ts';
import { UserError } from '../errors.ts';
import type { SlurmOptions } from './options.ts';
import { Slurm } from './slurm.ts';
import {
  lastLogLine,
  latestSubmission,
  submissionFolder,
  submissionNumbers,
} from './submission.ts';
import {
  activeSubmission,
  cancelSubmission,
  planSubmission,
  submissionState,
  submitRun,
} from './submit.ts';

const filesIn = async (folder: string) =>
  (await readdir(folder)).filter((name) => name !== 'slurm');

/** Commands in front of Slurm's own in the PATH. */
async function withCommands(env: NodeJS.ProcessEnv, commands: Record<string, string>) {
  const folder = await scratch();
  for (const [name, body] of Object.entries(commands)) {
    await writeFile(join(folder, name), `#!/bin/bash\n${body}\n`, { mode: 0o755 });
  }
  return { ...env, PATH: `${folder}:${env.PATH}` };
}

describeWithSlurm('a run on a cluster', () => {
  let lab: SlurmLab;
  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(() => lab.stop());
  afterEach(() =>
    lab.call('scancel', `--user=${userInfo().username}`, '--quiet').catch(() => undefined),
  );

  const submit = (folder: string, given: Parameters<typeof request>[1] = {}) =>
    submitRun(request(folder, given), { slurm: lab.slurm });

  /** The phases of the latest submission once nothing of it is left to do. */
  async function ended(folder: string) {
    await until('the end of the jobs', async () => !(await activeSubmission(folder, lab.slurm)));
    const latest = await latestSubmission(folder);
    if (latest === undefined) {
      throw new Error('there is no submission');
    }
    const { tasks, merge } = await submissionState(latest, lab.slurm);
    return { tasks: [...tasks.values()].map(({ phase }) => phase), merge: merge?.phase };
  }

  it.each(['plain', 'two words', `it's "so" $HOME \`x\` #1 & 100%j`])(
    'computes, then merges, in the folder %s',
    async (name) => {
      const folder = join(await scratch(), name);
      await mkdir(folder);
      const submission = await submit(folder, {
        work: 'echo "task $1 in $PWD"; echo "$1" >"$0/part-$1"',
        merge: 'cat "$0"/part-* >"$0/whole"; echo merged',
        tasks: 3,
      });
      expect(submission).toMatchObject({ n: 1, cluster: 'lab' });
      expect(submission.jobs.map(({ shards }) => shards)).toEqual([['s0'], ['s1'], ['s2']]);
      expect(await latestSubmission(folder)).toEqual(submission);

      expect(await ended(folder)).toEqual({
        tasks: ['completed', 'completed', 'completed'],
        merge: 'completed',
      });
      expect(await readFile(join(folder, 'whole'), 'utf8')).toBe('0\n1\n2\n');
      expect(await lastLogLine(folder, 1, 2)).toBe(`task 2 in ${folder}`);
      expect(await lastLogLine(folder, 1, 'merge')).toBe('merged');
      expect((await readdir(submissionFolder(folder, 1))).sort()).toEqual([
        ...['array.sh', 'merge.log', 'merge.sh', 'submission.json'],
        ...['task-0.log', 'task-1.log', 'task-2.log'],
      ]);
    },
  );

  it('tells waiting, running and failed tasks, and does not merge after a failure', async () => {
    const folder = await scratch();
    const submission = await submit(folder, {
      work: 'echo "at work" >&2; until [ -e "$0/go" ]; do sleep 0.1; done; echo "no such size" >&2; exit 3',
      tasks: 2,
      options: { maxParallel: 1 },
    });
    const states = async () => (await activeSubmission(folder, lab.slurm))?.tasks;
    await until('the first task', async () => (await states())?.get(0)?.phase === 'running');
    const running = await activeSubmission(folder, lab.slurm);
    expect(running?.submission).toEqual(submission);
    expect(running?.tasks.get(0)).toMatchObject({ state: 'RUNNING', node: 'n1' });
    expect(running?.tasks.get(1)).toMatchObject({ phase: 'waiting', reason: 'JobArrayTaskLimit' });
    expect(running?.merge).toMatchObject({ phase: 'waiting', reason: 'Dependency' });

    await writeFile(join(folder, 'go'), '');
    expect(await ended(folder)).toEqual({ tasks: ['failed', 'failed'], merge: 'cancelled' });
    expect(await lastLogLine(folder, 1, 1)).toBe('no such size');
  });

  it('refuses a second submission while one is active, and numbers the next', async () => {
    const folder = await scratch();
    const first = await submit(folder, { work: 'sleep 60' });
    const error = (await failureOf(submit(folder))) as UserError;
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toContain(`Submission 1 of ${folder} is active: job ${first.arrayJob}`);
    expect(error.remedy).toContain('resdiff status');
    expect(submissionNumbers(folder)).toEqual([1]);

    await cancelSubmission(first, lab.slurm);
    expect(await ended(folder)).toEqual({ tasks: ['cancelled', 'cancelled'], merge: 'cancelled' });
    expect((await submit(folder)).n).toBe(2);
    expect(await ended(folder)).toEqual({ tasks: ['completed', 'completed'], merge: 'completed' });
  });

  it('lets one of two submitters at once win', async () => {
    const folder = await scratch();
    const outcomes = await Promise.allSettled([submit(folder), submit(folder)]);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.map(({ reason }) => (reason as Error).message)).toEqual([
      expect.stringContaining(`already works in ${folder}`),
    ]);
    expect(submissionNumbers(folder)).toEqual([1]);
    await ended(folder);
  });

  it('lets a cancelled task stop, and does not start it again', async () => {
    const folder = await scratch();
    const submission = await submit(folder, {
      work: `trap 'trap "" TERM USR1; echo stopped >>"$0/stops"; exit 75' TERM USR1; : >"$0/up"; while :; do sleep 0.1; done`,
      tasks: 1,
    });
    await until('the task', () => Promise.resolve(existsSync(join(folder, 'up'))));
    await cancelSubmission(submission, lab.slurm);
    expect(await ended(folder)).toEqual({ tasks: ['cancelled'], merge: 'cancelled' });
    await until('the stop', () => Promise.resolve(existsSync(join(folder, 'stops'))));
    expect(await readFile(join(folder, 'stops'), 'utf8')).toBe('stopped\n');
  });

  /** Kills a submitter at the moment that its sbatch says that it has begun. */
  async function killedSubmitter(folder: string, sbatch: string): Promise<void> {
    const env = await withCommands(lab.env, { sbatch });
    const child = spawn(process.execPath, commandOf('submit-child', folder), {
      env,
      stdio: 'ignore',
    });
    await until('sbatch', () => Promise.resolve(existsSync(join(folder, 'begun'))));
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(existsSync(join(folder, 'run.lock'))).toBe(true);
  }

  it('tells a task before its time limit to stop, and starts it again', async () => {
    const folder = await scratch();
    const { arrayJob } = await submit(folder, {
      work: `[ -z "$SLURM_RESTART_COUNT" ] || exit 0
trap 'echo told; exit 75' USR1; sleep 90 & wait`,
      tasks: 1,
      // Slurm looks every 30 s, and 30 s ahead: the signal comes 5 to 35 s after the start, not
      // before the task can hear it.
      options: { time: '1', signalSeconds: 25 },
    });
    await until('the requeue', async () => {
      const [task] = await lab.slurm.jobStates([arrayJob as string]);
      return task.reason === 'BeginTime';
    });
    await lab.startSoon(`${arrayJob}_0`);
    expect(await ended(folder)).toEqual({ tasks: ['completed'], merge: 'completed' });
    const log = await readFile(join(submissionFolder(folder, 1), 'task-0.log'), 'utf8');
    expect(log).toMatch(/^told\n/);
  });

  it('takes over from a submitter that died before it had submitted', async () => {
    const folder = await scratch();
    await killedSubmitter(folder, `: >'${folder}/begun'; exec sleep 3`);
    expect(await activeSubmission(folder, lab.slurm)).toBeUndefined();
    expect((await submit(folder)).n).toBe(2);
    await ended(folder);
  });

  it('finds the jobs of a submitter that died before it had recorded them', async () => {
    const folder = await scratch();
    const real = (await lab.call('which', 'sbatch')).trim();
    await killedSubmitter(folder, `${real} "$@"; : >'${folder}/begun'; exec sleep 3`);
    const latest = await latestSubmission(folder);
    expect(latest?.arrayJob).toBeUndefined();
    expect((await failureOf(submit(folder))).message).toContain('is active: job ');
    const found = await activeSubmission(folder, lab.slurm);
    expect(found?.tasks.size).toBe(1);
    await cancelSubmission((found as NonNullable<typeof found>).submission, lab.slurm);
    await until('the end', async () => !(await activeSubmission(folder, lab.slurm)));
    expect((await submit(folder)).n).toBe(2);
    await ended(folder);
  });

  it('leaves no array behind whose merge job is refused', async () => {
    const folder = await scratch();
    const real = (await lab.call('which', 'sbatch')).trim();
    const env = await withCommands(lab.env, {
      sbatch: `case "$*" in *dependency*) echo 'sbatch: error: Job dependency problem' >&2; exit 1;; esac; exec ${real} "$@"`,
    });
    const error = await failureOf(
      submitRun(request(folder, { work: 'sleep 60' }), { slurm: new Slurm(env) }),
    );
    expect(error.message).toBe('sbatch refuses: Job dependency problem.');
    expect((await ended(folder)).tasks).toEqual(['cancelled', 'cancelled']);
  });

  it('says what sbatch refuses, and leaves nothing', async () => {
    const folder = await scratch();
    const refused = async (options: SlurmOptions) => {
      const error = (await failureOf(submit(folder, { options }))) as UserError;
      expect(error).toBeInstanceOf(UserError);
      expect(await filesIn(folder)).toEqual([]);
      expect(submissionNumbers(folder)).toEqual([]);
      return error;
    };
    const partition = await refused({ partition: 'gpu' });
    expect(partition.message).toBe(
      'sbatch refuses: invalid partition specified: gpu; Batch job submission failed: Invalid partition name specified.',
    );
    expect(partition.remedy).toBe('Give a partition that sinfo lists. Here they are: main.');
    expect((await refused({ mem: '900G' })).remedy).toContain('what a node has');
    expect((await refused({ extra: ['--no-such-flag'] })).remedy).toContain('extra');
    expect((await refused({ time: '1' })).message).toContain('told to stop 90 s before');
  });

  it('is refused where Slurm is not installed, and where there is nothing to do', async () => {
    const folder = await scratch();
    const error = (await failureOf(
      submitRun(request(folder), { slurm: new Slurm({ ...lab.env, PATH: folder }) }),
    )) as UserError;
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toBe('Slurm is not installed here: scontrol is not in the PATH.');
    expect(error.remedy).toContain('login node');
    const nothing = (await failureOf(submit(folder, { tasks: 0 }))) as UserError;
    expect(nothing.remedy).toContain('resdiff merge');
    expect(await filesIn(folder)).toEqual([]);
  });

  it('keeps to the variables of the submission, not to those of a job around it', async () => {
    const folder = await scratch();
    const env = {
      ...lab.env,
      SLURM_RESTART_COUNT: '5',
      SBATCH_PARTITION: 'gone',
      SBATCH_WAIT: '1',
    };
    await submitRun(
      request(folder, {
        work: 'echo "${SLURM_RESTART_COUNT-first}"',
        options: { partition: 'main' },
      }),
      { slurm: new Slurm(env) },
    );
    expect(await ended(folder)).toMatchObject({ merge: 'completed' });
    expect(await lastLogLine(folder, 1, 0)).toBe('first');
  });

  it('runs the lines of setup first, and ends the task if one fails', async () => {
    const folder = await scratch();
    await submit(folder, {
      work: 'echo "$GREETING"; [ -z "$GREETING" ] || exit 4',
      tasks: 1,
      options: { setup: ['export GREETING="good morning"'] },
    });
    expect(await ended(folder)).toMatchObject({ tasks: ['failed'] });
    expect(await lastLogLine(folder, 1, 0)).toBe('good morning');
    await submit(folder, { tasks: 1, options: { setup: ['no-such-module load x'] } });
    expect(await ended(folder)).toMatchObject({ tasks: ['failed'] });
    expect(await lastLogLine(folder, 2, 0)).toContain('no-such-module: command not found');
  });

  it('refuses to guess about the jobs of another cluster', async () => {
    const folder = await scratch();
    await submit(folder);
    await ended(folder);
    const other = await startLab(['ClusterName=elsewhere']);
    onTestFinished(() => other.stop());
    const error = await failureOf(submitRun(request(folder), { slurm: other.slurm }));
    expect(error.message).toContain('went to the cluster lab; this is elsewhere');
  });
});

describe('planSubmission', () => {
  it('plans without a cluster', async () => {
    const folder = await scratch();
    const { submission, arrayScript } = planSubmission(
      request(folder, { tasks: 5000, options: { cpus: 2, jobDuration: 30 } }),
    );
    expect(submission).toMatchObject({ n: 1, cluster: 'unknown' });
    expect(submission.jobName).toMatch(/^figure-6-1-[0-9a-f]{8}$/);
    expect(submission.jobs.length).toBeLessThanOrEqual(1001);
    expect(arrayScript).toContain(`--array=0-${submission.jobs.length - 1}\n`);
    expect(await readdir(folder)).toEqual([]);
  });
});
