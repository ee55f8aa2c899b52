import { UserError } from '@resdiff/runtime';

/** A contiguous range of draws. */
export interface DrawRange {
  readonly first: number;
  readonly count: number;
}

/** CPU seconds that a shard aims at, rows that it holds at most, and how many a part has at most. */
const SHARD_SECONDS = 1;
const SHARD_ROWS = 400_000;
const MOST_SHARDS = 10_000;

export interface DrawWork {
  readonly draws: number;
  /** CPU seconds of a draw. */
  readonly seconds: number;
  readonly rowsPerDraw: number;
}

/**
 * Cuts draws into shards of `shardSize`, by default of as many as take about a second.
 *
 * @throws {UserError} if that would make more shards than a run can have.
 */
export function drawRanges(
  { draws, seconds, rowsPerDraw }: DrawWork,
  shardSize?: number,
): DrawRange[] {
  const least = Math.ceil(draws / MOST_SHARDS);
  if (shardSize !== undefined && shardSize < least) {
    throw new UserError(
      `A shard size of ${shardSize} cuts ${draws} draws into more than ${MOST_SHARDS} shards; it must be at least ${least}.`,
    );
  }
  const suitable = Math.floor(Math.min(SHARD_SECONDS / seconds, SHARD_ROWS / rowsPerDraw));
  const size = shardSize ?? Math.max(1, suitable, least);
  return Array.from({ length: Math.ceil(draws / size) }, (_, shard) => {
    const first = shard * size;
    return { first, count: Math.min(size, draws - first) };
  });
}
