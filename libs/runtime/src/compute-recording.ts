import { computeShards, type Computing, type Work } from './computing.ts';
import { ShardFailedError } from './errors.ts';
import { recordFailure, type FailureRecord } from './failures.ts';

export interface Recording extends Omit<Computing, 'onFailure'> {
  /** Whether the other shards are computed when one has failed. */
  readonly keepGoing: boolean;
  /** Called with each shard that failed for good, once that is recorded; only with `keepGoing`. */
  readonly onFailed: (failure: FailureRecord) => void;
  /** The job of a cluster that this is, for the records. */
  readonly job?: string | undefined;
}

/** Computes shards as {@link computeShards} does, and records those that fail. */
export async function computeRecording(
  work: Work,
  { keepGoing, onFailed, job, ...computing }: Recording,
): Promise<void> {
  const shards = new Map(work.missing.map((shard) => [shard.id, shard]));
  const record = (error: ShardFailedError) =>
    recordFailure(work.folder, shards.get(error.shard) ?? { id: error.shard }, error, job);
  const onFailure = keepGoing
    ? (_: string, error: ShardFailedError) => onFailed(record(error))
    : undefined;
  try {
    await computeShards(work, { ...computing, onFailure });
  } catch (error) {
    if (error instanceof ShardFailedError) {
      recordIfPossible(() => record(error));
    }
    throw error;
  }
}

/** That there is no room for the record is less than what it is about. */
function recordIfPossible(record: () => void): void {
  try {
    record();
  } catch {
    return;
  }
}
