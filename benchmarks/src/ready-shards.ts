import { findExperiment } from '@resdiff/experiments';
import { detachedContext, type RunPlan, type ShardContent, type ShardTask } from '@resdiff/runtime';
import type { Batch } from '@resdiff/tables';

/** Draws a shard: two inputs with all 500 coordinates make 48,000 rows, 1.0 MB in Arrow. */
const DRAWS = 48;

/** A run of draws, of which one shard is computed and the others have the same rows under later draws. */
export interface ReadyShards {
  readonly plan: RunPlan;
  readonly compute: (task: ShardTask) => ShardContent;
}

/** @param count of shards of 1 MB. */
export async function readyShards(count: number): Promise<ReadyShards> {
  const experiment = findExperiment('draws')!;
  const settings = experiment.settings.parse({ coordinates: 'all', processes: ['limit'] });
  const first = { process: 'limit', first: 0, count: DRAWS };
  const { batches } = await experiment.compute(settings, first, detachedContext());
  const rows: Batch[] = [];
  for await (const batch of batches) rows.push(batch);
  const size = rows.reduce((sum, batch) => sum + batch.rows, 0);
  const shards = Array.from({ length: count }, (_, shard) => ({
    id: `limit-${shard}`,
    task: shard,
    rows: size,
    cost: 1,
  }));
  return {
    plan: {
      pipeline: 'benchmark',
      experiment: experiment.name,
      config: {},
      seed: '1',
      schema: experiment.table(settings),
      versions: {},
      shards,
    },
    compute: ({ shard }) => ({
      batches: rows.map(({ rows, columns }) => {
        const draw = (columns.draw as Int32Array).map((each) => each + DRAWS * Number(shard.task));
        return { rows, columns: { ...columns, draw } };
      }),
    }),
  };
}
