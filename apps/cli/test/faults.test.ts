import {
  chmodSync,
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, type TestContext } from 'vitest';
import {
  filesOf,
  inLanes,
  killAndResume,
  leftIn,
  momentsOf,
  notedIn,
  startWithFault,
  stateOf,
  subject,
  undisturbed,
  type Fault,
  type KilledRun,
  type Reference,
} from './faults.ts';
import {
  changeTimes,
  finishedShards,
  mount,
  mountSmall,
  namesIn,
  resdiff,
  scratch,
  shellWord,
  start,
  until,
  type Started,
} from './support.ts';

/** A step of a run amid its shards: some are done, some are not. */
const AMID = 70;

/** Milliseconds for tests that start many processes, on machines that have much else to do. */
const PATIENCE = 300_000;

let references: Reference[];
let [reference, swept] = [] as Reference[];
/** Where `run` is the complete folder of the reference. */
let whole: string;
/** Where `run` is a folder of the reference that was killed amid its shards. */
let killed: string;

beforeAll(async () => {
  const folders = [scratch(), scratch(), scratch()];
  const subjects = [subject('run', 1, 1), subject('run', 2, 2), subject('sweep', 3, 1)];
  references = await Promise.all(subjects.map((each, i) => undisturbed(each, folders[i])));
  [reference, , swept] = references;
  whole = join(folders[0], 'run');
  const cwd = scratch();
  const { signal } = await begun(cwd, { at: AMID, signal: 'SIGKILL' }).ended;
  expect(signal).toBe('SIGKILL');
  killed = join(cwd, 'run');
});

/** Gives the command of the reference with a fault in it. */
const begun = (cwd: string, fault: Omit<Fault, 'folder' | 'log'>) =>
  startWithFault([...reference.words, '--quiet'], cwd, fault);

/** A folder whose run was killed amid its shards. */
function killedRun(cwd = scratch()): string {
  cpSync(killed, join(cwd, 'run'), { recursive: true, preserveTimestamps: true });
  return cwd;
}

/** A run or a task that stands still amid its work until it gets SIGCONT. */
async function standing(started: Started, cwd: string): Promise<Started> {
  await until(() => notedIn(cwd).some(({ event }) => event === 'SIGSTOP'), started);
  return started;
}

/** Gives the command again, and is sure that the run ends as the undisturbed one did. */
async function resumes(cwd: string, { words, results }: Reference = reference): Promise<string> {
  const { code, stderr } = await resdiff(words, cwd);
  expect(code, stderr).toBe(0);
  expect(filesOf(join(cwd, 'run'))).toEqual(results);
  expect(stateOf(join(cwd, 'run'))).toBe('complete');
  expect(leftIn(join(cwd, 'run'))).toEqual([]);
  return stderr;
}

/** Gives a command that is to be refused, and returns why once it is sure that no file has changed. */
async function refused(words: readonly string[], cwd: string): Promise<string> {
  // The lock, which is tried for, comes and goes, which is to be seen of the folder alone.
  const times = () => ({ ...changeTimes(cwd), run: 0n });
  const before = times();
  const { code, stdout, stderr } = await resdiff(words, cwd);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(times()).toEqual(before);
  return stderr;
}

describe.concurrent('a run or a sweep', () => {
  it(
    'comes to the same bytes after kill -9 at any of 30 moments',
    async () => {
      const runs = Array.from({ length: 5 }, (_, index) => references[index % references.length]);
      const outcomes: KilledRun[] = [];
      await inLanes(runs, 2, async (of, index) => {
        const moments = momentsOf(of, { index, runs: runs.length, kills: 6 });
        outcomes.push(await killAndResume(of, moments, scratch()));
      });
      expect(outcomes.flatMap(({ problems }) => problems)).toEqual([]);
      const kills = outcomes.flatMap((outcome) => outcome.kills);
      expect(kills).toHaveLength(30);
      expect(new Set(kills.map(({ phase }) => phase)).size).toBeGreaterThanOrEqual(4);
    },
    PATIENCE,
  );
});

describe.concurrent('a run', () => {
  it.for([
    ['4k', 'nothing', 'manifest.json'],
    ['64k', 'manifest.json', 'draws.parquet'],
    ['152k', 'summary.json', 'figure.svg'],
  ])(
    'ends on a disk of %s, with room for %s but not for %s, and resumes once there is more',
    async ([size, last, next], context) => {
      const cwd = scratch();
      const folder = join(cwd, 'run');
      mkdirSync(folder);
      mountSmall(folder, `size=${size}`, context);
      const { code, stdout, stderr } = await resdiff([...reference.words, '--quiet'], cwd);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toBe(
        'resdiff: The disk is full: no room to write in run. Finished shards are kept.\n' +
          'Make room, then give the same command again: it resumes where this one stopped.\n' +
          `  npx resdiff ${[...reference.words, '--quiet'].map(shellWord).join(' ')}\n`,
      );
      expect(['nothing', ...namesIn(folder)]).toContain(last);
      expect(namesIn(folder)).not.toContain(next);
      expect(mount('-o', 'remount,size=8m', folder).status).toBe(0);
      await resumes(cwd);
    },
  );

  it('is refused in a folder that has become read-only, but looked at, and resumes later', async (context) => {
    const cwd = scratch();
    const folder = join(cwd, 'run');
    mkdirSync(folder);
    const setReadOnly = lockable(folder, context);
    killedRun(cwd);
    setReadOnly(true);
    const message = await refused(reference.words, cwd);
    expect(message).toMatch(
      /^figure-2: 1 worker, into run\nresdiff: run cannot be used as a run folder: (EROFS|EACCES): .*\nGive a folder that can be created and written to\.\n$/,
    );
    expect(await refused(['merge', 'run'], cwd)).toMatch(/run cannot be used as a run folder: E/);
    const { code, stdout } = await resdiff(['status', 'run'], cwd);
    expect(code).toBe(0);
    expect(stdout).toContain('run: figure-2 (draws), stopped');
    setReadOnly(false);
    expect(await resumes(cwd)).toContain('\nResuming: ');
  });

  it('computes a shard again whose thread exits or hangs', async () => {
    const cwd = scratch();
    const fault = {
      workers: [
        { shard: 'sde-0000000020', action: 'exit', times: 1 },
        { shard: 'resnet-0000000040', action: 'hang', times: 1 },
      ],
    } as const;
    const words = [...reference.words, '--quiet', '--shard-timeout=8s'];
    const { code, stderr } = await startWithFault(words, cwd, fault).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(notedIn(cwd).map(({ path }) => path)).toEqual(
      expect.arrayContaining(
        fault.workers.map(({ shard }) => expect.stringContaining(shard) as string),
      ),
    );
    expect(filesOf(join(cwd, 'run'))).toEqual(reference.results);
    expect(leftIn(join(cwd, 'run'))).toEqual([]);
  });

  it('ends at a shard that throws, and says which', async () => {
    const cwd = scratch();
    const shard = 'limit-0000000020';
    const { code, stderr } = await begun(cwd, { workers: [{ shard, action: 'throw' }] }).ended;
    expect(code).toBe(1);
    expect(stderr).toContain(`resdiff: The shard ${shard} failed: thrown by the test\n`);
    expect(stderr).toContain(`failures/${shard}.json in the run folder tells more`);
    expect(notedIn(cwd).filter(({ event }) => event === 'throw')).toHaveLength(1);
    expect(namesIn(join(cwd, 'run/failures'))).toEqual([`${shard}.json`]);
    const { stdout } = await resdiff(['status', 'run'], cwd);
    expect(stdout).toContain(`failed: ${shard}: thrown by the test\n`);
    await resumes(cwd);
    expect(namesIn(join(cwd, 'run/failures'))).toEqual([]);
  });
});

describe.concurrent('a sweep', () => {
  it(
    'names the shards that throw, exit or hang, merges the others if told so, and resumes',
    async () => {
      const cwd = scratch();
      const [throwing, exiting, hanging] = Object.keys(swept.shards).filter((_, i) => i % 4 === 1);
      const words = [...swept.words, '--quiet', '--shard-timeout=8s', '--retries=1'];
      const { code, stderr } = await startWithFault(words, cwd, {
        workers: [
          { shard: throwing, action: 'throw' },
          { shard: exiting, action: 'exit' },
          { shard: hanging, action: 'hang' },
        ],
      }).ended;
      expect(code).toBe(1);
      expect(stderr).toContain('resdiff: 3 of 12 shards failed:\n');
      const reasons = [
        [throwing, 'thrown by the test', 1],
        [exiting, 'worker exited with code: 3', 2],
        [hanging, 'it was not done after 8 s', 2],
      ] as const;
      const named = (reason: string) => String.raw` \(point \d, gridDepth \d+\): ${reason}\n`;
      for (const [shard, reason, attempts] of reasons) {
        expect(stderr).toMatch(new RegExp(`  ${shard}${named(reason)}`));
        const record = readFileSync(join(cwd, 'run/failures', `${shard}.json`), 'utf8');
        expect(JSON.parse(record)).toMatchObject({ shard, message: reason, attempts });
      }
      expect(finishedShards(join(cwd, 'run'))).toHaveLength(9);

      const message = await refused(['merge', 'run'], cwd);
      expect(message).toContain('resdiff: 3 of 12 shards are missing in run:\n');
      expect(message).toMatch(new RegExp(`  ${throwing}${named('failed: thrown by the test')}`));
      const partial = await resdiff(['merge', 'run', '--partial', '--quiet'], cwd);
      expect(partial.code).toBe(0);
      expect(stateOf(join(cwd, 'run'))).toBe('partial');
      expect(filesOf(join(cwd, 'run'))['draws.arrow']).not.toBe(swept.results['draws.arrow']);

      const resumed = await resdiff(['resume', 'run'], cwd);
      expect(resumed.code).toBe(0);
      expect(resumed.stderr).toContain('Resuming: 9 of 12 shards are done already.\n');
      expect(filesOf(join(cwd, 'run'))).toEqual(swept.results);
      expect(namesIn(join(cwd, 'run/failures'))).toEqual([]);
    },
    PATIENCE,
  );
});

describe.concurrent('a complete run', () => {
  const copied = () => {
    const cwd = scratch();
    cpSync(whole, join(cwd, 'run'), { recursive: true, preserveTimestamps: true });
    rmSync(join(cwd, 'run/draws.arrow'));
    return cwd;
  };
  const flip = (path: string, bit: number) => {
    const bytes = readFileSync(path);
    bytes[bit >> 3] ^= 1 << (bit & 7);
    writeFileSync(path, bytes);
  };
  /** A number from 0 to 1 that is another for every index: the golden section, again and again. */
  const spread = (index: number) => (0.5 + index * 0.6180339887498949) % 1;

  const damages: [string, (path: string, index: number) => void][] = [
    [
      'with a bit of each shard or of its receipt flipped',
      (path, i) =>
        i % 2 === 0 ? flip(`${path}.arrow`, 8 * lengthAt(path, i)) : flipReceipt(path, i),
    ],
    [
      'whose shards or their receipts are truncated',
      (path, i) =>
        i % 2 === 0
          ? truncateSync(`${path}.arrow`, lengthAt(path, i))
          : truncateSync(`${path}.json`, Math.floor(200 * spread(i))),
    ],
  ];
  function lengthAt(path: string, index: number): number {
    return Math.floor(readFileSync(`${path}.arrow`).length * spread(index));
  }
  function flipReceipt(path: string, index: number): void {
    const text = readFileSync(`${path}.json`, 'utf8');
    // How long a shard took is the one thing in it that differs from run to run.
    const time = /"seconds":[^,]*/.exec(text)!;
    const bits = 8 * (text.trimEnd().length - time[0].length);
    const bit = Math.floor(bits * spread(index));
    flip(`${path}.json`, bit < 8 * time.index ? bit : bit + 8 * time[0].length);
  }

  it.each(damages)('%s, has them computed again and says so', async (_, damage) => {
    const cwd = copied();
    const ids = Object.keys(reference.shards);
    ids.forEach((id, index) => damage(join(cwd, 'run/shards', id), index));
    const stderr = await resumes(cwd);
    const warned = Array.from(stderr.matchAll(/^Warning: the shard (\S+) is computed again: ./gm));
    expect(warned.map(([, id]) => id).sort()).toEqual(ids.sort());
  });

  it('whose manifest is truncated is refused by every command, and is whole once it is deleted', async () => {
    const cwd = copied();
    const manifest = join(cwd, 'run/manifest.json');
    truncateSync(manifest, readFileSync(manifest).length >> 1);
    const commands = [reference.words, ...['resume', 'merge', 'status'].map((it) => [it, 'run'])];
    const messages = await Promise.all(commands.map((words) => refused(words, cwd)));
    for (const message of messages) {
      expect(message).toMatch(
        /resdiff: run\/manifest\.json is damaged: it is not whole JSON \(.*\)\.\nDelete it and /,
      );
    }
    rmSync(manifest);
    const before = changeTimes(join(cwd, 'run/shards'));
    await resumes(cwd);
    expect(changeTimes(join(cwd, 'run/shards'))).toEqual(before);
  });

  it('of a newer version is refused by every command', async () => {
    const cwd = copied();
    const manifest = join(cwd, 'run/manifest.json');
    const text = readFileSync(manifest, 'utf8');
    writeFileSync(manifest, text.replace('"formatVersion": 1', '"formatVersion": 2'));
    const commands = [reference.words, ...['resume', 'merge', 'status'].map((it) => [it, 'run'])];
    const messages = await Promise.all(commands.map((words) => refused(words, cwd)));
    for (const message of messages) {
      expect(message).toContain(
        'resdiff: run/manifest.json has format version 2; this resdiff reads versions up to 1.\n' +
          'Use the newer resdiff that wrote it, or give another folder.\n',
      );
    }
    writeFileSync(manifest, text);
    await resumes(cwd);
  });
});

describe.concurrent('the clock', () => {
  const clockBack = 30 * 24 * 3600 * 1000;

  it('may be set back amid a run', async () => {
    const cwd = scratch();
    const { code, stderr } = await begun(cwd, { at: AMID, clockBack }).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(filesOf(join(cwd, 'run'))).toEqual(reference.results);
    const manifest = readFileSync(join(cwd, 'run/manifest.json'), 'utf8');
    const { sessions } = JSON.parse(manifest) as { sessions: Record<string, string>[] };
    expect(Date.parse(sessions[0].started) - Date.parse(sessions[0].ended)).toBeGreaterThan(1e9);
  });

  it('may be behind the files of a killed run', async () => {
    const cwd = killedRun();
    const status = await startWithFault(['status', 'run'], cwd, { clockBack }).ended;
    expect(status.code).toBe(0);
    expect(status.stdout).toContain('run: figure-2 (draws), stopped');
    expect(status.stdout).not.toMatch(/NaN|Infinity| -\d/);
    expect(await begun(cwd, { clockBack }).ended).toMatchObject({ code: 0, stderr: '' });
    expect(filesOf(join(cwd, 'run'))).toEqual(reference.results);
    expect(leftIn(join(cwd, 'run'))).toEqual([]);
  });
});

describe.concurrent('two processes', () => {
  it('do not work in a folder at the same time; the second may look', async () => {
    const cwd = scratch();
    const first = await standing(begun(cwd, { at: AMID, signal: 'SIGSTOP' }), cwd);
    for (const words of [
      [...reference.words, '--quiet'],
      ['merge', 'run'],
    ]) {
      expect(await refused(words, cwd)).toMatch(
        new RegExp(`^resdiff: Process ${first.child.pid} on \\S+ already works in run\\.\\n`),
      );
    }
    const { stdout } = await resdiff(['status', 'run'], cwd);
    expect(stdout).toContain('run: figure-2 (draws), at work');
    expect(stdout).toContain(`process ${first.child.pid} on `);
    first.child.kill('SIGCONT');
    expect(await first.ended).toMatchObject({ code: 0, stderr: '' });
    expect(filesOf(join(cwd, 'run'))).toEqual(reference.results);
  });

  it('that both resume a killed run do not disturb each other', async () => {
    const cwd = killedRun();
    const words = [...reference.words, '--quiet'];
    const outcomes = await Promise.all([resdiff(words, cwd), resdiff(words, cwd)]);
    expect(outcomes.map(({ code }) => code)).toContain(0);
    for (const { code, stderr } of outcomes.filter((outcome) => outcome.code !== 0)) {
      expect(code).toBe(2);
      expect(stderr).toMatch(/^resdiff: Process \d+ on \S+ already works in run\.\n/);
    }
    expect(filesOf(join(cwd, 'run'))).toEqual(reference.results);
    expect(leftIn(join(cwd, 'run'))).toEqual([]);
  });

  it('that are the same task of a cluster do not, though one sleeps until all is merged', async () => {
    const cwd = killedRun();
    const shards = Object.keys(reference.shards);
    mkdirSync(join(cwd, 'run/slurm/1'), { recursive: true });
    const submission = {
      ...{ format: 'resdiff-submission', formatVersion: 1, n: 1, jobName: 'resdiff-test' },
      ...{ submitted: '2026-01-01T00:00:00.000Z', host: 'login', cluster: 'lab', options: {} },
      commands: { work: ['resdiff'], merge: ['resdiff'] },
      jobs: [{ shards, seconds: 1 }],
    };
    writeFileSync(join(cwd, 'run/slurm/1/submission.json'), JSON.stringify(submission));
    const task = ['work', 'run', '1', '0'];
    const zombie = startWithFault(task, cwd, { at: 30, signal: 'SIGSTOP' });
    await standing(zombie, cwd);
    const begunBy = finishedShards(join(cwd, 'run')).length;
    expect(begunBy).toBeLessThan(9);

    const twin = await start(task, cwd, { SLURM_RESTART_COUNT: '1' }).ended;
    expect(twin.code).toBe(0);
    expect(twin.stderr).toContain('9 of 9 shards are done.\n');
    expect((await resdiff(['merge', 'run', '--quiet'], cwd)).code).toBe(0);
    expect(filesOf(join(cwd, 'run'))).toEqual(reference.results);

    zombie.child.kill('SIGCONT');
    expect((await zombie.ended).code).toBe(0);
    const again = await resdiff(['merge', 'run'], cwd);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('Nothing to do: run holds this run, complete and undamaged.');
    expect(filesOf(join(cwd, 'run'))).toEqual(reference.results);
    const state = readFileSync(join(cwd, 'run/slurm/1/task-0.json'), 'utf8');
    expect(JSON.parse(state)).toMatchObject({ attempt: 1, state: 'done', done: 9 });
  });
});

/** Makes a folder one that can be made read-only: on a disk of its own, unless rights hold us. */
function lockable(
  folder: string,
  context: Pick<TestContext, 'skip' | 'onTestFinished'>,
): (readOnly: boolean) => void {
  if (process.getuid?.() !== 0) {
    return (readOnly) => {
      for (const each of [folder, join(folder, 'shards')])
        chmodSync(each, readOnly ? 0o555 : 0o755);
    };
  }
  mountSmall(folder, 'size=8m', context);
  return (readOnly) => {
    expect(mount('-o', `remount,${readOnly ? 'ro' : 'rw'}`, folder).status).toBe(0);
  };
}
