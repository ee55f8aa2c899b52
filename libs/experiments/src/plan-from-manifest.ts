import {
  canonicalJson,
  isJsonObject,
  UserError,
  type Manifest,
  type RunPlan,
} from '@resdiff/runtime';
import type { Environment, Experiment, Settings } from './experiment.ts';
import type { Pipeline } from './pipeline.ts';
import { checkPlanOptions, lookUp, ownVersions, type RunnableRun } from './plan-pipeline.ts';
import { experiments, findExperiment } from './registry.ts';
import { sweepPoints } from './sweep/planned-points.ts';

export interface ManifestOptions {
  readonly environment?: Environment;
  /**
   * Whether shards are to be computed; what settings name is then looked up and held against the
   * versions of the run. True if left out; a merge needs neither data sets nor engines.
   */
  readonly computes?: boolean;
}

/** A run as its folder tells of it. */
export interface ManifestRun {
  readonly pipeline: Pick<Pipeline, 'name' | 'description' | 'experiment'>;
  readonly planned: RunnableRun;
}

/**
 * The run of a manifest, to go on with it, to merge it or to report it, as it was planned: the
 * pipeline file is not needed.
 *
 * @throws {UserError} if the run is not one that this resdiff would plan: made by another version of
 *   it, or, where shards are to be computed, on another data set or engine.
 */
export async function planFromManifest(
  manifest: Manifest,
  { environment = {}, computes = true }: ManifestOptions = {},
): Promise<ManifestRun> {
  const experiment = experimentOf(manifest);
  checkOwnVersions(manifest);
  checkPlanOptions(experiment, { environment });
  const points = pointsOf(experiment, manifest);
  for (const point of points) checkSettings(experiment, point);
  if (computes) await checkVersions(experiment, points, environment);
  const [first] = points;
  const { pipeline, config, seed, versions, shards } = manifest;
  const plan: RunPlan = {
    ...{ pipeline, experiment: experiment.name, config, seed, versions },
    schema: experiment.table(first.settings),
    shards: shards.map(({ id, task, rows, cost, point }) => ({
      ...{ id, task, rows, cost },
      ...(point !== undefined && { point }),
    })),
    ...(manifest.points && { points: manifest.points }),
    ...(manifest.pointColumns && { pointColumns: manifest.pointColumns }),
  };
  return {
    pipeline: { name: pipeline, description: experiment.description, experiment },
    planned: {
      plan,
      settings: settingsOf(manifest),
      warnings: [],
      environment,
    },
  };
}

/** A point of the manifest; a plain run is one. */
interface ManifestPoint {
  readonly settings: Settings;
  readonly versions: Readonly<Record<string, string>>;
  /** `, at size = 10` in a sweep. */
  readonly where: () => string;
}

function experimentOf({ experiment: name }: Manifest): Experiment {
  const found = findExperiment(name);
  if (found) return found;
  const names = experiments.map((each) => each.name).join(', ');
  throw new UserError(
    `The run is of the experiment ${name}, which this resdiff does not have; it has ${names}.`,
    { remedy: 'Use the resdiff that made the run.' },
  );
}

/** What the kernel and the program compute is not the same in all versions. */
function checkOwnVersions({ versions }: Manifest): void {
  const here = ownVersions();
  if (versions.resdiff === here.resdiff && versions.kernel === here.kernel) return;
  throw new UserError(
    `The run was made by resdiff ${versions.resdiff} with the kernel ${versions.kernel}; this is resdiff ${here.resdiff} with the kernel ${here.kernel}, whose results may differ.`,
    { remedy: 'Use the resdiff that made the run, or make it anew in another folder.' },
  );
}

function settingsOf({ config, seed }: Manifest): Settings {
  return { ...(isJsonObject(config) && config), seed };
}

function pointsOf(experiment: Experiment, manifest: Manifest): ManifestPoint[] {
  const { points, versions } = manifest;
  if (!points) return [{ settings: settingsOf(manifest), versions, where: () => '' }];
  const sweep = sweepPoints(experiment, manifest);
  return points.map((point, index) => ({
    settings: sweep.settings(index),
    versions: { ...versions, ...point.versions },
    where: () => `, at the point ${sweep.title(index)}`,
  }));
}

/** @throws {UserError} unless the settings are resolved ones, as they are in what resdiff writes. */
function checkSettings(experiment: Experiment, { settings, where }: ManifestPoint): void {
  const parsed = experiment.settings.safeParse(settings);
  if (parsed.success && canonicalJson(parsed.data) === canonicalJson(settings)) return;
  const [issue] = parsed.error?.issues ?? [];
  const problem = issue ? `${String(issue.path[0])} ${issue.message}` : 'they are not resolved';
  throw new UserError(
    `The settings of the run are not those of the experiment ${experiment.name}${where()}: ${problem}.`,
    { remedy: 'Use the resdiff that made the run, or make it anew in another folder.' },
  );
}

/** @throws {UserError} if a data set or an engine is not here, or is another one. */
async function checkVersions(
  experiment: Experiment,
  points: readonly ManifestPoint[],
  environment: Environment,
): Promise<void> {
  const scope = { ...environment };
  for (const { settings, versions, where } of points) {
    const found = (await lookUp(experiment, settings, scope)).versions;
    for (const [name, version] of Object.entries(found)) {
      if (versions[name] === version) continue;
      throw new UserError(
        `The run was planned with the ${name} ${versions[name]}${where()}; here it is ${version}.`,
        { remedy: `Go on where that ${name} is, or make the run anew in another folder.` },
      );
    }
  }
}
