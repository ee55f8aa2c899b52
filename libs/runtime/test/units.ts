import { appendFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { RunPlan, ShardContent, ShardContext, ShardTask } from '../src/index.ts';
import { drawsPlan, drawValue } from './draws.ts';

/** How shards of units are computed. */
export interface UnitsOptions {
  /** A file that gets a line, `<shard id> <unit>`, for each unit that is computed. */
  readonly log?: string;
  readonly delayMs?: number;
  /** Units between checkpoints. */
  readonly every?: number;
  /** Called before each unit. */
  readonly before?: (id: string, unit: number) => void;
}

/** A run of a shard for each of `units`, which takes so many units of work one after another. */
export function unitsPlan(units: readonly number[], seed = '7'): RunPlan {
  const starts = units.map((_, shard) => units.slice(0, shard).reduce((sum, n) => sum + n, 0));
  return {
    ...drawsPlan({ draws: 1, shardSize: 1, seed }),
    experiment: 'units',
    config: { units },
    shards: units.map((count, shard) => ({
      id: `units-${shard}`,
      task: { first: starts[shard], count },
      rows: count,
      cost: count,
    })),
  };
}

/** Unit k depends on unit k - 1, so the state is needed to go on. */
export async function computeUnits(
  { seed, shard }: ShardTask,
  { checkpoint, signal, progress, writeFile }: ShardContext,
  { log, delayMs = 0, every = 5, before }: UnitsOptions,
): Promise<ShardContent> {
  const { first, count } = shard.task as { first: number; count: number };
  const found = await checkpoint.read();
  const values = found === undefined ? [] : [...new Float64Array(found.buffer)];
  const save = () => checkpoint.write([Buffer.from(Float64Array.from(values).buffer)]);
  while (values.length < count) {
    if (signal.aborted) {
      await save();
      signal.throwIfAborted();
    }
    before?.(shard.id, values.length);
    if (log !== undefined) {
      appendFileSync(log, `${shard.id} ${values.length}\n`);
    }
    await setTimeout(delayMs);
    values.push(drawValue(`${seed}:${values.at(-1) ?? ''}`, first + values.length));
    progress(values.length / count);
    if (values.length % every === 0) {
      await save();
    }
  }
  const last = new Float64Array(values.slice(-1));
  await writeFile('last.bin', [new Uint8Array(last.buffer, 0, 3), new Uint8Array(last.buffer, 3)]);
  const columns = {
    draw: Int32Array.from(values, (_, i) => first + i),
    value: Float64Array.from(values),
  };
  return { batches: [{ rows: count, columns }] };
}
