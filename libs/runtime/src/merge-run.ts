import type { TableSchema } from '@resdiff/tables';
import { lastLine, UserError } from './errors.ts';
import { readFailures, removeOldFailures, type FailureRecord } from './failures.ts';
import { openFoundRun, type RunFolder } from './folder.ts';
import type { ManifestShard } from './manifest.ts';
import { mergeShards } from './merge.ts';
import { openedRun, type Run } from './opened-run.ts';
import { shardTitle } from './points.ts';
import { RunLog } from './run-log.ts';
import { inSession, type Session } from './session.ts';
import { refuseOtherColumns } from './shard-columns.ts';
import { DamagedShardError } from './shard-reader.ts';
import { verifyShards, type DamagedShard, type ShardReceipt } from './shard-store.ts';
import { allHold, tablesHold } from './tables-hold.ts';

export interface MergeOptions {
  /** Of a shard's file. */
  readonly schema: TableSchema;
  /** Whether shards may be missing from the tables. */
  readonly partial?: boolean;
  /** Stops the merge once aborted. */
  readonly signal?: AbortSignal;
  /** The command line, for the manifest. */
  readonly command?: string;
}

/**
 * Merges the shards of the run in `folder`, which is opened by its manifest alone, into the tables
 * that {@link executeRun} makes of them.
 *
 * @throws {UserError} naming what is missing, if shards are and `partial` is not set, or if none is
 *   done; or if the folder holds no run, or one of other columns, or another process works in it.
 * @throws {DiskFullError}
 * @throws {StoppedError} if the signal was aborted.
 */
export async function mergeRun(
  folder: string,
  { schema, partial = false, signal = new AbortController().signal, command }: MergeOptions,
): Promise<Run> {
  const opened = await openFoundRun(folder);
  const { manifest } = opened;
  return inSession(opened, signal, async (session) => {
    const { done, damaged } = await verifyShards(folder, manifest, signal, 'bytes');
    for (;;) {
      const missing = manifest.shards.filter(({ id }) => !done.has(id));
      const failures = await readFailures(folder, missing);
      if (missing.length > 0 && (!partial || done.size === 0)) {
        throw incomplete(opened, missing, damaged, failures);
      }
      try {
        return await mergeDone(opened, done, failures, { session, schema, signal, command });
      } catch (error) {
        if (!(error instanceof DamagedShardError)) {
          throw error;
        }
        done.delete(error.shard);
        damaged.push({ id: error.shard, reason: error.reason });
      }
    }
  });
}

interface Merging {
  readonly schema: TableSchema;
  readonly session: Session;
  readonly signal: AbortSignal;
  readonly command: string | undefined;
}

/** @throws {DamagedShardError} if one of the shards is found not to be done. */
async function mergeDone(
  opened: RunFolder,
  done: ReadonlyMap<string, ShardReceipt>,
  failures: readonly FailureRecord[],
  { session, schema, signal, command }: Merging,
): Promise<Run> {
  const { path: folder, manifest } = opened;
  const log = new RunLog(folder, manifest, done, { workers: 0, command });
  await refuseOtherColumns(folder, done.values(), schema);
  const table = schema.name;
  const merged =
    done.size === manifest.shards.length && (await tablesHold(folder, manifest, table));
  if (merged && manifest.state === 'complete' && (await allHold(folder, manifest.artifacts))) {
    return openedRun({ opened, log, table, unchanged: true, failures });
  }
  session.log = log;
  log.start(merged ? manifest.tables : []);
  await removeOldFailures(folder, done);
  if (!merged) {
    log.setTables(await mergeShards(folder, log.manifest, schema, signal));
  }
  return openedRun({ opened, log, table, unchanged: false, failures });
}

/** How many missing shards an error lists. */
const MOST_SHOWN = 5;

function incomplete(
  { path: folder, manifest }: RunFolder,
  missing: readonly ManifestShard[],
  damaged: readonly DamagedShard[],
  failures: readonly FailureRecord[],
): UserError {
  const reasons = new Map([
    ...failures.map(({ shard, message }) => [shard, `failed: ${lastLine(message)}`] as const),
    ...damaged.map(({ id, reason }) => [id, reason] as const),
  ]);
  const lines = missing.slice(0, MOST_SHOWN).map((shard) => {
    const reason = reasons.get(shard.id) ?? 'not done yet';
    return `\n  ${shardTitle(manifest, shard)}: ${reason}`;
  });
  const rest = missing.length - lines.length;
  const more = rest > 0 ? `\n  and ${rest} more` : '';
  const some = missing.length < manifest.shards.length;
  return new UserError(
    `${missing.length} of ${manifest.shards.length} shards are missing in ${folder}:${lines.join('')}${more}`,
    {
      remedy: some
        ? 'Resume the run, which computes them, or ask for a partial merge, which leaves them out.'
        : 'Resume the run, which computes them.',
    },
  );
}
