import { UserError, type RunPlan } from '@resdiff/runtime';
import { statSync } from 'node:fs';
import type { Environment, Experiment, Resolution, Settings, ShardPlan } from './experiment.ts';
import { kernelVersion } from './kernel-module.ts';
import type { Pipeline } from './pipeline.ts';
import { version } from './version.ts';

export interface PlanOptions {
  /** How much a shard holds, in the experiment's units; by default what suits. */
  readonly shardSize?: number;
  readonly environment?: Environment;
}

/** What can be run, merged and reported. */
export interface RunnableRun {
  /** Of a sweep, it has the points. */
  readonly plan: RunPlan;
  /** The pipeline's, with what they name looked up; of a sweep, those that its points share. */
  readonly settings: Settings;
  /** For a person: what was found instead of what was asked for. */
  readonly warnings: readonly string[];
  readonly environment: Environment;
}

/** A pipeline cut into the shards of a run. */
export interface PlannedRun extends RunnableRun {
  /** Of a sweep, a part is a point. */
  readonly shards: ShardPlan;
}

/**
 * Looks up what the settings name and cuts the work into shards.
 *
 * @throws {UserError} if the pipeline has a grid, if the data folder or what the settings name is
 *   not there, if a shard size is given for shards that have none, or if there would be more shards
 *   than a run can have.
 */
export async function planPipeline(
  { name, experiment, settings, grid }: Pipeline,
  { shardSize, environment = {} }: PlanOptions = {},
): Promise<PlannedRun> {
  if (grid) {
    const keys = [...grid.keys()].join(', ');
    throw new UserError(`${name} has a grid, over ${keys}, so it is a sweep, not one run.`, {
      remedy: 'Use resdiff sweep, or resdiff submit for a cluster.',
    });
  }
  checkPlanOptions(experiment, { ...(shardSize !== undefined && { shardSize }), environment });
  const resolved = await lookUp(experiment, settings, { ...environment });
  const shards = experiment.plan(resolved.settings, shardSize);
  const { seed, ...config } = resolved.settings;
  return {
    shards,
    settings: resolved.settings,
    warnings: resolved.warnings,
    environment,
    plan: {
      pipeline: name,
      experiment: experiment.name,
      config,
      seed: seed as string,
      schema: experiment.table(resolved.settings),
      shards: shards.shards,
      versions: { ...ownVersions(), ...resolved.versions },
    },
  };
}

/** The versions that all results depend on. */
export function ownVersions(): Record<'resdiff' | 'kernel', string> {
  return { resdiff: version, kernel: kernelVersion() };
}

/** What an experiment makes of what its settings name. */
export async function lookUp(
  experiment: Experiment,
  settings: Settings,
  environment: Environment,
): Promise<Resolution> {
  return (
    (await experiment.resolve?.(settings, environment)) ?? { settings, versions: {}, warnings: [] }
  );
}

/** @throws {UserError} if there is no such data folder, or no shard size to set. */
export function checkPlanOptions(
  { name, shardUnit }: Experiment,
  { shardSize, environment: { dataFolder } = {} }: PlanOptions,
): void {
  if (dataFolder !== undefined) checkDataFolder(dataFolder);
  if (shardSize === undefined || shardUnit !== undefined) return;
  throw new UserError(
    `The shard size is ${shardSize}, but a shard of the experiment ${name} is a whole piece of work; leave --shard-size out.`,
  );
}

function checkDataFolder(dataFolder: string): void {
  const found = statSync(dataFolder, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  throw new UserError(
    found
      ? `The data folder ${dataFolder} is a file, not a folder.`
      : `The data folder ${dataFolder} does not exist.`,
    { remedy: 'Name the folder that holds the data sets, or leave --data out.' },
  );
}
