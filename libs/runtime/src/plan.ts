import type { TableSchema } from '@resdiff/tables';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { RunError } from './errors.ts';
import { canonicalJson, type JsonValue } from './json.ts';

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
}

export interface RunPlan {
  readonly pipeline: string;
  readonly experiment: string;
  /** The resolved settings, defaults included. */
  readonly config: JsonValue;
  /** The 64-bit seed, in decimal or hexadecimal digits. */
  readonly seed: string;
  readonly schema: TableSchema;
  /** In the order of the table's rows. */
  readonly shards: readonly Shard[];
  /** Versions of whatever determines the results, by name. */
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * The first 12 hexadecimal digits of the SHA-256 of the canonical JSON of experiment, config, seed
 * and versions. The shard layout, the workers and the machine do not enter: they do not change the
 * results.
 */
export function runId(plan: Pick<RunPlan, 'experiment' | 'config' | 'seed' | 'versions'>): string {
  const { experiment, config, seed, versions } = plan;
  return createHash('sha256')
    .update(canonicalJson({ experiment, config, seed, versions }))
    .digest('hex')
    .slice(0, 12);
}

/** `runs/<pipeline>/<run id>`, below `root` in place of `runs` where one is given. */
export function defaultRunFolder(plan: RunPlan, root = 'runs'): string {
  return join(root, plan.pipeline, runId(plan));
}

/** @throws {RunError} naming the shard that breaks the contract of {@link Shard}. */
export function checkPlan({ experiment, shards }: RunPlan): void {
  if (shards.length === 0) {
    throw new RunError(`The experiment ${experiment} planned no shards.`);
  }
  const ids = new Set<string>();
  for (const { id, rows, cost } of shards) {
    if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/.test(id)) {
      throw new RunError(
        `The experiment ${experiment} planned a shard with the id ${JSON.stringify(id)}: an id is 1 to 100 letters, digits, '.', '_' and '-', and does not start with '.'.`,
      );
    }
    // Some file systems do not tell upper case from lower.
    if (ids.has(id.toLowerCase())) {
      throw new RunError(`The experiment ${experiment} planned two shards with the id ${id}.`);
    }
    ids.add(id.toLowerCase());
    if (!Number.isSafeInteger(rows) || rows < 0 || !Number.isFinite(cost) || cost < 0) {
      throw new RunError(
        `The experiment ${experiment} planned the shard ${id} with ${rows} rows at a cost of ${cost} seconds: rows are a count, a cost is at least 0.`,
      );
    }
  }
}
