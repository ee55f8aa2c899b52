import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { commandOf, scratch } from '../test/support.ts';
import { UserError } from './errors.ts';
import { lockFolder } from './lock.ts';

const linux = process.platform === 'linux';
const patience = { interval: 5, timeout: 30_000 };

function writeLock(folder: string, owner: object): void {
  writeFileSync(
    join(folder, 'run.lock'),
    JSON.stringify({ pid: 1, hostname: hostname(), started: null, token: 'other', ...owner }),
  );
}

function lockIn(folder: string): { pid: number; started: string } {
  return JSON.parse(readFileSync(join(folder, 'run.lock'), 'utf8')) as {
    pid: number;
    started: string;
  };
}

function refusal(folder: string): UserError {
  try {
    lockFolder(folder);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return error as UserError;
  }
  throw new Error('expected a refusal');
}

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid as number;
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) {
    throw new Error('the child has no stdout');
  }
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return line;
}

describe('lockFolder', () => {
  it('refuses a folder that a running process holds, until it is released', async () => {
    const folder = await scratch();
    const lock = lockFolder(folder);
    const error = refusal(folder);
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain(`${process.pid}`);
    expect(error.message).toContain(hostname());
    expect(error.remedy).toContain(`kill ${process.pid}`);
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
    lockFolder(folder).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("does not release another owner's lock", async () => {
    const folder = await scratch();
    const lock = lockFolder(folder);
    writeLock(folder, { pid: process.ppid });
    lock.release();
    expect(lockIn(folder).pid).toBe(process.ppid);
  });

  it('takes over the lock of a process that is gone', async () => {
    const folder = await scratch();
    writeLock(folder, { pid: await deadPid() });
    const lock = lockFolder(folder);
    expect(lockIn(folder).pid).toBe(process.pid);
    expect(readdirSync(folder)).toEqual(['run.lock']);
    lock.release();
  });

  it.runIf(linux)('tells a recycled pid from the owner', async () => {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // The command of this process holds no parentheses, so field 22 can be counted.
    const ticks = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ')[19];
    const started = `${boot}/${ticks}`;

    const live = await scratch();
    writeLock(live, { pid: process.pid, started });
    expect(refusal(live).message).toContain(`${process.pid}`);

    for (const earlier of [`${boot}/${Number(ticks) - 1}`, `another-boot/${ticks}`]) {
      const folder = await scratch();
      writeLock(folder, { pid: process.pid, started: earlier });
      const lock = lockFolder(folder);
      expect(lockIn(folder).started).toBe(started);
      lock.release();
    }
  });

  it.runIf(linux)('counts a zombie as gone', async () => {
    // The shell starts a child and becomes a program that never asks for it.
    const parent = spawn('/bin/sh', ['-c', 'sleep 60 & echo $!; exec sleep 60']);
    onTestFinished(() => void parent.kill('SIGKILL'));
    const pid = Number(await firstLine(parent));
    await vi.waitUntil(
      () => readFileSync(`/proc/${parent.pid}/comm`, 'utf8') === 'sleep\n',
      patience,
    );
    process.kill(pid, 'SIGKILL');
    await vi.waitUntil(() => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '), patience);
    const folder = await scratch();
    writeLock(folder, { pid, started: 'boot/1' });
    lockFolder(folder).release();
  });

  it('refuses the lock of another host and says what to delete', async () => {
    const folder = await scratch();
    writeLock(folder, { pid: 42, hostname: 'node17' });
    const error = refusal(folder);
    expect(error.message).toContain('process 42 on node17');
    expect(error.remedy).toContain(`delete ${join(folder, 'run.lock')}`);
  });

  it('refuses a lock that it cannot read', async () => {
    for (const content of ['', 'nonsense', '{"pid":"x"}']) {
      const folder = await scratch();
      writeFileSync(join(folder, 'run.lock'), content);
      expect(refusal(folder).remedy).toContain(`delete ${join(folder, 'run.lock')}`);
    }
  });

  it('takes over a dead lock whose earlier contender died on the way', async () => {
    const folder = await scratch();
    writeLock(folder, { pid: await deadPid() });
    const content = readFileSync(join(folder, 'run.lock'));
    const { createHash } = await import('node:crypto');
    const digest = createHash('sha256').update(content).digest('hex').slice(0, 12);
    writeFileSync(
      join(folder, `run.lock.${digest}`),
      JSON.stringify({ pid: await deadPid(), hostname: hostname(), started: null, token: 't' }),
    );
    const lock = lockFolder(folder);
    expect(readdirSync(folder)).toEqual(['run.lock']);
    lock.release();
  });

  it('removes the claims of contenders that died with the lock in hand, and no others', async () => {
    const folder = await scratch();
    const claim = (name: string, owner: object) =>
      writeFileSync(
        join(folder, name),
        JSON.stringify({ pid: 1, hostname: hostname(), started: null, token: 't', ...owner }),
      );
    claim('run.lock.000000000000', { pid: await deadPid() });
    claim('run.lock.111111111111', { pid: process.ppid });
    claim('run.lock.222222222222', { hostname: 'node17' });
    const lock = lockFolder(folder);
    expect(readdirSync(folder).sort()).toEqual([
      'run.lock',
      'run.lock.111111111111',
      'run.lock.222222222222',
    ]);
    lock.release();
  });

  it('lets exactly one of many contenders take over, and frees the folder at its exit', async () => {
    const root = await scratch();
    const pid = await deadPid();
    const names = Array.from({ length: 150 }, (_, i) => `folder-${i}`);
    for (const name of names) {
      mkdirSync(join(root, name));
      writeLock(join(root, name), { pid });
    }
    const start = Date.now() + 1000;
    const contenders = [1, 2, 3].map(() =>
      spawn(process.execPath, commandOf('lock-child', root, String(start)), {
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    );
    const won = (await Promise.all(contenders.map(firstLine))).flatMap(
      (line) => JSON.parse(line) as string[],
    );
    expect(won.sort()).toEqual(names.sort());
    for (const contender of contenders) {
      contender.stdin?.end();
    }
    await Promise.all(contenders.map((contender) => once(contender, 'exit')));
    expect(names.flatMap((name) => readdirSync(join(root, name)))).toEqual([]);
  });
});
