import {
  ReportedError,
  runId,
  UserError,
  type JsonObject,
  type PlanPoint,
  type RunPlan,
  type Shard,
} from '@resdiff/runtime';
import type { TableSchema } from '@resdiff/tables';
import { isDeepStrictEqual } from 'node:util';
import type { Settings, ShardPlan } from '../experiment.ts';
import type { Pipeline } from '../pipeline.ts';
import {
  checkPlanOptions,
  lookUp,
  ownVersions,
  type PlannedRun,
  type PlanOptions,
} from '../plan-pipeline.ts';
import { pointColumns } from './columns.ts';
import { sweepCost } from './cost.ts';
import { sweepFigures } from './figures.ts';
import { joinedSettings } from './joined.ts';
import { pointSeed } from './point-seed.ts';
import { pointTitle, sweepPoints } from './planned-points.ts';

export interface SweepOptions extends PlanOptions {
  /**
   * `own`, the default: each point has a stream of its own, which depends on the point alone.
   * `common`: all points have the seed of the sweep, hence common random numbers.
   */
  readonly seeds?: 'own' | 'common';
}

/**
 * Plans every point of a pipeline's grid as a run of its own, and all of them as one run. What
 * settings name is looked up once, not for each point.
 *
 * @throws {UserError} what `planPipeline` throws of a point, naming the point; or if there is no
 *   grid, if points have tables of different columns, if two points come to the same, or if there
 *   would be more shards than a run can have.
 */
export async function planSweep(
  pipeline: Pipeline,
  { shardSize, environment = {}, seeds = 'own' }: SweepOptions = {},
): Promise<PlannedRun> {
  const { name, experiment, grid } = pipeline;
  if (!grid) {
    throw new UserError(
      `${name} has no grid, or none that --set and --quick leave: nothing varies.`,
      {
        remedy:
          'Add --grid key=value,value, or a grid to the file such as "grid: {size: [10, 20]}"; or use resdiff run.',
      },
    );
  }
  const options = { ...(shardSize !== undefined && { shardSize }), environment };
  checkPlanOptions(experiment, options);
  const cuts = await cutPoints(pipeline, { ...options, seeds });
  const plan = planOf(pipeline, cuts);
  const points = sweepPoints(experiment, plan);
  checkPoints(pipeline, plan);
  const settings = cuts.map((cut) => cut.settings);
  const isJoined = joinedSettings(experiment, settings) !== undefined;
  return {
    plan,
    settings: { ...(plan.config as JsonObject), seed: plan.seed },
    shards: sweepCost(
      cuts.map(({ cut }, index) => ({ title: points.title(index), plan: cut })),
      plan.shards,
      sweepFigures(cuts.length, isJoined),
    ),
    warnings: [...new Set(cuts.flatMap(({ warnings }) => warnings))],
    environment,
  };
}

/** A point planned as a run of its own. */
interface CutPoint {
  readonly id: string;
  /** With what they name looked up, and the seed of the point. */
  readonly settings: Settings;
  /** What the sweep has as its seed at this point. */
  readonly sweepSeed: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
  readonly cut: ShardPlan;
}

async function cutPoints(
  { experiment, grid, points = [] }: Pipeline,
  { shardSize, environment, seeds }: SweepOptions,
): Promise<CutPoint[]> {
  /** Data sets are opened once for each such object. */
  const scope = { ...environment };
  const own = ownVersions();
  const cuts: CutPoint[] = [];
  for (const given of points) {
    try {
      const resolved = await lookUp(experiment, given, scope);
      const { seed: written, ...config } = resolved.settings;
      const sweepSeed = written as string;
      const identity = { experiment: experiment.name, config, seed: sweepSeed };
      const seed = seeds === 'own' ? pointSeed(identity) : sweepSeed;
      const settings = { ...config, seed };
      cuts.push({
        id: runId({ ...identity, seed, versions: { ...own, ...resolved.versions } }),
        ...{ settings, sweepSeed, versions: resolved.versions, warnings: resolved.warnings },
        cut: experiment.plan(settings, shardSize),
      });
    } catch (error) {
      if (!(error instanceof ReportedError)) throw error;
      const { message, remedy } = error;
      throw new UserError(`At the point ${pointTitle(grid!.keys(), given)}: ${message}`, {
        ...(remedy !== undefined && { remedy }),
        cause: error,
      });
    }
  }
  return cuts;
}

function planOf({ name, experiment, grid }: Pipeline, cuts: readonly CutPoint[]): RunPlan {
  const settings = cuts.map((cut) => cut.settings);
  const keys = [...grid!.keys()];
  const varying = varyingKeys(settings, keys);
  const versions = sharedEntries(cuts.map((cut) => cut.versions));
  const columns = pointColumns(
    experiment,
    keys,
    cuts.map(({ settings, sweepSeed }) => ({ ...settings, seed: sweepSeed })),
  );
  return {
    pipeline: name,
    experiment: experiment.name,
    config: entriesOf(settings[0], (key) => !varying.has(key)),
    seed: cuts[0].sweepSeed,
    schema: experiment.table(settings[0]),
    shards: cuts.flatMap(({ id, cut: { shards } }, point) =>
      shards.map((shard): Shard => ({ ...shard, id: `${id}-${shard.id}`, point })),
    ),
    versions: { ...ownVersions(), ...versions },
    points: cuts.map((cut, index): PlanPoint => {
      const further = entriesOf(cut.versions, (key) => !Object.hasOwn(versions, key));
      return {
        id: cut.id,
        config: entriesOf(cut.settings, (key) => varying.has(key)),
        seed: cut.settings.seed as string,
        ...(Object.keys(further).length > 0 && { versions: further }),
        columns: columns.values[index],
      };
    }),
    pointColumns: columns.schema,
  };
}

/** Keys of the grid, and others whose values are not the same at all points. */
function varyingKeys(points: readonly Settings[], grid: readonly string[]): Set<string> {
  const [first] = points;
  const varying = new Set(grid);
  for (const settings of points) {
    for (const key in settings) {
      if (!varying.has(key) && !isSame(settings[key], first[key])) varying.add(key);
    }
  }
  return varying;
}

function isSame(one: unknown, two: unknown): boolean {
  return one === two || (typeof one === 'object' && isDeepStrictEqual(one, two));
}

/** The entries that all records have alike. */
function sharedEntries(records: readonly Readonly<Record<string, string>>[]) {
  return entriesOf(records[0], (key) => records.every((each) => each[key] === records[0][key]));
}

/** Those of the entries that are no seed and that are chosen. */
function entriesOf<Value>(
  record: Readonly<Record<string, Value>>,
  isChosen: (key: string) => boolean,
): Record<string, Value> {
  const chosen: Record<string, Value> = {};
  for (const key in record) {
    if (key !== 'seed' && isChosen(key)) chosen[key] = record[key];
  }
  return chosen;
}

/** The manifest lists all shards of a run, and is one text. */
const MOST_SHARDS = 250_000;

function checkPoints({ experiment, grid, points: given = [] }: Pipeline, plan: RunPlan): void {
  const points = plan.points!;
  const named = sweepPoints(experiment, plan);
  const seen = new Map<string, number>();
  for (const [index, { id }] of points.entries()) {
    const other = seen.get(id);
    seen.set(id, index);
    if (other !== undefined) {
      throw new UserError(
        `The points ${pointTitle(grid!.keys(), given[other])} and ${pointTitle(grid!.keys(), given[index])} come to the same: ${named.title(index)}; leave one of them out of the grid.`,
      );
    }
    checkTable(plan.schema, experiment.table(given[index]), [named.title(0), named.title(index)]);
  }
  const shards = plan.shards.length;
  if (shards > MOST_SHARDS) {
    const larger = experiment.shardUnit === undefined ? '' : ', or give a larger --shard-size';
    throw new UserError(
      `The sweep has ${count(shards)} shards at ${count(points.length)} points; a run has at most ${count(MOST_SHARDS)}.`,
      { remedy: `Cut the sweep into several${larger}.` },
    );
  }
}

function checkTable(first: TableSchema, other: TableSchema, titles: readonly string[]): void {
  if (isSame(other, first)) return;
  throw new UserError(
    `The points ${titles.join(' and ')} have tables of different columns, so their rows cannot stand in one; leave one of the values out of the grid, or run them apart.`,
  );
}

function count(value: number): string {
  return value.toLocaleString('en');
}
