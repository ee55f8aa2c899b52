import { detachedContext } from '@resdiff/runtime';
/**
 * Writes draws of a network of width 500 with all coordinates of two inputs, 1000 rows a draw:
 * `write-parquet.js FILE DRAWS`. Whole shards are written as they come out of the experiment; one is
 * computed and written again under later draws.
 */
import { findExperiment } from '@resdiff/experiments';
import { createParquetWriter } from '@resdiff/tables';

const SHARD_DRAWS = 400;

const [file, count] = process.argv.slice(2);
const experiment = findExperiment('draws')!;
const settings = experiment.settings.parse({ coordinates: 'all', processes: ['limit'] });
const table = await createParquetWriter(file, experiment.table(settings), {});
const shardDraws = Math.min(SHARD_DRAWS, Number(count));
const task = { process: 'limit', first: 0, count: shardDraws };
const { batches } = await experiment.compute(settings, task, detachedContext());
for await (const batch of batches) {
  const draw = batch.columns.draw as Int32Array;
  for (let written = 0; written < Number(count); written += shardDraws) {
    table.append(batch);
    for (let row = 0; row < draw.length; row++) draw[row] += shardDraws;
  }
}
table.close();
