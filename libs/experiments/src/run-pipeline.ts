import {
  executeRun,
  poolExecutor,
  StoppedError,
  type Manifest,
  type RunProgress,
} from '@resdiff/runtime';
import { DATA_OPTION } from './data.ts';
import type { Report } from './experiment.ts';
import type { Pipeline, PlannedRun } from './pipeline.ts';

export interface RunPipelineOptions {
  /** The run folder. */
  readonly folder: string;
  /** Worker threads at most: no more than there are shards. */
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: RunProgress) => void;
  /** Called when the shards are merged and the report begins. */
  readonly onMerged?: () => void;
  /** The command line, for the manifest. */
  readonly command: string;
}

export interface FinishedRun {
  readonly folder: string;
  /** Whether everything was there already. */
  readonly unchanged: boolean;
  readonly manifest: Manifest;
  /** Its warnings begin with those of the plan. */
  readonly report: Report;
}

/**
 * Runs a pipeline to its end: shards, merged tables, summary and figure in the run folder.
 *
 * @throws {UserError} if the folder cannot be used; {@link RunError}, {@link StoppedError} if the
 *   run ends early, with everything that was finished kept.
 */
export async function runPipeline(
  { experiment }: Pipeline,
  { plan, settings, warnings, environment, mostWorkers }: PlannedRun,
  { folder, workers, signal, onProgress, onMerged, command }: RunPipelineOptions,
): Promise<FinishedRun> {
  const fromSource = import.meta.url.endsWith('.ts');
  const worker = new URL(fromSource ? './worker.ts' : './worker.js', import.meta.url);
  const { dataFolder } = environment;
  const executor = poolExecutor({
    worker,
    workers: Math.min(workers, mostWorkers),
    ...(dataFolder !== undefined && { env: { [DATA_OPTION]: dataFolder } }),
  });
  try {
    const run = await executeRun(plan, {
      folder,
      executor,
      signal,
      command,
      ...(onProgress && { onProgress }),
    });
    try {
      onMerged?.();
      const found = await experiment.report(settings, run);
      const report = { ...found, warnings: [...warnings, ...found.warnings] };
      if (signal.aborted) throw new StoppedError(plan.shards.length, plan.shards.length);
      if (!run.unchanged) {
        run.writeArtifact('summary.json', `${JSON.stringify(report.summary, null, 2)}\n`);
        for (const [name, data] of Object.entries(report.artifacts)) run.writeArtifact(name, data);
      }
      run.complete();
      return { folder, unchanged: run.unchanged, manifest: run.manifest, report };
    } finally {
      run.close();
    }
  } finally {
    await executor.close();
  }
}
