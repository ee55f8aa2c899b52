import { ShardStopped, type ShardContent, type ShardContext } from '@resdiff/runtime';
import { isNullableColumn, valueAt, type Batch, type BatchColumn } from '@resdiff/tables';

/** What became of a shard. */
export interface ShardEnd {
  readonly rows: readonly Record<string, unknown>[];
  readonly notes: unknown;
  readonly files: Readonly<Record<string, Buffer>>;
  /** What `progress` was told, a list a session. */
  readonly progress: readonly (readonly number[])[];
}

export interface Interruptions {
  readonly versions: Readonly<Record<string, string>>;
  /** The shard is asked to stop at this call of `progress` in each session; never if left out. */
  readonly stopAt?: number;
  /** A checkpoint that an earlier run left. */
  readonly checkpoint?: Uint8Array;
  /** Told of each checkpoint. */
  readonly onCheckpoint?: (checkpoint: Uint8Array) => void;
}

/** Computes a shard in as many sessions as it takes, each going on from the checkpoint of the last. */
export async function computeInSessions(
  compute: (context: ShardContext) => ShardContent | Promise<ShardContent>,
  { versions, stopAt = Infinity, checkpoint, onCheckpoint }: Interruptions,
): Promise<ShardEnd> {
  let kept = checkpoint;
  const progress: number[][] = [];
  for (let session = 0; session < 1000; session++) {
    const controller = new AbortController();
    const told: number[] = [];
    const files: Record<string, Buffer> = {};
    progress.push(told);
    const context: ShardContext = {
      device: 'cpu',
      checkpoint: {
        read: () => Promise.resolve(kept && new Uint8Array(kept)),
        write: (chunks) => {
          kept = Buffer.concat([...chunks]);
          onCheckpoint?.(kept);
          return Promise.resolve();
        },
      },
      versions,
      signal: controller.signal,
      progress: (fraction) => {
        told.push(fraction);
        if (told.length === stopAt) controller.abort(new ShardStopped());
      },
      writeFile: (name, chunks) => {
        files[name] = Buffer.concat([...chunks]);
        return Promise.resolve();
      },
    };
    try {
      const { batches, notes } = await compute(context);
      const rows: Record<string, unknown>[] = [];
      for await (const batch of batches) rows.push(...rowsOf(batch));
      return { rows, notes, files, progress };
    } catch (error) {
      if (!(error instanceof ShardStopped)) throw error;
    }
  }
  throw new Error('the shard does not end');
}

/** Each row by its columns, where null is no value. */
export function rowsOf({ rows, columns }: Batch): Record<string, unknown>[] {
  const at = (column: BatchColumn, row: number) =>
    isNullableColumn(column) ? valueAt(column, row) : column[row];
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, at(column, row)])),
  );
}

/** What a run hands to the report, of rows that are written down. */
export function runOfBatches(batches: readonly Batch[]) {
  return {
    async *batches() {
      yield* await Promise.resolve(batches);
    },
  };
}
