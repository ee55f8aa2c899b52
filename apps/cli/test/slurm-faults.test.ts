import { overviewOf, Slurm } from '@resdiff/runtime';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  describeWithSlurm,
  startLab,
  until,
  type LabNode,
  type SlurmLab,
} from '../../../libs/runtime/test/slurm-lab.ts';
import { halted, halting } from './slurm-halt.ts';
import { figure2, finishedShards, resdiff, resultsOf, scratch, set } from './support.ts';

/** Two points of 12 shards each of about 15 ms. */
const pipeline = [
  ...[figure2, '--grid=depth=100,200', '--shard-size=250', '--out=run'],
  ...set({ draws: 1000, width: 128, inputs: [1] }),
];
const tables = ['draws.arrow', 'draws.parquet', 'summary.json', 'figure-0.png', 'figure-1.svg'];
const results = (cwd: string) => resultsOf(join(cwd, 'run'), tables);

/** A lab of the test's own, with a sweep of two tasks, the first of which has halted amid its work. */
async function atWork(
  settings: readonly string[],
): Promise<{ lab: SlurmLab; cwd: string; pid: number }> {
  const lab = await startLab(settings);
  onTestFinished(async () => {
    delete process.env.SLURM_CONF;
    await lab.stop();
  });
  process.env.SLURM_CONF = lab.env.SLURM_CONF;
  const cwd = scratch();
  const inTwo = ['--job-duration=0.1s', '--most-jobs=2'];
  const words = ['submit', ...pipeline, ...inTwo, ...halting(cwd)];
  expect(await resdiff(words, cwd)).toMatchObject({ code: 0, stderr: '' });
  return { lab, cwd, pid: await halted(cwd) };
}

async function completed(cwd: string): Promise<void> {
  await until('the end of the run', async () => {
    const { state } = await overviewOf(join(cwd, 'run'));
    return state === 'complete';
  });
}

describeWithSlurm('a cluster that fails', () => {
  let undisturbed: Record<string, string>;

  beforeAll(async () => {
    const cwd = scratch();
    const words = ['sweep', ...pipeline, '--workers=1', '--quiet'];
    expect(await resdiff(words, cwd)).toMatchObject({ code: 0, stderr: '' });
    undisturbed = results(cwd);
  });

  describe.sequential('in the middle of a run', () => {
    it('loses a node, and the tasks that ran there are done on the other', async () => {
      const { lab, cwd, pid } = await atWork(['SlurmdTimeout=3']);
      const [, lost] = /^SLURMD_NODENAME=(n\d)$/m.exec(
        readFileSync(`/proc/${pid}/environ`, 'utf8').replaceAll('\0', '\n'),
      )!;
      await lab.killNode(lost as LabNode);
      expect(finishedShards(join(cwd, 'run')).length).toBeLessThan(24);
      // Slurm gives the node up after its timeout, and would then wait for two minutes.
      await until('the tasks in the queue again', async () => {
        const waiting = await lab.call('squeue', '-h', '-r', '--format=%i %r');
        const tasks = waiting.split('\n').filter((line) => line.endsWith('BeginTime'));
        await Promise.all(tasks.map((line) => lab.startSoon(line.split(' ')[0])));
        return tasks.length > 0;
      });
      await completed(cwd);
      expect(results(cwd)).toEqual(undisturbed);
    });

    it('loses its controller, which comes back, and nothing of the run', async () => {
      const { lab, cwd, pid } = await atWork([]);
      await lab.killDaemon('slurmctld', 'SIGTERM');
      process.kill(pid, 'SIGCONT');
      await lab.startDaemon('slurmctld');
      await completed(cwd);
      expect(results(cwd)).toEqual(undisturbed);
    });

    it('forgets the jobs, and the folder tells how the run went', async () => {
      const { lab, cwd, pid } = await atWork(['MinJobAge=2']);
      process.kill(pid, 'SIGCONT');
      await completed(cwd);
      await until(
        'the jobs forgotten',
        async () => (await lab.call('squeue', '-h', '-t', 'all')) === '',
      );
      const { state, shards, failures, cluster } = await overviewOf(join(cwd, 'run'));
      expect({ state, done: shards.done, failures }).toEqual({
        state: 'complete',
        done: 24,
        failures: [],
      });
      expect(cluster).toMatchObject({ merge: undefined, unreachable: undefined });
      const noSlurm = new Slurm({ PATH: '/nowhere' });
      const { state: without, cluster: told } = await overviewOf(join(cwd, 'run'), noSlurm);
      expect(without).toBe('complete');
      expect(told?.unreachable).toContain('Slurm is not installed here');
    });
  });
});
