import { UserError } from '@resdiff/runtime';

/** A contiguous range of draws. */
export interface DrawRange {
  readonly first: number;
  readonly count: number;
}

/** What shards are cut to. */
export interface ShardLimits {
  /** CPU seconds that a shard aims at. */
  readonly seconds: number;
  /** Rows that it holds at most. */
  readonly rows: number;
  /** Shards of a part at most: the manifest lists them all, and is written over and over. */
  readonly shards: number;
}

const usual: ShardLimits = { seconds: 1, rows: 400_000, shards: 10_000 };

export interface DrawWork {
  readonly draws: number;
  /** CPU seconds of a draw. */
  readonly seconds: number;
  readonly rowsPerDraw: number;
}

/**
 * Cuts draws into shards of `shardSize`, by default of as many as the limits suit.
 *
 * @throws {UserError} if that would make more shards than a run can have.
 */
export function drawRanges(
  { draws, seconds, rowsPerDraw }: DrawWork,
  shardSize?: number,
  given: Partial<ShardLimits> = {},
): DrawRange[] {
  const limits = { ...usual, ...given };
  const least = Math.ceil(draws / limits.shards);
  if (shardSize !== undefined && shardSize < least) {
    throw new UserError(
      `A shard size of ${shardSize} cuts ${draws} draws into more than ${limits.shards} shards; it must be at least ${least}.`,
    );
  }
  const suitable = Math.floor(Math.min(limits.seconds / seconds, limits.rows / rowsPerDraw));
  const size = shardSize ?? Math.max(1, suitable, least);
  return Array.from({ length: Math.ceil(draws / size) }, (_, shard) => {
    const first = shard * size;
    return { first, count: Math.min(size, draws - first) };
  });
}
