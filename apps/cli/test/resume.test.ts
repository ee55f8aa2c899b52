import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { notedIn, startWithFault, stateOf, subject } from './faults.ts';
import {
  changeTimes,
  figure2,
  finishedShards,
  inTerminal,
  namesIn,
  need,
  resdiff,
  resultsOf,
  scratch,
  set,
  shell,
  shellWord,
  start,
  until,
  type Started,
} from './support.ts';

/** 9 shards. */
const { words } = subject('run', 1);
/** A step of such a run amid its shards. */
const AMID = 60;
/** 24 shards of about 40 ms each, of which few are ever computed. */
const slow = [
  ...['run', figure2, '--workers=2', '--shard-size=250', '--out=run'],
  ...set({ draws: 2000, width: 128, depth: 200 }),
];

/** A run that stands still amid its shards. */
async function halted(cwd: string): Promise<Started> {
  const run = startWithFault(words, cwd, { at: AMID, signal: 'SIGSTOP' });
  await until(() => notedIn(cwd).length > 0, run);
  return run;
}

const original = scratch();
let undisturbed: Record<string, string>;

beforeAll(async () => {
  expect(await resdiff([...words, '--quiet'], original)).toMatchObject({ code: 0, stderr: '' });
  undisturbed = resultsOf(join(original, 'run'));
});

/** A copy of the complete run, and its change times. */
function completeRun() {
  const cwd = scratch();
  const folder = join(cwd, 'run');
  cpSync(join(original, 'run'), folder, { recursive: true, preserveTimestamps: true });
  return { cwd, folder, times: changeTimes(folder) };
}

/** The change times of the finished shards in a run folder. */
function shardTimes(folder: string): Record<string, bigint> {
  const times = changeTimes(join(folder, 'shards'));
  return Object.fromEntries(finishedShards(folder).map((id) => [id, times[`${id}.arrow`]]));
}

describe.concurrent('after kill -9', () => {
  it('says how much is done already, and resumes with other workers and another shard size', async () => {
    const cwd = scratch();
    const folder = join(cwd, 'run');
    const run = await halted(cwd);
    run.child.kill('SIGKILL');
    await run.ended;
    const done = finishedShards(folder).length;
    const { code, stderr } = await resdiff([...words, '--workers=1', '--shard-size=999'], cwd);
    expect(code).toBe(0);
    expect(done).toBeGreaterThan(0);
    expect(stderr).toContain(`\nResuming: ${done} of 9 shards are done already.\n`);
    expect(stderr).toMatch(/\n100%, 9\/9 shards, /);
    expect(resultsOf(folder)).toEqual(undisturbed);
  });
});

describe.concurrent('Ctrl-C', () => {
  it('ends with 130 and the command that resumes, which works', async () => {
    const cwd = scratch();
    const folder = join(cwd, 'run');
    const run = await halted(cwd);
    const second = await resdiff([...words, '--quiet'], cwd);
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(
      new RegExp(`^resdiff: Process ${run.child.pid} on \\S+ already works in run\\.\\n`),
    );

    run.child.kill('SIGINT');
    run.child.kill('SIGCONT');
    const { code, stdout, stderr } = await run.ended;
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    const done = finishedShards(folder).length;
    const command = `resdiff ${words.map(shellWord).join(' ')}`;
    expect(stderr).toContain('\nStopping: the shards at work finish or write a checkpoint first.');
    const ending =
      `resdiff: Stopped with ${done} of 9 shards done. Finished shards are kept.\n` +
      'Give the same command again: it resumes where this one stopped.\n' +
      `  npx ${command}\n`;
    expect(stderr.slice(-ending.length)).toBe(ending);
    expect(done).toBeLessThan(9);
    expect(stateOf(folder)).toBe('stopped');
    expect(namesIn(folder)).toEqual(['manifest.json', 'shards']);

    const resumed = await shell(command, cwd);
    expect(resumed.code).toBe(0);
    expect(resumed.stderr).toContain(`Resuming: ${done} of 9 shards are done already.`);
    expect(resultsOf(folder)).toEqual(undisturbed);
  });

  it('leaves the bar on a terminal where it was', async ({ skip }) => {
    need('script', { skip });
    const cwd = scratch();
    const begun = 'until ls run/shards/*.json 2>/dev/null; do sleep 0.02; done >/dev/null';
    const line = `resdiff ${slow.join(' ')} & ${begun}; kill -INT $!; wait $!`;
    const { stdout } = await inTerminal(line, cwd);
    const [before, after] = stdout.split('Stopping:');
    expect(before).toMatch(/[━─].*shards/);
    expect(after).toContain('Stopped with ');
    expect(after).not.toMatch(/[━─]/);
  });

  it('is reported in JSON with --json', async () => {
    const cwd = scratch();
    const run = start([...slow, '--json'], cwd);
    await until(() => finishedShards(join(cwd, 'run')).length >= 1, run);
    run.child.kill('SIGTERM');
    const { code, stdout } = await run.ended;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toEqual({
      error: {
        message: expect.stringMatching(/^Stopped with \d+ of 24 shards done\./) as unknown,
        remedy: 'Give the same command again: it resumes where this one stopped.',
        command: `npx resdiff ${slow.join(' ')} --json`,
        exitCode: 130,
      },
    });
  });
});

describe.concurrent('a complete run', () => {
  it('is left as it is', async () => {
    const { cwd, folder, times } = completeRun();
    const { code, stdout, stderr } = await resdiff(words, cwd);
    expect(code).toBe(0);
    expect(stdout).toContain(
      '\nNothing to do: run holds this run, complete and undamaged.\nFiles in run: draws.parquet,',
    );
    expect(stdout).toMatch(/^quantity /m);
    expect(stderr).toBe('figure-2: 2 workers, into run\n');
    expect(changeTimes(folder)).toEqual(times);
  });

  it.each([[['draws.parquet']], [['summary.json', 'figure.svg']]])(
    'gets %s back if lost, without computing a shard',
    async (lost) => {
      const { cwd, folder } = completeRun();
      const shards = shardTimes(folder);
      for (const name of lost) rmSync(join(folder, name));
      const { code, stderr } = await resdiff([...words, '--quiet'], cwd);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(resultsOf(folder)).toEqual(undisturbed);
      expect(shardTimes(folder)).toEqual(shards);
    },
  );

  it('keeps its shards when the manifest is lost, and does not trust an altered one', async () => {
    const { cwd, folder } = completeRun();
    const manifest = join(folder, 'manifest.json');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"seed": "1"', '"seed": "2"'));
    const altered = await resdiff(words, cwd);
    expect(altered.code).toBe(2);
    expect(altered.stderr).toMatch(
      /manifest\.json is damaged: its checksum .*\nDelete it and give/,
    );

    const times = shardTimes(folder);
    rmSync(manifest);
    expect((await resdiff(words, cwd)).code).toBe(0);
    expect(shardTimes(folder)).toEqual(times);
    expect(resultsOf(folder)).toEqual(undisturbed);
  });

  it('has truncated, altered and lost shards redone, and names them', async () => {
    const { cwd, folder } = completeRun();
    const before = shardTimes(folder);
    const shard = (id: string) => join(folder, 'shards', `${id}.arrow`);
    truncateSync(shard('resnet-0000000020'), 100);
    const bytes = readFileSync(shard('sde-0000000000'));
    bytes[bytes.length >> 1] ^= 4;
    writeFileSync(shard('sde-0000000000'), bytes);
    rmSync(shard('limit-0000000040'));
    rmSync(join(folder, 'draws.arrow'));

    const { code, stdout, stderr } = await resdiff([...words, '--quiet'], cwd);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(
        /^Warning: the shard resnet-0000000020 is computed again: shards\/resnet-0000000020\.arrow has 100 bytes, not \d+\.$/,
      ),
      'Warning: the shard sde-0000000000 is computed again: shards/sde-0000000000.arrow has another checksum.',
      'Warning: the shard limit-0000000040 is computed again: shards/limit-0000000040.arrow is missing.',
      '',
    ]);
    expect(resultsOf(folder)).toEqual(undisturbed);
    const changed = Object.entries(shardTimes(folder)).filter(([id, time]) => time !== before[id]);
    expect(changed.map(([id]) => id)).toEqual([
      'limit-0000000040',
      'resnet-0000000020',
      'sde-0000000000',
    ]);
  });
});
