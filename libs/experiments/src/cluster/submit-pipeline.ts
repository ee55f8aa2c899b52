import {
  activeSubmission,
  defaultSlurmConfig,
  openRunFolder,
  planSubmission,
  readRun,
  refuseOtherColumns,
  Slurm,
  SlurmUnreachableError,
  submitRun,
  systemCode,
  UserError,
  verifyShards,
  type PlannedSubmission,
  type SlurmOptions,
  type Submission,
  type SubmissionCommands,
  type SubmissionRequest,
} from '@resdiff/runtime';
import type { RunnableRun } from '../plan-pipeline.ts';

export interface SubmitOptions {
  /** The run folder, which all nodes see. */
  readonly folder: string;
  readonly slurm: SlurmOptions;
  /** The words of the commands of submission `n`; a task's index follows those of `work`. */
  readonly commands: (n: number) => SubmissionCommands;
}

/** What was submitted of a run. */
export interface SubmittedRun {
  readonly submission: Submission;
  readonly shards: { readonly total: number; readonly missing: number };
}

/**
 * Makes the run folder, or opens it, and hands what is missing in it to Slurm.
 *
 * @throws {UserError} if the folder cannot be used, nothing is missing, an earlier submission is
 *   active, or Slurm refuses.
 */
export async function submitPipeline(
  { plan }: RunnableRun,
  { folder, slurm: options, commands }: SubmitOptions,
): Promise<SubmittedRun> {
  const slurm = new Slurm();
  // Before the folder is made: whoever has no cluster is told so and finds nothing to clean up.
  await slurm.config();
  const { manifest, lock } = await openRunFolder(folder, plan);
  try {
    const { done } = await verifyShards(folder, manifest);
    await refuseOtherColumns(folder, done.values(), plan.schema);
    const missing = manifest.shards.filter(({ id }) => !done.has(id));
    const request = { folder, name: plan.pipeline, shards: missing, options, commands };
    const submission = await submitRun(request, { slurm, lock });
    return { submission, shards: { total: manifest.shards.length, missing: missing.length } };
  } finally {
    lock.release();
  }
}

/**
 * What {@link submitPipeline} would submit; nothing is written. Without a cluster, Slurm's defaults
 * are assumed of it.
 *
 * @throws {UserError} what it throws, as far as that can be known.
 */
export async function planPipelineSubmission(
  { plan }: RunnableRun,
  { folder, slurm: options, commands }: SubmitOptions,
): Promise<PlannedSubmission> {
  const done = await readRun(folder).then(
    ({ done }) => done,
    () => new Map<string, number>(),
  );
  const missing = plan.shards.filter(({ id }) => !done.has(id));
  const request: SubmissionRequest = {
    ...{ folder, name: plan.pipeline, shards: missing, options, commands },
  };
  const config = await new Slurm().config().catch(() => defaultSlurmConfig);
  return planSubmission(request, config);
}

/**
 * Keeps a process from computing here what Slurm is computing already.
 *
 * @returns a warning if Slurm cannot be asked.
 * @throws {UserError} if a submission of the run in `folder` is active.
 */
export async function refuseIfSubmitted(folder: string): Promise<string | undefined> {
  try {
    const active = await activeSubmission(folder);
    if (active === undefined) return undefined;
    const { n, arrayJob } = active.submission;
    throw new ActiveSubmissionError(folder, n, arrayJob);
  } catch (error) {
    if (error instanceof ActiveSubmissionError) throw error;
    if (!(error instanceof UserError) && !(error instanceof SlurmUnreachableError)) {
      // Whoever opens the folder says what is wrong with its path.
      if (systemCode(error) !== undefined) return undefined;
      throw error;
    }
    return `${folder} was submitted to Slurm, which cannot be asked from here whether it works on it: ${error.message}`;
  }
}

class ActiveSubmissionError extends UserError {
  constructor(folder: string, n: number, job: string | undefined) {
    const name = job === undefined ? '' : ` (job ${job})`;
    super(`Slurm works on ${folder}: its submission ${n}${name} is active.`, {
      remedy: `Follow it with resdiff status ${folder}, or end it first with resdiff cancel ${folder}.`,
    });
  }
}
