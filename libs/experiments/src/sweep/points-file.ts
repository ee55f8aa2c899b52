import { isDone, type Manifest, type RunPlan } from '@resdiff/runtime';

/** How far the shards of a point are. */
export interface PointState {
  readonly shards: number;
  readonly done: number;
  /** Wall seconds that those that are done took. */
  readonly seconds: number;
}

export function pointStates({ points = [], shards }: Manifest): PointState[] {
  const states = points.map(() => ({ shards: 0, done: 0, seconds: 0 }));
  for (const shard of shards) {
    const state = states[shard.point!];
    state.shards += 1;
    if (!isDone(shard)) continue;
    state.done += 1;
    state.seconds += shard.seconds;
  }
  return states;
}

/**
 * points.json: of each point its index, its id (that of a run of the point alone), its seed, its
 * columns of the merged table, the settings in which points differ, its shards and how many of them
 * are done, the wall seconds they took, and what its report warns of.
 *
 * @param warnings by the index of the point.
 */
export function pointsFile(
  { points = [] }: RunPlan,
  states: readonly PointState[],
  warnings: ReadonlyMap<number, readonly string[]>,
): string {
  const lines = points.map(({ id, seed, columns, config }, point) =>
    JSON.stringify({
      ...{ point, id, seed, columns, settings: config },
      ...states[point],
      warnings: warnings.get(point) ?? [],
    }),
  );
  return `[\n${lines.join(',\n')}\n]\n`;
}
