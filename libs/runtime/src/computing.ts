import type { TableSchema } from '@resdiff/tables';
import type { FoundCheckpoints } from './checkpoint.ts';
import type { ShardFailedError } from './errors.ts';
import type { Executor, ShardTask, ShardTimeout } from './executors/executor.ts';
import type { Shard } from './plan.ts';
import { originOf, type RunOrigin } from './points.ts';
import type { DamagedShard, ShardReceipt } from './shard-store.ts';

export interface RunProgress {
  /** Shards that are done, those of earlier sessions included. */
  readonly done: number;
  readonly total: number;
  /** Estimated CPU seconds of the shards that are done, and of the parts done of those at work. */
  readonly doneCost: number;
  readonly totalCost: number;
  /** Shards that earlier sessions had done. */
  readonly resumed: number;
  /** Shards that go on from a checkpoint of an earlier session. */
  readonly continued: number;
  /** Estimated CPU seconds of what earlier sessions had done, the parts in checkpoints included. */
  readonly resumedCost: number;
  /** Shards of earlier sessions that have to be computed again, and why. */
  readonly damaged: readonly DamagedShard[];
  /** Shards that start from their beginning since their checkpoint does not hold, and why. */
  readonly damagedCheckpoints: readonly DamagedShard[];
  /** Shards that failed for good in this session; left out while there are none. */
  readonly failed?: number;
  /** Wall seconds since computing began. */
  readonly elapsed: number;
}

/** How shards that do not come out are treated. */
export interface FailurePolicy {
  /**
   * How many times a shard whose thread crashed, exited or hung is computed again, after the others;
   * 2 if left out. One that threw is not: it would throw again.
   */
  readonly retries?: number;
  /** Wall seconds after which a shard at work counts as hanging; any time if left out. */
  readonly shardTimeout?: ShardTimeout;
}

/** Shards of a run, and what earlier sessions left of them. */
export interface Work {
  /** The run folder. */
  readonly folder: string;
  readonly run: RunOrigin & { readonly experiment: string };
  /** Of a shard's file. */
  readonly schema: TableSchema;
  /** All that progress counts. */
  readonly shards: readonly Shard[];
  readonly missing: readonly Shard[];
  readonly damaged: readonly DamagedShard[];
  readonly checkpoints: FoundCheckpoints;
}

export interface Computing extends FailurePolicy {
  readonly executor: Executor;
  readonly signal: AbortSignal;
  readonly onProgress: ((progress: RunProgress) => void) | undefined;
  readonly onReceipt: (receipt: ShardReceipt) => void;
  /** Without it the first failure ends the run. */
  readonly onFailure: ((id: string, error: ShardFailedError) => void) | undefined;
}

/** Milliseconds between two reports of progress, those of finished shards aside. */
const PROGRESS_MS = 100;

/**
 * Computes the missing shards, those that have most left to do first.
 *
 * @throws what the executor throws; the reason of the signal if it is aborted, even if every shard
 * is done.
 */
export async function computeShards(
  { folder, run, schema, shards, missing, damaged, checkpoints }: Work,
  { executor, signal, onProgress, onReceipt, onFailure, retries, shardTimeout }: Computing,
): Promise<void> {
  const costs = new Map(shards.map(({ id, cost }) => [id, cost]));
  /** Parts of shards that are not done, 0 to 1. */
  const begun = new Map(checkpoints.progress);
  const begunCost = ([id, part]: readonly [string, number]) => part * (costs.get(id) ?? 0);
  const remaining = ({ id, cost }: Shard) => cost * (1 - (begun.get(id) ?? 0));
  const tasks = missing
    .map((shard) => ({ shard, cost: remaining(shard) }))
    .sort((a, b) => b.cost - a.cost)
    .map(({ shard }) => taskOf(shard, { folder, run, schema }));

  const totalCost = sum(costs.values());
  const resumed = shards.length - missing.length;
  let doneShardsCost = totalCost - sum(missing.map(({ cost }) => cost));
  const resumedCost = doneShardsCost + sum([...begun].map(begunCost));
  const started = performance.now();
  let done = resumed;
  let failed = 0;
  let doneCost = resumedCost;
  let reported = -Infinity;
  const report = () => {
    // Sums of the same parts in another order may differ in their last digits.
    doneCost = Math.max(doneCost, doneShardsCost + sum([...begun].map(begunCost)));
    reported = performance.now();
    onProgress?.({
      done,
      total: shards.length,
      doneCost,
      totalCost,
      resumed,
      continued: checkpoints.progress.size,
      resumedCost,
      damaged,
      damagedCheckpoints: checkpoints.damaged,
      ...(failed > 0 && { failed }),
      elapsed: (reported - started) / 1000,
    });
  };

  report();
  await executor.run(tasks, {
    signal,
    onReceipt: (receipt) => {
      onReceipt(receipt);
      done += 1;
      begun.delete(receipt.id);
      doneShardsCost += costs.get(receipt.id) ?? 0;
      report();
    },
    onProgress: (id, fraction) => {
      const before = begun.get(id) ?? 0;
      if (fraction > before) {
        begun.set(id, fraction);
        if (performance.now() - reported >= PROGRESS_MS) {
          report();
        }
      }
    },
    ...(onFailure && {
      onFailure: (id, error) => {
        onFailure(id, error);
        failed += 1;
        report();
      },
    }),
    ...(retries !== undefined && { retries }),
    ...(shardTimeout !== undefined && { shardTimeout }),
  });
  signal.throwIfAborted();
}

function taskOf(
  shard: Shard,
  { folder, run, schema }: Pick<Work, 'folder' | 'run' | 'schema'>,
): ShardTask {
  const { id, task, rows, cost } = shard;
  const { experiment } = run;
  return { ...originOf(run, shard), folder, experiment, schema, shard: { id, task, rows, cost } };
}

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) {
    total += value;
  }
  return total;
}
