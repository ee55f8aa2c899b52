import { mergeRun, readRun, type MergeOptions } from '@resdiff/runtime';
import { planFromManifest } from '../plan-from-manifest.ts';
import { finishRun, type FinishedRun } from '../run-pipeline.ts';

export interface MergeFolderOptions extends Omit<MergeOptions, 'schema'> {
  readonly signal: AbortSignal;
  /** Called when the shards are merged and the report begins. */
  readonly onMerged?: () => void;
}

/**
 * Merges the shards in a run folder, whoever computed them, and writes summary and figures.
 *
 * @throws {UserError} if shards are missing and `partial` is not set, if the folder holds no run, or
 *   one of another version; {@link RunError}, {@link StoppedError} if it ends early.
 */
export async function mergeFolder(
  folder: string,
  { onMerged, ...options }: MergeFolderOptions,
): Promise<FinishedRun> {
  const { manifest } = await readRun(folder);
  const { pipeline, planned } = await planFromManifest(manifest, { computes: false });
  const run = await mergeRun(folder, { schema: planned.plan.schema, ...options });
  onMerged?.();
  return finishRun(pipeline, planned, run, options.signal);
}
