import type { RunPlan } from '../src/index.ts';
import { runId } from '../src/plan.ts';
import { drawsPlan } from './draws.ts';

export interface DrawsPoint {
  readonly draws: number;
  readonly seed: string;
}

/** A sweep of `drawsPlan` with a column of every type that points can add. */
export function drawsSweep(grid: readonly DrawsPoint[], shardSize: number): RunPlan {
  const plans = grid.map((point) => drawsPlan({ ...point, shardSize }));
  const ids = plans.map(runId);
  const seeds = [...new Set(grid.map(({ seed }) => seed))];
  const { pipeline, experiment, versions, schema } = drawsPlan({ draws: 1, shardSize });
  return {
    ...{ pipeline, experiment, versions, schema },
    config: {},
    seed: '7',
    points: grid.map(({ draws, seed }, point) => ({
      id: ids[point],
      config: { draws },
      seed,
      columns: {
        point,
        gridDraws: draws / 8,
        gridSeed: seed,
        gridEven: draws % 2 === 0,
        gridLaw: `seed ${seed}`,
      },
    })),
    pointColumns: [
      { name: 'point', type: 'int32', description: 'Index of the point.' },
      { name: 'gridDraws', type: 'float64', description: 'Eighths of draws.' },
      { name: 'gridSeed', type: 'string', description: 'The seed.' },
      { name: 'gridEven', type: 'boolean', description: 'Whether the draws are even in number.' },
      {
        name: 'gridLaw',
        type: 'category',
        description: 'What is drawn.',
        values: seeds.map((seed) => `seed ${seed}`),
      },
    ],
    shards: plans.flatMap(({ shards }, point) =>
      shards.map((shard) => ({ ...shard, id: `${ids[point]}-${shard.id}`, point })),
    ),
  };
}
