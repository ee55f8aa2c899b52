import type { ColumnSchema, TableSchema } from '@resdiff/tables';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { canonicalJson, type JsonObject, type JsonValue } from './json.ts';

/** A part of a run that one worker computes in one go: a contiguous range of the table's rows. */
export interface Shard {
  /** Unique within the run and safe as a file name: letters, digits, `.`, `_` and `-`. */
  readonly id: string;
  /** What the worker is to compute, in the experiment's own terms. */
  readonly task: JsonValue;
  /** How many rows the shard holds. */
  readonly rows: number;
  /** Estimated CPU seconds. */
  readonly cost: number;
  /** In a sweep, the index of the point that the shard belongs to. */
  readonly point?: number;
}

/** What a point adds to each of its rows in the merged table. */
export type PointValue = string | number | boolean;

/**
 * One combination of a sweep's grid, planned as a run of its own: equal points of different sweeps
 * have equal ids, shard ids, shard files and, timings aside, receipts.
 */
export interface PlanPoint {
  /** The {@link runId} of the point planned as a run of its own. */
  readonly id: string;
  /** The settings in which points differ; all of them are `{ ...plan.config, ...point.config }`. */
  readonly config: JsonObject;
  /** The 64-bit seed, in decimal or hexadecimal digits. */
  readonly seed: string;
  /** Versions beyond those of the plan; left out if there are none. */
  readonly versions?: Readonly<Record<string, string>>;
  /** The values of the plan's `pointColumns`, by name. */
  readonly columns: Readonly<Record<string, PointValue>>;
}

export interface RunPlan {
  readonly pipeline: string;
  readonly experiment: string;
  /** The resolved settings, defaults included. */
  readonly config: JsonValue;
  /** The 64-bit seed, in decimal or hexadecimal digits. */
  readonly seed: string;
  /** Of a shard's file; the merged table begins with the `pointColumns`, if there are any. */
  readonly schema: TableSchema;
  /**
   * In the order of the table's rows: by point, where there are any, and then as the point has them
   * as a run of its own; the id of a shard is then `<point id>-<its id in the point>`.
   */
  readonly shards: readonly Shard[];
  /** Versions of whatever determines the results, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** The points of a sweep. */
  readonly points?: readonly PlanPoint[];
  /** The columns that the points of a sweep add to the merged table. */
  readonly pointColumns?: readonly ColumnSchema[];
}

/** What tells a run from others. */
export type RunIdentity = Pick<RunPlan, 'experiment' | 'config' | 'seed' | 'versions'> & {
  readonly points?: readonly Pick<PlanPoint, 'id' | 'columns'>[];
};

/**
 * The first 12 hexadecimal digits of the SHA-256 of the canonical JSON of experiment, config, seed
 * and versions, and for a sweep of its points' ids and columns. The shard layout, the workers and
 * the machine do not enter: they do not change the results.
 */
export function runId(run: RunIdentity): string {
  return createHash('sha256')
    .update(canonicalJson(identityOf(run)))
    .digest('hex')
    .slice(0, 12);
}

/** What {@link runId} hashes. */
export function identityOf({
  experiment,
  config,
  seed,
  versions,
  points,
}: RunIdentity): JsonObject {
  return {
    ...{ experiment, config, seed, versions },
    ...(points && { points: points.map(({ id, columns }) => ({ id, columns })) }),
  };
}

/** `runs/<pipeline>/<run id>`, below `root` in place of `runs` where one is given. */
export function defaultRunFolder(plan: RunPlan, root = 'runs'): string {
  return join(root, plan.pipeline, runId(plan));
}
