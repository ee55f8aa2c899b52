import type { Batch } from '@resdiff/tables';
import { createHash } from 'node:crypto';
import type { RunPlan, ShardContent, ShardTask } from '../src/index.ts';

/** A run that needs no networks: draw i is a hash of (seed, i). */
export function drawsPlan({
  draws,
  shardSize,
  seed = '7',
}: {
  draws: number;
  shardSize: number;
  seed?: string;
}): RunPlan {
  const starts = Array.from({ length: Math.ceil(draws / shardSize) }, (_, i) => i * shardSize);
  return {
    pipeline: 'test-draws',
    experiment: 'draws',
    config: { draws },
    seed,
    versions: { draws: '1' },
    schema: {
      name: 'draws',
      columns: [
        { name: 'draw', type: 'int32', description: 'Index of the draw.' },
        { name: 'value', type: 'float64', description: 'Uniform in [0, 1).' },
      ],
    },
    shards: starts.map((first) => {
      const rows = Math.min(shardSize, draws - first);
      return {
        id: `draws-${first}-${first + rows}`,
        task: { first, count: rows },
        rows,
        cost: rows * 1e-6,
      };
    }),
  };
}

export function drawValue(seed: string, index: number): number {
  return createHash('sha256').update(`${seed}:${index}`).digest().readUIntBE(0, 6) / 2 ** 48;
}

export function computeDraws({ seed, shard }: Pick<ShardTask, 'seed' | 'shard'>): ShardContent {
  const { first, count } = shard.task as { first: number; count: number };
  const half = Math.ceil(count / 2);
  const batches = [batch(seed, first, half), batch(seed, first + half, count - half)];
  return {
    batches,
    notes: { even: batches.reduce((n, { columns }) => n + even(columns.draw), 0) },
  };
}

function batch(seed: string, first: number, rows: number): Batch {
  const draw = Int32Array.from({ length: rows }, (_, i) => first + i);
  return { rows, columns: { draw, value: Float64Array.from(draw, (i) => drawValue(seed, i)) } };
}

function even(draws: Batch['columns'][string] | undefined): number {
  return (draws as Int32Array).filter((draw) => draw % 2 === 0).length;
}
