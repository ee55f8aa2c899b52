import { AtomicFile } from '@resdiff/tables';
import { createHash, type Hash } from 'node:crypto';
import { open, readdir, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, RunError, systemCode, UserError } from './errors.ts';
import { checkpointEnding, checkpointFile, shardsFolder } from './shard-paths.ts';
import * as is from './shape.ts';

// A checkpoint is a line of JSON (the header), the content, and the SHA-256 of both (32 bytes).

const format = 'resdiff-checkpoint-1';
const CHECKSUM_BYTES = 32;
const MOST_HEADER_BYTES = 4096;
const PIECE_BYTES = 1 << 24;

/** What a checkpoint says of itself. */
export interface CheckpointHeader {
  readonly runId: string;
  readonly shard: string;
  /** The part of the shard that is done, 0 to 1. */
  readonly progress: number;
  /** Where it was computed; left out for `cpu`. */
  readonly device?: string;
}

export interface Checkpoint {
  readonly header: CheckpointHeader;
  /** Starts at the beginning of its buffer, so that typed arrays of any kind can view it. */
  readonly content: Uint8Array<ArrayBuffer>;
}

/** A checkpoint that does not hold, and why. */
export class CheckpointDamage extends Error {}

const headerShape = is.object({
  format: is.oneOf(format),
  runId: is.text,
  shard: is.text,
  progress: is.number,
  device: is.optional(is.text),
});

/**
 * Replaces the checkpoint of a shard: whenever the process or the machine dies, there is the old
 * one or the new one. The chunks go to the disk as they come.
 */
export function writeCheckpoint(
  folder: string,
  header: CheckpointHeader,
  chunks: Iterable<Uint8Array>,
): void {
  const file = new AtomicFile(join(folder, checkpointFile(header.shard)));
  try {
    file.write(Buffer.from(`${JSON.stringify({ format, ...header })}\n`));
    for (const chunk of chunks) {
      file.write(chunk);
    }
    file.write(file.digest());
    file.commit();
  } finally {
    file.discard();
  }
}

/**
 * The checkpoint of a shard; undefined if there is none.
 *
 * @throws {CheckpointDamage} if it is truncated, altered, or another shard's.
 */
export async function readCheckpoint(folder: string, id: string): Promise<Checkpoint | undefined> {
  return withCheckpoint(folder, id, async (file, header) => {
    const content = new Uint8Array(header.contentBytes);
    for (let at = 0; at < content.length; at += PIECE_BYTES) {
      const piece = content.subarray(at, at + PIECE_BYTES);
      await fill(file, piece, header.bytes + at);
      header.hash.update(piece);
    }
    await checkSum(file, header);
    return { header: header.value, content };
  });
}

/** What is known of the checkpoints of the shards that are not done. */
export interface FoundCheckpoints {
  /** The part that is done of each shard that has a whole checkpoint, by its id. */
  readonly progress: ReadonlyMap<string, number>;
  /** Where they were computed. */
  readonly devices: ReadonlySet<string>;
  /** Those that did not hold, and why. They are removed. */
  readonly damaged: readonly { readonly id: string; readonly reason: string }[];
}

/**
 * Looks for the checkpoints of the `unfinished` shards, and removes those that do not hold, and
 * those of shards that are done.
 *
 * @throws the reason of `signal`, once it is aborted.
 */
export async function takeStockOfCheckpoints(
  folder: string,
  shards: readonly { readonly id: string }[],
  unfinished: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<FoundCheckpoints> {
  const present = new Set(await checkpointsIn(folder));
  const progress = new Map<string, number>();
  const devices = new Set<string>();
  const damaged: { id: string; reason: string }[] = [];
  for (const { id } of shards.filter((shard) => present.has(shard.id))) {
    signal.throwIfAborted();
    if (!unfinished.has(id)) {
      await removeCheckpoint(folder, id);
      continue;
    }
    try {
      const header = await verifyCheckpoint(folder, id);
      progress.set(id, Math.min(1, Math.max(0, header?.progress ?? 0)));
      devices.add(header?.device ?? 'cpu');
    } catch (error) {
      if (!(error instanceof CheckpointDamage)) {
        throw error;
      }
      damaged.push({ id, reason: error.message });
      await removeCheckpoint(folder, id);
    }
  }
  return { progress, devices, damaged };
}

/** The ids of the shards that have a checkpoint. */
export async function checkpointsIn(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, shardsFolder)).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') {
      return [];
    }
    throw error;
  });
  return names
    .filter((name) => name.endsWith(checkpointEnding) && !name.startsWith('.'))
    .map((name) => name.slice(0, -checkpointEnding.length));
}

export async function removeCheckpoint(folder: string, id: string): Promise<void> {
  await rm(join(folder, checkpointFile(id)), { force: true });
}

/** @throws {UserError} if a checkpoint in the folder belongs to another run than those of `ids`. */
export async function refuseForeignCheckpoints(
  folder: string,
  ids: ReadonlySet<string>,
): Promise<void> {
  for (const id of await checkpointsIn(folder)) {
    const found = (await readCheckpointHeader(folder, id))?.runId;
    if (found !== undefined && !ids.has(found)) {
      const path = join(folder, checkpointFile(id));
      const expected = ids.size === 1 ? [...ids][0] : 'a point of this sweep';
      throw new UserError(`${path} belongs to the run ${found}, not to ${expected}.`, {
        remedy: 'Delete it, or give another folder.',
      });
    }
  }
}

/** What the checkpoint of a shard says of itself; undefined if there is none, or none that says. */
export async function readCheckpointHeader(
  folder: string,
  id: string,
): Promise<CheckpointHeader | undefined> {
  try {
    return await withCheckpoint(folder, id, (_, { value }) => Promise.resolve(value));
  } catch (error) {
    if (error instanceof CheckpointDamage) {
      return undefined;
    }
    throw error;
  }
}

async function verifyCheckpoint(folder: string, id: string): Promise<CheckpointHeader | undefined> {
  return withCheckpoint(folder, id, async (file, header) => {
    const piece = new Uint8Array(Math.min(PIECE_BYTES, header.contentBytes));
    for (let at = 0; at < header.contentBytes; at += piece.length) {
      const part = piece.subarray(0, header.contentBytes - at);
      await fill(file, part, header.bytes + at);
      header.hash.update(part);
    }
    await checkSum(file, header);
    return header.value;
  });
}

interface FoundHeader {
  readonly value: CheckpointHeader;
  readonly bytes: number;
  readonly contentBytes: number;
  /** Of the header so far. */
  readonly hash: Hash;
}

/** Undefined if there is no checkpoint. */
async function withCheckpoint<Result>(
  folder: string,
  id: string,
  use: (file: FileHandle, header: FoundHeader) => Promise<Result>,
): Promise<Result | undefined> {
  let file: FileHandle;
  try {
    file = await open(join(folder, checkpointFile(id)), 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      return undefined;
    }
    throw new UserError(
      `${join(folder, checkpointFile(id))} cannot be read: ${messageOf(error)}.`,
      {
        remedy: 'Make it readable, or delete it: its shard then starts from its beginning.',
        cause: error,
      },
    );
  }
  try {
    return await use(file, await readHeader(file, id));
  } finally {
    await file.close();
  }
}

async function readHeader(file: FileHandle, id: string): Promise<FoundHeader> {
  const { size } = await file.stat();
  const start = new Uint8Array(Math.min(size, MOST_HEADER_BYTES));
  await fill(file, start, 0);
  const bytes = start.indexOf(0x0a) + 1;
  const line = start.subarray(0, bytes);
  const value = parsed(Buffer.from(line).toString());
  const contentBytes = size - bytes - CHECKSUM_BYTES;
  if (headerShape(value, '') !== undefined || contentBytes < 0) {
    throw damage(id);
  }
  const header = value as CheckpointHeader;
  if (header.shard !== id) {
    throw new CheckpointDamage(`${checkpointFile(id)} belongs to the shard ${header.shard}`);
  }
  return { value: header, bytes, contentBytes, hash: createHash('sha256').update(line) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function checkSum(
  file: FileHandle,
  { value, bytes, contentBytes, hash }: FoundHeader,
): Promise<void> {
  const written = new Uint8Array(CHECKSUM_BYTES);
  await fill(file, written, bytes + contentBytes);
  if (!hash.digest().equals(written)) {
    throw damage(value.shard);
  }
}

function damage(id: string): CheckpointDamage {
  return new CheckpointDamage(`${checkpointFile(id)} is truncated or altered`);
}

/** @throws {RunError} if the file ends before. */
async function fill(file: FileHandle, buffer: Uint8Array, position: number): Promise<void> {
  for (let filled = 0; filled < buffer.length;) {
    const { bytesRead } = await file.read(
      buffer,
      filled,
      buffer.length - filled,
      position + filled,
    );
    if (bytesRead === 0) {
      throw new RunError('A checkpoint grew shorter while it was read.');
    }
    filled += bytesRead;
  }
}
