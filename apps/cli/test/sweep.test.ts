import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { notedIn, startWithFault, subject } from './faults.ts';
import {
  figure2,
  finishedShards,
  namesIn,
  refusal,
  resdiff,
  resultsOf,
  scratch,
  until,
  type Started,
} from './support.ts';

/** Two points of 6 shards each; those of the deep point come first. */
const { words: sweep } = subject('sweep', 1, 1);
const names = ['draws.arrow', 'draws.parquet', 'summary.json', 'figure-0.svg', 'figure-1.png'];
const tables = names.slice(0, 2);
const results = (cwd: string) => resultsOf(join(cwd, 'run'), names);

/** Steps of such a sweep amid the shards of its deep point, and of the other one. */
const [AMID_DEEP, AMID_SHALLOW] = [50, 110];

/** A sweep that stands still at this step. */
async function halted(cwd: string, at: number): Promise<Started> {
  const run = startWithFault([...sweep, '--quiet'], cwd, { at, signal: 'SIGSTOP' });
  await until(() => notedIn(cwd).length > 0, run);
  return run;
}

let undisturbed: Record<string, string>;
let reference: string;

beforeAll(async () => {
  const cwd = scratch();
  expect(await resdiff([...sweep, '--quiet'], cwd)).toMatchObject({ code: 0, stderr: '' });
  undisturbed = results(cwd);
  reference = join(cwd, 'run');
});

describe.concurrent('a sweep', () => {
  it('ends in the same bytes with two workers, and has nothing to do again', async () => {
    const cwd = scratch();
    expect((await resdiff([...sweep, '--workers=2'], cwd)).code).toBe(0);
    expect(results(cwd)).toEqual(undisturbed);
    const again = await resdiff(sweep, cwd);
    expect(again.stdout).toContain('Nothing to do: run holds this run');
  });

  it('takes its grid from the file, which --grid replaces key by key', async () => {
    const cwd = scratch();
    writeFileSync(
      join(cwd, 'grid.yaml'),
      'experiment: draws\ndraws: 20\nwidth: 4\nactivation: tanh\ngrid: {depth: [2, 3], seed: [1, 2]}\n',
    );
    const plan = async (...more: string[]) => {
      const { stdout, stderr } = await resdiff(['plan', 'grid.yaml', ...more, '--json'], cwd);
      expect(stderr).toBe('');
      return (JSON.parse(stdout) as { parts: { part: string }[] }).parts.map(({ part }) => part);
    };
    expect(await plan()).toEqual([
      'depth = 2, seed = 1',
      'depth = 2, seed = 2',
      'depth = 3, seed = 1',
      'depth = 3, seed = 2',
    ]);
    expect(await plan('--grid=depth=7')).toEqual(['depth = 7, seed = 1', 'depth = 7, seed = 2']);
    expect(await refusal(['run', join(cwd, 'grid.yaml')])).toContain('Use resdiff sweep');
    expect(await refusal(['run', figure2, '--common-seed'])).toContain('--common-seed');
    expect(await refusal(['sweep', figure2])).toContain('has no grid');
  });

  it('is stopped by resdiff cancel, and resumed and merged from its folder alone', async () => {
    const cwd = scratch();
    const run = await halted(cwd, AMID_DEEP);
    const cancelled = await resdiff(['cancel', 'run'], cwd);
    expect(cancelled.stdout).toContain(`Asked process ${run.child.pid} to stop`);
    run.child.kill('SIGCONT');
    expect((await run.ended).code).toBe(130);

    const done = finishedShards(join(cwd, 'run')).length;
    expect(done).toBeLessThan(12);
    const status = await resdiff(['status', 'run'], cwd);
    expect(status.stdout).toMatch(/^run: figure-2 \(draws\), stopped$/m);
    expect(status.stdout).toContain('  npx resdiff resume run');
    const refused = await resdiff(['merge', 'run'], cwd);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`${12 - done} of 12 shards are missing in run`);
    expect(refused.stderr).toContain('gridDepth 6');
    expect((await resdiff(['cancel', 'run'], cwd)).stdout).toContain('Nothing works on run');

    rmSync(join(cwd, figure2));
    expect((await resdiff(['resume', 'run', '--quiet'], cwd)).code).toBe(0);
    expect(results(cwd)).toEqual(undisturbed);
  });

  it('merges what is there with --partial, says what is not, and completes later', async () => {
    const cwd = scratch();
    const run = await halted(cwd, AMID_SHALLOW);
    run.child.kill('SIGKILL');
    await run.ended;
    const merged = await resdiff(['merge', 'run', '--partial'], cwd);
    expect(merged.code).toBe(0);
    expect(`${merged.stdout}${merged.stderr}`).toMatch(/depth = 6/);
    expect(namesIn(join(cwd, 'run'))).toContain('draws.parquet');
    expect(resultsOf(join(cwd, 'run'), tables)).not.toEqual(resultsOf(reference, tables));
    expect((await resdiff(['resume', 'run', '--quiet'], cwd)).code).toBe(0);
    expect(results(cwd)).toEqual(undisturbed);
  });

  it('names the run folder that is none', async () => {
    for (const command of ['status', 'cancel', 'merge', 'resume']) {
      const cwd = scratch();
      const { code, stderr } = await resdiff([command, 'nowhere'], cwd);
      expect(code).toBe(2);
      expect(stderr).toContain('nowhere');
      expect(stderr).not.toContain('    at ');
    }
  });
});
