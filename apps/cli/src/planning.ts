import { planPipeline, readPipeline, type Pipeline, type PlannedRun } from '@resdiff/experiments';
import { UserError } from '@resdiff/runtime';

/** What `run` and `plan` are told of a pipeline on the command line. */
export interface PlanningOptions {
  readonly set: readonly string[];
  readonly quick?: boolean | undefined;
  readonly data?: string | undefined;
  readonly shardSize?: number | undefined;
}

/** @throws {UserError} if the file, an option or what the settings name is wrong. */
export async function planFile(
  file: string,
  { set, quick = false, data, shardSize }: PlanningOptions,
): Promise<{ pipeline: Pipeline; planned: PlannedRun }> {
  const pipeline = readPipeline(file, { set, quick });
  const { experiment } = pipeline;
  if (data !== undefined && !experiment.usesData) {
    throw new UserError(`The experiment ${experiment.name} uses no data; leave --data out.`);
  }
  const planned = await planPipeline(pipeline, {
    ...(shardSize !== undefined && { shardSize }),
    ...(data !== undefined && { environment: { dataFolder: data } }),
  });
  return { pipeline, planned };
}
