import {
  devicesForRun,
  refuseIfSubmitted,
  runPipeline,
  type Pipeline,
  type RunnableRun,
} from '@resdiff/experiments';
import { deviceLost, deviceRequest, devicesInWords, type DeviceOptions } from './devices.ts';
import { commandLine, counted } from './format.ts';
import { failurePolicy, type PolicyOptions } from './policy.ts';
import { progressView } from './progress.ts';
import { sayReport, sayWarnings, sayWhatWasFound } from './run-report.ts';
import { stopOnSignals } from './stop.ts';
import { openTerminal, reportError, type TerminalOptions } from './terminal.ts';

export interface ExecuteOptions extends TerminalOptions, PolicyOptions, DeviceOptions {
  readonly workers: number;
}

/** A run that is to be computed here. */
export interface Executable {
  readonly pipeline: Pick<Pipeline, 'name' | 'experiment'>;
  readonly planned: RunnableRun;
  /** The run folder. */
  readonly folder: string;
}

/** Computes, merges and reports a run on this machine. Returns the exit code. */
export async function execute(
  options: ExecuteOptions,
  prepare: () => Promise<Executable>,
): Promise<number> {
  const terminal = openTerminal(options);
  const command = commandLine();
  const progress = progressView(terminal);
  const stop = stopOnSignals(() => {
    progress.end();
    terminal.note(
      'Stopping: the shards at work finish or write a checkpoint first. Once more ends it at once.',
    );
  });
  let begun = false;
  try {
    const request = deviceRequest(options);
    const { pipeline, planned, folder } = await prepare();
    const unsure = await refuseIfSubmitted(folder);
    const devices = await devicesForRun(pipeline.experiment, planned, request);
    const workers = Math.min(options.workers, planned.plan.shards.length);
    const points = planned.plan.points ? `${counted(planned.plan.points.length, 'point')}, ` : '';
    const where = devicesInWords(devices, workers);
    terminal.note(`${pipeline.name}: ${points}${where}, into ${folder}`);
    const warnings = unsure === undefined ? [] : [`${unsure}.`];
    sayWarnings([...warnings, ...planned.warnings], terminal);
    const finished = await runPipeline(pipeline, planned, {
      folder,
      workers,
      devices: devices.map(({ device }) => device),
      mixedDevices: request.mixed,
      onDeviceLost: (loss) => {
        progress.end();
        sayWarnings([deviceLost(loss)], terminal);
      },
      signal: stop.signal,
      command,
      ...failurePolicy(options),
      onProgress: (state) => {
        if (!begun) sayWhatWasFound(state, terminal);
        begun = true;
        if (state.resumed < state.total) progress.update(state);
      },
      onMerged: () => {
        progress.end();
      },
    });
    sayReport(finished, planned.warnings.length, terminal);
    return 0;
  } catch (error) {
    progress.end();
    return reportError(error, terminal, command);
  } finally {
    stop.dispose();
  }
}
