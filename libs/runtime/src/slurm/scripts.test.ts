import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithSlurm, startLab, type SlurmLab } from '../../test/slurm-lab.ts';
import { scratch } from '../../test/support.ts';
import type { SlurmOptions } from './options.ts';
import { arrayScript, mergeScript, type ScriptOptions } from './scripts.ts';

const everyOption: SlurmOptions = {
  partition: 'main',
  account: 'physics',
  qos: 'long',
  time: '02:00:00',
  cpus: 2,
  mem: '100M',
  gres: 'gpu:1',
  gpus: '1',
  constraint: '[rack1|rack2]&ssd',
  maxParallel: 8,
  signalSeconds: 120,
  extra: ['--comment=it\'s "two" words', '-xnode7', '--exclusive'],
  setup: ['module load nodejs'],
};

const plain: ScriptOptions = {
  jobName: 'figure-6-1-ab',
  logs: '/runs/x/slurm/1',
  cwd: '/home/ada',
  options: {},
  command: ['node', 'resdiff.js', 'work', '/runs/x'],
};

const directives = (script: string) =>
  script.split('\n').filter((line) => line.startsWith('#SBATCH'));

describe('arrayScript', () => {
  it('asks for nothing that is not given', () => {
    expect(directives(arrayScript({ ...plain, jobs: 12 }))).toEqual([
      '#SBATCH --job-name=figure-6-1-ab',
      '#SBATCH --chdir=/home/ada',
      '#SBATCH --nodes=1',
      '#SBATCH --ntasks=1',
      '#SBATCH --open-mode=append',
      '#SBATCH --array=0-11',
      '#SBATCH --output=/runs/x/slurm/1/task-%a.log',
      '#SBATCH --cpus-per-task=1',
      '#SBATCH --signal=B:USR1@90',
      '#SBATCH --requeue',
    ]);
  });

  it('asks for all that is given', () => {
    const lines = directives(arrayScript({ ...plain, options: everyOption, jobs: 12 }));
    expect(lines).toEqual(
      expect.arrayContaining([
        '#SBATCH --partition=main',
        '#SBATCH --account=physics',
        '#SBATCH --qos=long',
        '#SBATCH --time=02:00:00',
        '#SBATCH --mem=100M',
        '#SBATCH --constraint="[rack1|rack2]&ssd"',
        '#SBATCH --array=0-11%8',
        '#SBATCH --cpus-per-task=2',
        '#SBATCH --gres=gpu:1',
        '#SBATCH --gpus=1',
        '#SBATCH --signal=B:USR1@120',
        '#SBATCH --comment="it\'s \\"two\\" words"',
        '#SBATCH -xnode7',
        '#SBATCH --exclusive',
      ]),
    );
  });

  it('refuses folders that Slurm cannot take', () => {
    expect(() => arrayScript({ ...plain, jobs: 1, logs: '/runs/a\\b' })).toThrow('backslash');
    expect(() => arrayScript({ ...plain, jobs: 1, cwd: '/home/a\nb' })).toThrow(
      'control character',
    );
  });
});

describe('mergeScript', () => {
  it('asks for one CPU, no GPU and no array', () => {
    const lines = directives(mergeScript({ ...plain, options: everyOption }));
    expect(lines).toContain('#SBATCH --cpus-per-task=1');
    expect(lines).toContain('#SBATCH --kill-on-invalid-dep=yes');
    expect(lines).toContain('#SBATCH --partition=main');
    expect(lines.join('\n')).not.toMatch(/--(array|gres|gpus|signal)/);
  });
});

/** What a task's script does with the commands of Slurm replaced by ours. */
async function runTask(body: string, state: string) {
  const folder = await scratch();
  const fake = (name: string, content: string) =>
    writeFile(join(folder, name), `#!/bin/bash\n${content}\n`, { mode: 0o755 });
  await fake('squeue', state);
  await fake('scontrol', 'echo "scontrol $*"');
  const script = arrayScript({ ...plain, jobs: 4, command: ['bash', '-c', body, "it's"] });
  const file = join(folder, 'task.sh');
  await writeFile(file, script);
  const { status, stdout, stderr } = spawnSync('bash', [file], {
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: `${folder}:${process.env.PATH}`,
      SLURM_ARRAY_JOB_ID: '12',
      SLURM_ARRAY_TASK_ID: '3',
    },
  });
  expect(stderr).toBe('');
  return { status, stdout: stdout.trim() };
}

describe('the script of a task', () => {
  it('gives the command its index, and exits as it does', async () => {
    expect(await runTask('echo "$0 $1"; exit 7', 'echo RUNNING')).toEqual({
      status: 7,
      stdout: "it's 3",
    });
    expect(await runTask('exit 0', 'echo RUNNING')).toEqual({ status: 0, stdout: '' });
  });

  it.each(['RUNNING', 'SIGNALING'])(
    'asks to be requeued where there is more to do, %s',
    async (state) => {
      expect(await runTask('exit 75', `echo ${state}`)).toEqual({
        status: 0,
        stdout: 'scontrol requeue 12_3',
      });
    },
  );

  it('does not where the job is being cancelled', async () => {
    expect(await runTask('exit 75', 'echo COMPLETING')).toEqual({ status: 0, stdout: '' });
  });

  it('asks again while Slurm does not say how the task is', async () => {
    const state = 'mark=${0%/*}/asked; if [ -e "$mark" ]; then echo RUNNING; else : >"$mark"; fi';
    expect(await runTask('exit 75', state)).toEqual({
      status: 0,
      stdout: "The task is not requeued yet: its state is ''.\nscontrol requeue 12_3",
    });
  });

  it('asks again while the controller is away', async () => {
    const state = 'mark=${0%/*}/asked; [ -e "$mark" ] && echo RUNNING || { : >"$mark"; exit 1; }';
    expect(await runTask('exit 75', state)).toEqual({
      status: 0,
      stdout: 'scontrol requeue 12_3',
    });
  });

  it.each(['USR1', 'TERM'])('passes %s on as USR1 and waits', async (signal) => {
    const body = `trap 'echo told; sleep 0.3; exit 9' USR1; kill -${signal} $PPID; while :; do sleep 0.1; done`;
    expect(await runTask(body, 'echo RUNNING')).toEqual({ status: 9, stdout: 'told' });
  });
});

describeWithSlurm('scripts, to bash and sbatch', () => {
  let lab: SlurmLab;
  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(() => lab.stop());

  it.each(['plain', 'two words', `it's "so" $HOME \`x\` #1 & 100%j`])(
    'both take the scripts of the folder %s',
    async (name) => {
      const folder = join(await scratch(), name);
      await mkdir(folder);
      const { gres, gpus, constraint, ...rest } = everyOption;
      expect([gres, gpus, constraint]).not.toContain(undefined);
      const options = { ...rest, extra: ['--comment=a b'] };
      const common = { ...plain, cwd: folder, logs: folder, command: ['echo', folder], options };
      for (const script of [arrayScript({ ...common, jobs: 3 }), mergeScript(common)]) {
        const file = join(folder, 'script.sh');
        await writeFile(file, script);
        expect(spawnSync('bash', ['-n', file], { encoding: 'utf8' })).toMatchObject({
          status: 0,
          stderr: '',
        });
        const answer = spawnSync('sbatch', ['--test-only', file], {
          encoding: 'utf8',
          env: lab.env,
        });
        expect(answer.stderr).toMatch(/Job \d+ to start at/);
        expect(answer.status).toBe(0);
      }
    },
  );
});
