import { overviewOf, type RunOverview } from '@resdiff/runtime';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  describeWithSlurm,
  startLab,
  until,
  type SlurmLab,
} from '../../../libs/runtime/test/slurm-lab.ts';
import { goOnTold, halted, halting, taskState } from './slurm-halt.ts';
import {
  figure2,
  finishedShards,
  need,
  refusal,
  resdiff,
  resultsOf,
  scratch,
  set,
  shell,
} from './support.ts';

/** Two points of 12 shards each of about 30 ms. */
const pipeline = [
  ...[figure2, '--grid=depth=100,200', '--shard-size=250'],
  ...set({ draws: 1000, width: 128 }),
];
/** Two tasks, each computing one shard at a time. */
const inTwo = ['--cpus=1', '--job-duration=0.1s', '--most-jobs=2'];
/** What of a sweep does not depend on how it went. */
const tables = ['draws.arrow', 'draws.parquet', 'summary.json', 'figure-0.png', 'figure-1.svg'];

let lab: SlurmLab;
let undisturbed: Record<string, string>;

async function submitted(cwd: string, ...more: string[]): Promise<string> {
  const { code, stdout, stderr } = await resdiff(
    ['submit', ...pipeline, ...inTwo, '--out=run', ...more],
    cwd,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [, job] = /as job (\d+)/.exec(stdout)!;
  return job;
}

const statusOf = (cwd: string) => overviewOf(join(cwd, 'run'));

async function ended(cwd: string): Promise<RunOverview> {
  let overview = await statusOf(cwd);
  await until('the end of the run', async () => {
    overview = await statusOf(cwd);
    return overview.state !== 'working' && overview.state !== 'waiting';
  });
  return overview;
}

const results = (cwd: string) => resultsOf(join(cwd, 'run'), tables);

describeWithSlurm('a sweep on Slurm', () => {
  beforeAll(async () => {
    lab = await startLab();
    process.env.SLURM_CONF = lab.env.SLURM_CONF;
    const cwd = scratch();
    const words = ['sweep', ...pipeline, '--workers=1', '--out=run', '--quiet'];
    expect(await resdiff(words, cwd)).toMatchObject({ code: 0, stderr: '' });
    undisturbed = results(cwd);
  });
  afterAll(async () => {
    delete process.env.SLURM_CONF;
    await lab.stop();
  });

  describe.concurrent('with all nodes up', () => {
    it('ends in the bytes of one local worker, and tells how far it is', async () => {
      const cwd = scratch();
      await submitted(cwd);
      expect(['working', 'waiting']).toContain((await statusOf(cwd)).state);
      expect(await ended(cwd)).toMatchObject({
        state: 'complete',
        shards: { total: 24, done: 24, failed: 0 },
        failures: [],
      });
      expect(results(cwd)).toEqual(undisturbed);
      const shown = await resdiff(['status', 'run'], cwd);
      expect(shown.stdout).toContain('run: figure-2 (draws), complete');
      const again = await resdiff(['submit', ...pipeline, ...inTwo, '--out=run'], cwd);
      expect(again).toMatchObject({ code: 2, stdout: '' });
      expect(again.stderr).toContain('There is nothing to submit');
    });

    it('goes on after one task was killed by -9, with what is missing alone', async () => {
      const cwd = scratch();
      await submitted(cwd, ...halting(cwd));
      process.kill(await halted(cwd), 'SIGKILL');
      const { state, failures } = await ended(cwd);
      expect(state).toBe('failed');
      expect(failures.map(({ what }) => what)).toContain('task 0');
      const done = finishedShards(join(cwd, 'run')).length;
      expect(done).toBeLessThan(24);
      const refused = await resdiff(['merge', 'run'], cwd);
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain(`${24 - done} of 24 shards are missing`);
      const resumed = await resdiff(['resume', 'run'], cwd);
      expect(resumed.stdout).toContain(`Submitted ${24 - done} of 24 shards`);
      expect(await ended(cwd)).toMatchObject({ state: 'complete', cluster: { submission: 2 } });
      expect(results(cwd)).toEqual(undisturbed);
    });

    it('is requeued when it is told to stop before its time limit, and ends in the same bytes', async () => {
      const cwd = scratch();
      const job = await submitted(cwd, '--most-jobs=1', ...halting(cwd));
      const pid = await halted(cwd);
      await lab.call('scancel', '--batch', '--signal=USR1', `${job}_0`);
      await goOnTold(pid);
      await until('the task in the queue again', async () =>
        /PENDING/.test(await lab.call('squeue', '-h', '-r', `--jobs=${job}`, '--format=%T')),
      );
      const done = finishedShards(join(cwd, 'run')).length;
      expect(done).toBeLessThan(24);
      await lab.startSoon(`${job}_0`);
      expect(await ended(cwd)).toMatchObject({ state: 'complete' });
      expect(taskState(cwd, 1, 0).attempt).toBe(1);
      expect(results(cwd)).toEqual(undisturbed);
    });

    it('is cancelled midway, and resumed', async () => {
      const cwd = scratch();
      const job = await submitted(cwd, '--max-parallel=1', ...halting(cwd));
      await halted(cwd);
      const cancelled = await resdiff(['cancel', 'run'], cwd);
      expect(cancelled).toMatchObject({ code: 0, stderr: '' });
      expect(cancelled.stdout).toContain(`Cancelled the job ${job}, 2 tasks of it.`);
      const { state, shards } = await ended(cwd);
      expect(state).not.toBe('complete');
      expect(shards.done).toBeLessThan(24);
      expect((await resdiff(['resume', 'run'], cwd)).code).toBe(0);
      expect(await ended(cwd)).toMatchObject({ state: 'complete' });
      expect(results(cwd)).toEqual(undisturbed);
    });

    it('takes one of two submitters at once', async () => {
      const cwd = scratch();
      const words = ['submit', ...pipeline, ...inTwo, '--out=run', ...halting(cwd)];
      const both = [0, 1].map(() => resdiff(words, cwd));
      const outcomes = await Promise.all(both);
      expect(outcomes.map(({ code }) => code).sort((a, b) => Number(a) - Number(b))).toEqual([
        0, 2,
      ]);
      const { stderr } = outcomes.find(({ code }) => code === 2)!;
      expect(stderr).toMatch(/already works in run|is active|holds no readable owner/);
      const pid = await halted(cwd);
      const local = await resdiff(['sweep', ...pipeline, '--out=run'], cwd);
      process.kill(pid, 'SIGCONT');
      expect(local).toMatchObject({ code: 2, stdout: '' });
      expect(local.stderr).toMatch(/Slurm works on run|already works in run/);
      expect(await ended(cwd)).toMatchObject({ state: 'complete' });
      expect(results(cwd)).toEqual(undisturbed);
    });

    it('ends although a task always fails, names it, and merges the rest with --partial', async () => {
      const cwd = scratch();
      // The one shard of the deep point takes minutes, so the watchdog ends it at every attempt.
      const { code, stderr } = await resdiff(
        [
          ...['submit', figure2, '--grid=depth=20,40000', '--out=run', '--job-duration=0.1s'],
          ...['--shard-timeout=3s', '--retries=1', '--shard-size=200', '--most-jobs=2'],
          ...set({ draws: 200, width: 256, processes: ['resnet'] }),
        ],
        cwd,
      );
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const { state, failures, shards } = await ended(cwd);
      expect({ state, failures, failed: shards.failed }).toEqual({
        state: 'failed',
        failures: [
          {
            what: expect.stringContaining('gridDepth 40000') as string,
            error: 'it was not done after 3 s',
          },
        ],
        failed: 1,
      });
      expect((await resdiff(['merge', 'run'], cwd)).code).toBe(2);
      const merged = await resdiff(['merge', 'run', '--partial'], cwd);
      expect(merged.code).toBe(0);
      expect(merged.stdout + merged.stderr).toContain('40000');
      expect(await statusOf(cwd)).toMatchObject({ state: 'partial' });
      expect(existsSync(join(cwd, 'run/draws.parquet'))).toBe(true);
    });

    it('fails a task that is stopped by its time limit before it has done anything, as it would be again', async () => {
      const cwd = scratch();
      const { code, stderr } = await resdiff(
        [
          ...['submit', figure2, '--out=run', '--shard-size=200', '--time=1', '--signal-seconds=2'],
          ...set({ draws: 200, width: 256, depth: 40000, processes: ['resnet'] }),
        ],
        cwd,
      );
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      await until('the task', () =>
        Promise.resolve(existsSync(join(cwd, 'run/slurm/1/task-0.json'))),
      );
      process.kill(taskState(cwd, 1, 0).pid, 'SIGUSR1');
      const { state, failures } = await ended(cwd);
      expect(state).toBe('failed');
      expect(failures).toContainEqual({
        what: 'task 0',
        error: expect.stringMatching(
          /^Its time limit ended before .* a longer --time\.$/,
        ) as string,
      });
    });

    it('says in the words of sbatch what Slurm refuses', async () => {
      const cwd = scratch();
      const words = ['submit', ...pipeline, '--partition=nowhere', '--out=run'];
      const { code, stderr } = await resdiff(words, cwd);
      expect(code).toBe(2);
      expect(stderr).toContain('invalid partition specified: nowhere');
      expect(stderr).toContain('Here they are: main');
    });

    it('prints scripts that bash and sbatch take, and submits nothing', async ({ skip }) => {
      need('bash', { skip });
      const cwd = scratch();
      const words = ['submit', ...pipeline, ...inTwo, '--out=run', '--dry-run', '--json'];
      const { code, stdout } = await resdiff([...words, '--mem=200M', '--sbatch=--nice=5'], cwd);
      expect(code).toBe(0);
      const { arrayScript } = JSON.parse(stdout) as { arrayScript: string };
      expect(arrayScript).toContain('#SBATCH --mem=200M');
      expect(arrayScript).toContain('#SBATCH --nice=5');
      expect(arrayScript).toContain('#SBATCH --array=0-1');
      expect(existsSync(join(cwd, 'run'))).toBe(false);
    });
  });
});

describe('without Slurm', () => {
  it('says where to give the command, and makes no folder', async () => {
    const cwd = scratch();
    const path = process.env.PATH;
    const { code, stderr } = await shell(
      `PATH=/nowhere resdiff submit ${figure2} --set draws=100 --out run`,
      cwd,
    );
    expect(process.env.PATH).toBe(path);
    expect(code).toBe(2);
    expect(stderr).toContain('Slurm is not installed here');
    expect(stderr).toContain('resdiff sweep runs here');
    expect(existsSync(join(cwd, 'run'))).toBe(false);
  });

  it('refuses options that are wrong before anything is planned', async () => {
    const submit = ['submit', figure2, '--out=run'];
    expect(await refusal([...submit, '--time=soon'])).toContain(
      'the command line: time is "soon", not a time of sbatch',
    );
    expect(await refusal([...submit, '--sbatch=--array=0-3'])).toContain(
      'extra holds --array=0-3, which resdiff sets itself',
    );
    expect(await refusal([...submit, '--profile=none.yaml'])).toContain(
      'none.yaml: cannot be read',
    );
  });
});
