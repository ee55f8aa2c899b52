import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

const STAGING_BYTES = 1 << 20;

/** So many bytes and more are written as they are; fewer are collected first. */
const DIRECT_BYTES = 1 << 16;

/** Who writes a temporary file. */
export interface TemporaryOwner {
  /** As temporary names spell it: other characters than letters, digits and `-` are `-`. */
  readonly host: string;
  readonly pid: number;
}

/** This process, as temporary names tell it from those of other hosts that share the folder. */
export function temporaryOwner(): TemporaryOwner {
  const host =
    hostname()
      .slice(0, 63)
      .replace(/[^A-Za-z0-9-]/g, '-') || '-';
  return { host, pid: process.pid };
}

/** A new temporary name beside `path`: `.<name>.<host>.<pid>.<random>.tmp`. */
export function temporaryPath(path: string): string {
  const { host, pid } = temporaryOwner();
  const random = randomBytes(6).toString('hex');
  return join(dirname(path), `.${basename(path)}.${host}.${pid}.${random}.tmp`);
}

/** Who made a file of this name; undefined unless the name is a {@link temporaryPath}'s. */
export function parseTemporary(name: string): TemporaryOwner | undefined {
  const found = /^\..+\.([A-Za-z0-9-]+)\.(\d+)\.[0-9a-f]{12}\.tmp$/.exec(name);
  return found ? { host: found[1], pid: Number(found[2]) } : undefined;
}

/**
 * A file that appears under its name whole or not at all. It is written from front to back under a
 * temporary name (see {@link temporaryPath}) in the same folder, and hashed on the way.
 *
 * Errors of the file system (`ENOSPC`, `EACCES`, ...) pass through with their `code`.
 */
export class AtomicFile {
  readonly path: string;
  readonly #temporary: string;
  readonly #descriptor: number;
  readonly #hash = createHash('sha256');
  readonly #staging = Buffer.allocUnsafeSlow(STAGING_BYTES);
  #staged = 0;
  #bytes = 0;
  #open = true;

  constructor(path: string) {
    this.path = path;
    this.#temporary = temporaryPath(path);
    this.#descriptor = openSync(this.#temporary, 'wx');
  }

  /** Appends bytes; they are copied or written before it returns. */
  write(bytes: Uint8Array): void {
    this.#bytes += bytes.byteLength;
    const direct = bytes.byteLength >= DIRECT_BYTES;
    if (direct || bytes.byteLength > STAGING_BYTES - this.#staged) this.#flush();
    if (direct) {
      this.#writeThrough(bytes);
    } else {
      this.#staging.set(bytes, this.#staged);
      this.#staged += bytes.byteLength;
    }
  }

  /** The SHA-256 of all bytes so far, 32 bytes. */
  digest(): Uint8Array {
    this.#flush();
    return this.#hash.copy().digest();
  }

  /** Makes the file durable under its name; on an error the temporary file is removed. */
  commit(): { bytes: number; sha256: string } {
    try {
      this.#flush();
      fsyncSync(this.#descriptor);
      renameSync(this.#temporary, this.path);
    } catch (error) {
      this.discard();
      throw error;
    }
    this.#open = false;
    closeSync(this.#descriptor);
    syncFolder(dirname(this.path));
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }

  /** Removes the temporary file. Does nothing after `commit` or a second time. */
  discard(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#descriptor);
    rmSync(this.#temporary, { force: true });
  }

  #flush(): void {
    if (this.#staged === 0) return;
    this.#writeThrough(this.#staging.subarray(0, this.#staged));
    this.#staged = 0;
  }

  #writeThrough(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    for (let written = 0; written < bytes.byteLength;) {
      written += writeSync(this.#descriptor, bytes, written);
    }
  }
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Writes a whole file: a reader finds the old content or the new one, never a part, even after a
 * crash. Strings are written as UTF-8.
 *
 * @throws the file system's error with its `code`, and then leaves no temporary file.
 */
export function writeFileAtomic(path: string, data: string | Uint8Array): void {
  const file = new AtomicFile(path);
  try {
    file.write(typeof data === 'string' ? Buffer.from(data) : data);
    file.commit();
  } finally {
    file.discard();
  }
}

/** The SHA-256 of a file's bytes in hexadecimal, read in pieces. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: STAGING_BYTES })) {
    hash.update(piece as Buffer);
  }
  return hash.digest('hex');
}
