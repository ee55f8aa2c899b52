import { temporaryPath } from '@resdiff/tables';
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { systemCode, UserError } from './errors.ts';
import * as is from './shape.ts';

export const lockName = 'run.lock';

/** Who holds a lock. */
export interface LockOwner {
  readonly pid: number;
  readonly hostname: string;
  /** Boot id and start time of the process, which tell it from a later one with its pid; null where the system has no /proc. */
  readonly started: string | null;
  /** Tells this lock from all others. */
  readonly token: string;
}

export interface Lock {
  readonly path: string;
  release(): void;
}

const ownerShape = is.object({
  pid: is.count,
  hostname: is.text,
  started: is.either(is.text, is.oneOf(null)),
  token: is.text,
});

/**
 * Makes this process the only one that works in `folder`, until the lock is released or the process
 * ends. The lock of a process of this host that is gone is taken over.
 *
 * @throws {UserError} if another process holds it: one that runs, one of another host (which cannot
 * be seen from here), or one that cannot be made out.
 * @throws what the file system throws if the lock cannot be written.
 */
export function lockFolder(folder: string): Lock {
  const path = join(folder, lockName);
  const owner: LockOwner = {
    pid: process.pid,
    hostname: hostname(),
    started: processStart(process.pid),
    token: randomBytes(6).toString('hex'),
  };
  acquire(path, owner);
  removeDeadClaims(folder);

  const release = () => {
    held.delete(release);
    if (readOwner(path)?.token === owner.token) {
      rmSync(path, { force: true });
    }
  };
  if (held.size === 0) {
    process.off('exit', releaseAll).on('exit', releaseAll);
  }
  held.add(release);
  return { path, release };
}

/** Who holds the lock of a folder, if anybody does. */
export interface LockState {
  /** Undefined if the lock does not tell. */
  readonly owner: LockOwner | undefined;
  /** Whether that process runs; undefined if it cannot be seen from this host. */
  readonly alive: boolean | undefined;
}

/** The state of a folder's lock; undefined if there is none. */
export function readLock(folder: string): LockState | undefined {
  const content = readContent(join(folder, lockName));
  if (content === undefined) {
    return undefined;
  }
  const owner = parseOwner(content);
  const here = owner?.hostname === hostname();
  return { owner, alive: owner !== undefined && here ? isAlive(owner) : undefined };
}

const held = new Set<() => void>();

function releaseAll(): void {
  held.forEach((release) => release());
}

/**
 * Whoever takes over a dead owner's lock first acquires a claim, a lock of its own named after the
 * dead one; so of many contenders one replaces it, and the others find a live owner. A claimant
 * that dies leaves a claim, which is taken over the same way.
 */
function acquire(path: string, owner: LockOwner): void {
  for (;;) {
    if (createExclusively(path, owner)) {
      return;
    }
    const content = readContent(path);
    if (content === undefined) {
      continue;
    }
    refuseUnlessDead(path, content);
    const claim = `${path}.${createHash('sha256').update(content).digest('hex').slice(0, 12)}`;
    acquire(claim, owner);
    try {
      if (readContent(path) === content) {
        renameSync(writeOwner(path, owner), path);
        return;
      }
    } finally {
      rmSync(claim, { force: true });
    }
  }
}

/** Whoever holds the lock has no use for the claims of those that died as they took it over. */
function removeDeadClaims(folder: string): void {
  for (const name of readdirSync(folder).filter((each) => each.startsWith(`${lockName}.`))) {
    const owner = readOwner(join(folder, name));
    if (owner?.hostname === hostname() && !isAlive(owner)) {
      rmSync(join(folder, name), { force: true });
    }
  }
}

/** Whether `path` was created, whole and synced, where no file was. */
function createExclusively(path: string, owner: LockOwner): boolean {
  const temporary = writeOwner(path, owner);
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') {
      return false;
    }
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(systemCode(error) ?? '')) {
      throw error;
    }
    return createWithoutLinks(path, owner);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** For file systems that have no hard links, such as exFAT. */
function createWithoutLinks(path: string, owner: LockOwner): boolean {
  try {
    writeFileSync(path, JSON.stringify(owner), { flag: 'wx', flush: true });
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') {
      return false;
    }
    rmSync(path, { force: true });
    throw error;
  }
}

function writeOwner(path: string, owner: LockOwner): string {
  const temporary = temporaryPath(path);
  const descriptor = openSync(temporary, 'w');
  try {
    writeFileSync(descriptor, JSON.stringify(owner));
    fsyncSync(descriptor);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
  return temporary;
}

function readContent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

function readOwner(path: string): LockOwner | undefined {
  const content = readContent(path);
  return content === undefined ? undefined : parseOwner(content);
}

function parseOwner(content: string): LockOwner | undefined {
  try {
    const value: unknown = JSON.parse(content);
    return ownerShape(value, '') === undefined ? (value as LockOwner) : undefined;
  } catch {
    return undefined;
  }
}

function refuseUnlessDead(path: string, content: string): void {
  const owner = parseOwner(content);
  if (owner === undefined) {
    throw new UserError(`${path} holds no readable owner, so who locked the folder is unknown.`, {
      remedy: `If no process works in the folder, delete ${path}.`,
    });
  }
  if (owner.hostname !== hostname()) {
    throw new UserError(
      `${path} says that process ${owner.pid} on ${owner.hostname} works in its folder, which cannot be checked from ${hostname()}.`,
      { remedy: `If that process is gone, delete ${path}. Otherwise wait for it to end.` },
    );
  }
  if (isAlive(owner)) {
    const self = owner.pid === process.pid ? ' (this process)' : '';
    throw new UserError(
      `Process ${owner.pid}${self} on ${owner.hostname} already works in ${dirname(path)}.`,
      { remedy: `Wait for it to end, stop it (kill ${owner.pid}), or give another folder.` },
    );
  }
}

function isAlive({ pid, started }: LockOwner): boolean {
  if (!processExists(pid)) {
    return false;
  }
  const now = processStart(pid);
  return started === null || now === null || now === started;
}

/** Whether a process of this host has the id `pid`, be it ours or another user's. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/**
 * The boot id and start time of a process, or null where the system does not tell. A zombie, which
 * has ended but whose parent has not asked how, is told as `ended`.
 */
function processStart(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // proc(5): the second field is the command in parentheses, which may itself hold some.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, start] = [fields[0], fields[19]];
    if (start === undefined) {
      return null;
    }
    return state === 'Z' || state === 'X' ? 'ended' : `${boot}/${start}`;
  } catch {
    return null;
  }
}
