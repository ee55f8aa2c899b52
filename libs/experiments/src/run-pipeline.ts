import {
  devicesExecutor,
  executeRun,
  poolExecutor,
  StoppedError,
  type DeviceLoss,
  type Executor,
  type FailurePolicy,
  type Manifest,
  type PoolOptions,
  type Run,
  type RunProgress,
} from '@resdiff/runtime';
import { DATA_OPTION } from './data.ts';
import { gpuUsersOf, gpuUsersVariable } from './gpus.ts';
import type { Experiment, Report, Settings } from './experiment.ts';
import type { Pipeline } from './pipeline.ts';
import type { RunnableRun } from './plan-pipeline.ts';
import { summaryFile } from './summary-file.ts';
import { judge } from './summary.ts';
import { reportSweep } from './sweep/report-sweep.ts';
import { workerModule } from './worker-module.ts';

export interface RunPipelineOptions extends FailurePolicy {
  /** The run folder. */
  readonly folder: string;
  /** Worker threads at most: no more than there are shards. */
  readonly workers: number;
  /** Where shards are computed, see `devicesForRun`; `cpu` if left out. */
  readonly devices?: readonly string[];
  /** Whether they may be of other kinds than each other and than those of earlier sessions. */
  readonly mixedDevices?: boolean;
  /** Called when a device is lost and others go on. */
  readonly onDeviceLost?: (loss: DeviceLoss) => void;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: RunProgress) => void;
  /** Called when the shards are merged and the report begins. */
  readonly onMerged?: () => void;
  /** The command line, for the manifest. */
  readonly command: string;
  /** Whether other shards are computed after one has failed; by default in sweeps. */
  readonly keepGoing?: boolean;
  /** Whether shards that fail may be missing from the tables and the report. */
  readonly partial?: boolean;
}

export interface FinishedRun {
  readonly folder: string;
  /** Whether everything was there already. */
  readonly unchanged: boolean;
  readonly manifest: Manifest;
  /** Its warnings begin with those of the plan. */
  readonly report: Report;
}

/** What is run: that of a pipeline file, or of the manifest of a run. */
export type RunnablePipeline = Pick<Pipeline, 'experiment'>;

/**
 * Runs a pipeline, or the sweep of one, to its end: shards, merged tables, summary and figures in
 * the run folder.
 *
 * @throws {UserError} if the folder cannot be used; {@link RunError}, {@link StoppedError} if the
 *   run ends early, with everything that was finished kept.
 */
export async function runPipeline(
  pipeline: RunnablePipeline,
  planned: RunnableRun,
  { workers, devices, onDeviceLost, onMerged, ...options }: RunPipelineOptions,
): Promise<FinishedRun> {
  const { plan } = planned;
  const executor = runExecutor(pipeline, planned, {
    workers,
    ...(devices && { devices }),
    ...(onDeviceLost && { onDeviceLost }),
  });
  try {
    // Before the folder is made: whoever cannot use a device is told so and finds nothing to clean up.
    await executor.start();
    const run = await executeRun(plan, {
      executor,
      keepGoing: plan.points !== undefined,
      ...options,
    });
    onMerged?.();
    return await finishRun(pipeline, planned, run, options.signal);
  } finally {
    await executor.close();
  }
}

export interface ExecutorOptions extends Pick<PoolOptions, 'graceSeconds'> {
  /** Worker threads at most. */
  readonly workers: number;
  /** `cpu` if left out. */
  readonly devices?: readonly string[];
  readonly onDeviceLost?: (loss: DeviceLoss) => void;
}

/** What computes the shards of a run: worker threads, the processes of GPUs; closed by the caller. */
export function runExecutor(
  { experiment }: RunnablePipeline,
  planned: Pick<RunnableRun, 'plan' | 'settings' | 'environment'>,
  { workers, devices = ['cpu'], graceSeconds, onDeviceLost }: ExecutorOptions,
): Executor & { start(): Promise<void> } {
  const { dataFolder } = planned.environment;
  const env = dataFolder === undefined ? {} : { [DATA_OPTION]: dataFolder };
  const options = {
    worker: workerModule(),
    workers: Math.min(workers, planned.plan.shards.length),
    ...(graceSeconds !== undefined && { graceSeconds }),
  };
  if (devices.every((device) => device === 'cpu')) {
    return Object.assign(poolExecutor({ ...options, env }), { start: () => Promise.resolve() });
  }
  return devicesExecutor({
    ...options,
    devices,
    env: { ...env, ...gpuUsersVariable(gpuUsersOf(experiment, planned)) },
    ...(onDeviceLost && { onDeviceLost }),
  });
}

/**
 * Writes summary and figures of a run whose tables are merged, and closes it.
 *
 * @throws {StoppedError} if the signal was aborted.
 */
export async function finishRun(
  { experiment }: RunnablePipeline,
  { plan, settings, warnings }: RunnableRun,
  run: Run,
  signal: AbortSignal,
): Promise<FinishedRun> {
  const total = plan.shards.length;
  const continues = () => {
    if (signal.aborted) throw new StoppedError(total - run.missing.length, total);
  };
  try {
    const found = plan.points
      ? await reportSweep(experiment, plan, run, continues)
      : await reportRun(experiment, settings, run);
    const report = { ...found, warnings: [...warnings, ...found.warnings] };
    continues();
    if (!run.unchanged) {
      run.writeArtifact('summary.json', summaryFile(report.summary));
      for (const [name, data] of Object.entries(await report.artifacts()))
        run.writeArtifact(name, data);
    }
    run.complete();
    return { folder: run.folder, unchanged: run.unchanged, manifest: run.manifest, report };
  } finally {
    run.close();
  }
}

/** Of a run that lacks shards there is no report: it would take what is missing for divergence. */
async function reportRun(experiment: Experiment, settings: Settings, run: Run): Promise<Report> {
  const missing = run.missing.length;
  if (missing === 0) return experiment.report(settings, run);
  const total = run.manifest.shards.length;
  const text = `${missing} of ${total} shards are missing from the tables, so nothing is said of the run.`;
  return {
    summary: { estimates: [], verdict: judge([], () => text) },
    shown: [],
    judged: [],
    warnings: [`Missing are the shards ${named(run.missing)}.`],
    artifacts: () => Promise.resolve({}),
  };
}

/** How many missing shards a warning names. */
const MOST_NAMED = 10;

function named(shards: readonly string[]): string {
  const rest = shards.length - MOST_NAMED;
  return `${shards.slice(0, MOST_NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
