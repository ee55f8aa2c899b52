import {
  planPipeline,
  planSweep,
  readPipeline,
  type Pipeline,
  type PlannedRun,
} from '@resdiff/experiments';
import { UserError } from '@resdiff/runtime';

/** What commands that plan are told of a pipeline on the command line. */
export interface PlanningOptions {
  readonly set: readonly string[];
  readonly grid?: readonly string[];
  readonly commonSeed?: boolean | undefined;
  readonly quick?: boolean | undefined;
  readonly data?: string | undefined;
  readonly shardSize?: number | undefined;
}

/**
 * @param kind what the command does with a pipeline: one run, a sweep over its grid, or whichever of
 *   them it is.
 * @throws {UserError} if the file, an option or what the settings name is wrong.
 */
export async function planFile(
  file: string,
  { set, grid = [], commonSeed = false, quick = false, data, shardSize }: PlanningOptions,
  kind: 'run' | 'sweep' | 'either' = 'either',
): Promise<{ pipeline: Pipeline; planned: PlannedRun }> {
  const pipeline = readPipeline(file, { set, grid, quick });
  const { experiment } = pipeline;
  if (data !== undefined && !experiment.usesData) {
    throw new UserError(`The experiment ${experiment.name} uses no data; leave --data out.`);
  }
  const options = {
    ...(shardSize !== undefined && { shardSize }),
    ...(data !== undefined && { environment: { dataFolder: data } }),
  };
  const sweeps = kind === 'sweep' || (kind === 'either' && pipeline.grid !== undefined);
  if (commonSeed && !sweeps) {
    throw new UserError('--common-seed is for sweeps, and the pipeline has no grid; leave it out.');
  }
  const planned = sweeps
    ? await planSweep(pipeline, { ...options, seeds: commonSeed ? 'common' : 'own' })
    : await planPipeline(pipeline, options);
  return { pipeline, planned };
}
