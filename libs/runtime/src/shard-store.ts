import { createArrowWriter, writeFileAtomic, type Batch } from '@resdiff/tables';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { removeCheckpoint } from './checkpoint.ts';
import { messageOf, RunError, systemCode } from './errors.ts';
import type { ShardTask } from './executors/executor.ts';
import { removeFailure } from './failures.ts';
import { fileDamage, lengthDamage } from './file-damage.ts';
import type { JsonValue } from './json.ts';
import {
  checksumOf,
  shardResultShape,
  type FileRecord,
  type Manifest,
  type ShardResult,
} from './manifest.ts';
import type { Shard } from './plan.ts';
import { originOf, type RunOrigin } from './points.ts';
import { fileOfShard, receiptFile, shardFile } from './shard-paths.ts';
import * as is from './shape.ts';

/** Says beside a shard's file that the file is whole, and what is in it. */
export interface ShardReceipt extends ShardResult {
  readonly id: string;
  readonly runId: string;
  readonly rows: number;
}

/** A shard that was finished once and cannot be used now. */
export interface DamagedShard {
  readonly id: string;
  readonly reason: string;
}

const receiptShape = is.object({
  id: is.text,
  runId: is.text,
  rows: is.count,
  ...shardResultShape,
  // Receipts of before have none.
  checksum: is.optional(is.sha256),
});

export interface ShardFacts {
  /** When computing began, in milliseconds of `performance.now()`. */
  readonly started: number;
  readonly device: string;
  readonly notes: JsonValue;
  /** The files that the shard has made, once it has been computed. */
  readonly files: () => readonly FileRecord[];
}

/**
 * Writes `shards/<id>.arrow` and then its receipt `shards/<id>.json`, each to a temporary name,
 * synced and renamed: whenever the process or the machine dies, a receipt means a whole shard. The
 * shard's checkpoint and what is recorded of its failure, if there is any, are removed at last.
 *
 * @throws {RunError} if the batches hold another number of rows than the shard's plan says.
 */
export async function writeShard(
  { folder, runId, schema, shard }: ShardTask,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  { started, device, notes, files }: ShardFacts,
): Promise<ShardReceipt> {
  const file = shardFile(shard.id);
  const writer = await createArrowWriter(join(folder, file), schema, {});
  let rows = 0;
  try {
    for await (const batch of batches) {
      rows += batch.rows;
      writer.append(batch);
    }
    if (rows !== shard.rows) {
      throw new RunError(`it has ${rows} rows where its plan says ${shard.rows}`);
    }
  } catch (error) {
    writer.abort();
    throw error;
  }
  const { bytes, sha256 } = writer.close();
  const seconds = (performance.now() - started) / 1000;
  const made = files();
  const receipt = {
    ...{ id: shard.id, runId, file, sha256, bytes, rows, seconds, device, notes },
    ...(made.length > 0 && { files: made }),
  };
  writeFileAtomic(join(folder, receiptFile(shard.id)), receiptText(receipt));
  await removeCheckpoint(folder, shard.id);
  await removeFailure(folder, shard.id);
  return receipt;
}

function receiptText(receipt: ShardReceipt): string {
  const checksum = checksumOf(JSON.parse(JSON.stringify(receipt)) as JsonValue);
  return `${JSON.stringify({ ...receipt, checksum })}\n`;
}

/** How the rows of a shard are verified: `bytes` leaves it to their reader to check the sum. */
export type RowsCheck = 'checksum' | 'bytes';

/**
 * Which shards of the manifest are finished and whole on disk, whoever wrote them. A shard without
 * a receipt is unfinished and appears in neither list.
 *
 * @throws the reason of `signal`, once it is aborted.
 */
export async function verifyShards(
  folder: string,
  run: Pick<Manifest, keyof RunOrigin | 'shards'>,
  signal?: AbortSignal,
  rows: RowsCheck = 'checksum',
): Promise<{ done: Map<string, ShardReceipt>; damaged: DamagedShard[] }> {
  const done = new Map<string, ShardReceipt>();
  const damaged: DamagedShard[] = [];
  for (const shard of run.shards) {
    // A turn of the event loop, in which a signal of the system is heard.
    await setImmediate();
    signal?.throwIfAborted();
    const receipt = readReceipt(folder, originOf(run, shard).runId, shard);
    if (receipt === undefined) {
      continue;
    }
    const reason = 'reason' in receipt ? receipt.reason : await shardDamage(folder, receipt, rows);
    if (reason === undefined) {
      done.set(shard.id, receipt as ShardReceipt);
    } else {
      damaged.push({ id: shard.id, reason });
    }
  }
  return { done, damaged };
}

/**
 * Undefined if there is no receipt; a reason if there is one that does not hold. Of small files,
 * reading in turn takes a quarter of the time that the promises of Node.js take.
 */
function readReceipt(
  folder: string,
  runId: string,
  shard: Shard,
): ShardReceipt | { reason: string } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(join(folder, receiptFile(shard.id)), 'utf8'));
  } catch (error) {
    return systemCode(error) === 'ENOENT'
      ? undefined
      : { reason: `its receipt cannot be read: ${messageOf(error)}` };
  }
  const problem = receiptShape(value, '');
  if (problem !== undefined) {
    return { reason: `its receipt is damaged: ${problem}` };
  }
  const { checksum, ...receipt } = value as ShardReceipt & { checksum?: string };
  if (receipt.runId !== runId) {
    return { reason: `its receipt belongs to the run ${receipt.runId}` };
  }
  if (receipt.id !== shard.id || receipt.file !== shardFile(shard.id)) {
    return { reason: `its receipt belongs to the shard ${receipt.id} in ${receipt.file}` };
  }
  const stray = receipt.files?.find(({ file }) => file !== fileOfShard(shard.id, basename(file)));
  if (stray !== undefined) {
    return { reason: `its receipt lists ${stray.file}, which is no file of this shard` };
  }
  if (receipt.rows !== shard.rows) {
    return { reason: `its receipt says ${receipt.rows} rows, its plan ${shard.rows}` };
  }
  if (checksum !== undefined && checksum !== checksumOf(receipt as unknown as JsonValue)) {
    return { reason: 'its receipt is damaged: its checksum is not that of its content' };
  }
  return receipt;
}

async function shardDamage(
  folder: string,
  receipt: ShardReceipt,
  rows: RowsCheck,
): Promise<string | undefined> {
  const reason =
    rows === 'checksum' ? await fileDamage(folder, receipt) : lengthDamage(folder, receipt);
  if (reason !== undefined) {
    return reason;
  }
  for (const record of receipt.files ?? []) {
    const damage = await fileDamage(folder, record);
    if (damage !== undefined) {
      return damage;
    }
  }
  return undefined;
}
