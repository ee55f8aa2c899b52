/*
 * Computes shards on two devices and prints their rows: argv[2] is a JSON list of
 * { experiment, settings, task, versions }. It ends by process.exit, as the processes of devices do.
 */
import { detachedContext, type JsonValue, type ShardContent } from '@resdiff/runtime';
import { findExperiment } from '../src/index.ts';
import { rowsOf } from './shard-session.ts';

export interface GivenShard {
  readonly experiment: string;
  readonly settings: Record<string, JsonValue>;
  readonly task: JsonValue;
  readonly versions?: Record<string, string>;
}

export type Row = Record<string, number>;

/** The rows of a shard on the cpu, and on the GPU. */
export interface OnBoth {
  readonly cpu: readonly Row[];
  readonly gpu: readonly Row[];
}

async function rows({ batches }: ShardContent): Promise<Row[]> {
  const found: Row[] = [];
  for await (const batch of batches) found.push(...(rowsOf(batch) as Row[]));
  return found;
}

const results: OnBoth[] = [];
for (const given of JSON.parse(process.argv[2] ?? '[]') as GivenShard[]) {
  const experiment = findExperiment(given.experiment)!;
  const settings = experiment.settings.parse(given.settings);
  const on = async (device: string) =>
    experiment.compute(settings, given.task, detachedContext(given.versions, device));
  const gpu = await on('webgpu:0');
  results.push({
    cpu: await rows(await on('cpu')),
    gpu: await rows(gpu),
  });
}
process.stdout.write(JSON.stringify(results), () => process.exit());
