import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { commandOf, complete, failureOf, scratch, tablesOf } from '../test/support.ts';
import { stoppedAt, unitsExecutor, unitsLog } from '../test/units-support.ts';
import { unitsPlan } from '../test/units.ts';
import { CheckpointDamage, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { UserError } from './errors.ts';
import { runId } from './plan.ts';
import type { RunProgress } from './computing.ts';
import { executeRun } from './run.ts';

const plan = unitsPlan([6, 20]);
const [short, long] = ['units-0', 'units-1'];
const checkpoint = (folder: string, id = long) => join(folder, 'shards', `${id}.checkpoint`);

async function reference() {
  const folder = await scratch();
  await complete(plan, folder, { executor: unitsExecutor() });
  return tablesOf(folder);
}

/** Resumes the run, and tells which units were computed and what was said at first. */
async function resumed(folder: string) {
  const log = await unitsLog();
  const events: RunProgress[] = [];
  await complete(plan, folder, {
    executor: unitsExecutor({ log: log.path }),
    onProgress: (event) => events.push(event),
  });
  return { lines: log.lines(), events, tables: await tablesOf(folder) };
}

describe('a checkpoint', () => {
  const header = { runId: '0123456789ab', shard: long, progress: 0.25 };

  async function written(chunks: Iterable<Uint8Array>) {
    const folder = await scratch();
    await mkdir(join(folder, 'shards'));
    writeCheckpoint(folder, header, chunks);
    return folder;
  }

  it('is read as it was written, at the start of its buffer', async () => {
    // More than is read in one piece.
    const length = 20 << 20;
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = (i * i) >> 7;
    const chunks = [0, 1, 5, 2 << 20, length].map((end, i, ends) =>
      bytes.subarray(ends[i - 1] ?? 0, end),
    );
    const found = await readCheckpoint(await written(chunks), long);
    expect(found?.header).toMatchObject(header);
    expect(found?.content.byteOffset).toBe(0);
    expect(Buffer.from(found!.content).equals(bytes)).toBe(true);
  });

  it('may be empty, and is undefined where there is none', async () => {
    const folder = await written([]);
    expect((await readCheckpoint(folder, long))?.content).toEqual(new Uint8Array());
    expect(await readCheckpoint(folder, short)).toBeUndefined();
  });

  it('is a line of JSON, the content, and the SHA-256 of both', async () => {
    const bytes = await readFile(checkpoint(await written([Buffer.from('state')])));
    const line =
      '{"format":"resdiff-checkpoint-1","runId":"0123456789ab","shard":"units-1","progress":0.25}\n';
    const sum = createHash('sha256').update(`${line}state`).digest();
    expect(bytes.equals(Buffer.concat([Buffer.from(`${line}state`), sum]))).toBe(true);
  });

  it('is refused if it is cut anywhere or has any bit flipped', async () => {
    const folder = await written([Buffer.from('some state')]);
    const whole = await readFile(checkpoint(folder));
    const damaged = [
      ...Array.from(whole, (_, length) => whole.subarray(0, length)),
      ...Array.from(whole, (byte, at) => {
        const copy = Buffer.from(whole);
        copy[at] = byte ^ (1 << (at % 8));
        return copy;
      }),
    ];
    for (const bytes of damaged) {
      await writeFile(checkpoint(folder), bytes);
      expect(await failureOf(readCheckpoint(folder, long))).toBeInstanceOf(CheckpointDamage);
    }
  });

  it('is left as it was if the next one fails on the way', async () => {
    const folder = await written([Buffer.from('old')]);
    function* failing() {
      yield new Uint8Array(2 << 20);
      throw new Error('no more');
    }
    expect(() => writeCheckpoint(folder, header, failing())).toThrow('no more');
    expect(Buffer.from((await readCheckpoint(folder, long))!.content).toString()).toBe('old');
    expect(await readdir(join(folder, 'shards'))).toEqual(['units-1.checkpoint']);
  });
});

it('lets a run go on from it after kill -9, and come to the same bytes', async () => {
  const folder = await scratch();
  const log = await unitsLog();
  const child = spawn(process.execPath, commandOf('units-child', folder, log.path, '50', '6,20'), {
    stdio: 'inherit',
  });
  const exited = once(child, 'exit');
  while (child.exitCode === null && log.lines().length < 13) {
    await setTimeout(3);
  }
  child.kill('SIGKILL');
  expect(await exited).toEqual([null, 'SIGKILL']);
  const before = log.lines();
  expect(before.every((line) => line.startsWith(`${long} `))).toBe(true);

  const { lines, events, tables } = await resumed(folder);
  const start = Number(lines[0].split(' ')[1]);
  expect(start).toBeGreaterThanOrEqual(10);
  expect(start % 5).toBe(0);
  expect(before.length - start).toBeLessThanOrEqual(5);
  expect(lines.filter((line) => line.startsWith(long))).toHaveLength(20 - start);
  expect(events[0]).toMatchObject({
    resumed: 0,
    continued: 1,
    doneCost: start,
    resumedCost: start,
  });
  expect(tables).toEqual(await reference());
  expect((await readdir(join(folder, 'shards'))).sort()).toEqual(
    [short, long].flatMap((id) => [`${id}.arrow`, `${id}.json`]),
  );
});

describe('a run with checkpoints', () => {
  it('is stopped within a shard, keeps it, and goes on', async () => {
    const folder = await scratch();
    const error = await stoppedAt(plan, folder, [long, 12]);
    expect(error.message).toBe(
      'Stopped with 0 of 2 shards done. Finished shards and checkpoints are kept.',
    );
    expect(error.exitCode).toBe(130);
    const { lines, tables } = await resumed(folder);
    // The unit at which it was stopped was still computed.
    expect(lines[0]).toBe(`${long} 13`);
    expect(lines).toHaveLength(7 + 6);
    expect(tables).toEqual(await reference());
  });

  it.each([
    ['truncated', (path: string) => truncate(path, 90)],
    [
      'altered',
      async (path: string) => {
        const bytes = await readFile(path);
        bytes[bytes.length - 40] ^= 1;
        await writeFile(path, bytes);
      },
    ],
    ['no checkpoint at all', (path: string) => writeFile(path, 'nonsense')],
  ])('starts a shard from its beginning if its checkpoint is %s, and says so', async (_, harm) => {
    const folder = await scratch();
    await stoppedAt(plan, folder, [long, 12]);
    await harm(checkpoint(folder));
    const { lines, events, tables } = await resumed(folder);
    expect(lines).toHaveLength(26);
    expect(lines[0]).toBe(`${long} 0`);
    expect(events[0]).toMatchObject({
      continued: 0,
      resumedCost: 0,
      damaged: [],
      damagedCheckpoints: [
        { id: long, reason: `shards/${long}.checkpoint is truncated or altered` },
      ],
    });
    expect(tables).toEqual(await reference());
  });

  it('does not take the checkpoint of another shard', async () => {
    const folder = await scratch();
    await stoppedAt(plan, folder, [long, 12]);
    await rename(checkpoint(folder), checkpoint(folder, short));
    const { lines, events } = await resumed(folder);
    expect(lines).toHaveLength(26);
    expect(events[0].damagedCheckpoints).toEqual([
      { id: short, reason: `shards/${short}.checkpoint belongs to the shard ${long}` },
    ]);
  });

  it('is refused where there is a checkpoint of another run, and changes nothing', async () => {
    const [folder, other] = [await scratch(), await scratch()];
    await stoppedAt(plan, folder, [long, 12]);
    const another = unitsPlan([6, 20], '8');
    await stoppedAt(another, other, [long, 12]);
    await copyFile(checkpoint(other), checkpoint(folder));
    const names = await readdir(folder, { recursive: true });
    const before = await readFile(join(folder, 'manifest.json'), 'utf8');
    const error = await failureOf(executeRun(plan, { folder, executor: unitsExecutor() }));
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ exitCode: 2, remedy: 'Delete it, or give another folder.' });
    expect(error.message).toBe(
      `${checkpoint(folder)} belongs to the run ${runId(another)}, not to ${runId(plan)}.`,
    );
    expect(await readdir(folder, { recursive: true })).toEqual(names);
    expect(await readFile(join(folder, 'manifest.json'), 'utf8')).toBe(before);
  });

  it('removes what is left of shards that are done', async () => {
    const folder = await scratch();
    await complete(plan, folder, { executor: unitsExecutor() });
    writeCheckpoint(folder, { runId: runId(plan), shard: long, progress: 0.5 }, []);
    expect((await resumed(folder)).lines).toEqual([]);
    expect(existsSync(checkpoint(folder))).toBe(false);
  });
});
