import { isJsonObject, type JsonValue } from './json.ts';
import type { PlanPoint, RunPlan, Shard } from './plan.ts';

/** What determines the rows of a shard: that of its point in a sweep, that of the run elsewhere. */
export interface ShardOrigin {
  readonly runId: string;
  readonly config: JsonValue;
  readonly seed: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** A run as far as it determines the rows of its shards. */
export type RunOrigin = ShardOrigin & { readonly points?: readonly PlanPoint[] };

/** Where the shard's rows come from; a worker that is told this knows nothing of sweeps. */
export function originOf(run: RunOrigin, { point: index }: Pick<Shard, 'point'>): ShardOrigin {
  const point = index === undefined ? undefined : run.points?.[index];
  return point === undefined
    ? { runId: run.runId, config: run.config, seed: run.seed, versions: run.versions }
    : { runId: point.id, ...settingsOf(run, point) };
}

/** The settings, seed and versions of the point planned as a run of its own. */
export function settingsOf(
  { config, versions }: Pick<RunPlan, 'config' | 'versions'>,
  point: PlanPoint,
): Omit<ShardOrigin, 'runId'> {
  const common = isJsonObject(config) ? config : {};
  return {
    config: { ...common, ...point.config },
    seed: point.seed,
    versions: { ...versions, ...point.versions },
  };
}

/** The run ids that receipts and checkpoints of this run can bear. */
export function originIds({
  runId: own,
  points,
}: Pick<RunOrigin, 'runId' | 'points'>): Set<string> {
  return new Set(points?.map(({ id }) => id) ?? [own]);
}

/** The id that the shard has in its point, planned as a run of its own. */
export function idInPoint(id: string, point: Pick<PlanPoint, 'id'>): string {
  return id.slice(point.id.length + 1);
}

/** The shard for a person: its id, and in a sweep what its point is. */
export function shardTitle(
  { points }: { readonly points?: readonly Pick<PlanPoint, 'columns'>[] },
  { id, point }: Pick<Shard, 'id' | 'point'>,
): string {
  const columns = point === undefined ? undefined : points?.[point]?.columns;
  if (columns === undefined) {
    return id;
  }
  const values = Object.entries(columns).map(([name, value]) => `${name} ${value}`);
  return `${id} (${values.join(', ')})`;
}
