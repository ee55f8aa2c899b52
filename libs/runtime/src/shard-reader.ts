import { createArrowReader, type ArrowReader, type Batch } from '@resdiff/tables';
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { fileDamage, readingDamage, sizeDamage, sumDamage } from './file-damage.ts';
import { RunError } from './errors.ts';
import type { FileRecord } from './manifest.ts';

/** Files of up to so many bytes are read in one go. */
const WHOLE_BYTES = 1 << 25;

/** A shard is not as it was recorded, though it was when the merge began or it was computed. */
export class DamagedShardError extends RunError {
  readonly shard: string;
  readonly reason: string;

  constructor(shard: string, reason: string) {
    super(`The shard ${shard} was damaged while the run went on: ${reason}.`, {
      remedy: 'Give the same command again: it computes that shard anew.',
    });
    this.shard = shard;
    this.reason = reason;
  }
}

/** Reads the rows of shards, one after another, in memory that is used again. */
export class ShardReader {
  readonly #folder: string;
  #memory = new Uint8Array(0);
  #reader: ArrowReader | undefined;

  /** @param folder the run folder. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * The rows of a shard, none of them before its checksum has been found right. A batch is valid
   * until the next shard is read.
   *
   * @throws {DamagedShardError} if the file is not as it is recorded.
   */
  async *batches(
    record: FileRecord & { readonly id: string },
  ): AsyncGenerator<Batch, void, undefined> {
    const path = join(this.#folder, record.file);
    const whole = record.bytes <= WHOLE_BYTES;
    const damage = whole ? this.#load(record) : await fileDamage(this.#folder, record);
    if (damage !== undefined) {
      throw new DamagedShardError(record.id, damage);
    }
    const bytes = this.#memory.subarray(0, record.bytes);
    this.#reader ??= await createArrowReader();
    yield* this.#reader.batches(whole ? { name: path, bytes } : path);
  }

  /** What is wrong with the file; if nothing is, it is at the start of the memory now. */
  #load(record: FileRecord): string | undefined {
    if (this.#memory.length < record.bytes) {
      this.#memory = new Uint8Array(record.bytes);
    }
    const content = this.#memory.subarray(0, record.bytes);
    try {
      const damage = sizeDamage(record, readInto(content, join(this.#folder, record.file)));
      return damage ?? sumDamage(record, createHash('sha256').update(content).digest('hex'));
    } catch (error) {
      return readingDamage(record, error);
    }
  }
}

/** Fills `memory` with the beginning of a file; returns how many bytes the file has. */
function readInto(memory: Uint8Array, path: string): number {
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    for (let filled = 0; filled < Math.min(size, memory.length);) {
      const read = readSync(descriptor, memory, filled, memory.length - filled, filled);
      if (read === 0) {
        return filled;
      }
      filled += read;
    }
    return size;
  } finally {
    closeSync(descriptor);
  }
}
