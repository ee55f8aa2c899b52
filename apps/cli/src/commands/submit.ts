import {
  checkDevices,
  findExperiment,
  planPipelineSubmission,
  submitPipeline,
  type RunnableRun,
  type SubmitOptions,
} from '@resdiff/experiments';
import { defaultRunFolder, type SlurmOptions, type SubmissionCommands } from '@resdiff/runtime';
import { resolve } from 'node:path';
import { deviceRequest, deviceWords, type DeviceOptions } from '../devices.ts';
import { commandLine, counted, seconds, shellWords } from '../format.ts';
import { planFile, type PlanningOptions } from '../planning.ts';
import { policyWords, type PolicyOptions } from '../policy.ts';
import { sayWarnings } from '../run-report.ts';
import { slurmOptions, type SlurmCommandOptions } from '../slurm-options.ts';
import { openTerminal, reportError, type Terminal, type TerminalOptions } from '../terminal.ts';

export interface SubmittingOptions
  extends TerminalOptions, PolicyOptions, SlurmCommandOptions, DeviceOptions {
  readonly data?: string | undefined;
  readonly dryRun?: true | undefined;
}

export interface SubmitCommandOptions extends SubmittingOptions, PlanningOptions {
  readonly out?: string | undefined;
}

/** `resdiff submit FILE`. Returns the exit code. */
export async function submit(file: string, options: SubmitCommandOptions): Promise<number> {
  const terminal = openTerminal(options);
  try {
    const slurm = slurmOptions(options);
    const { planned } = await planFile(file, options);
    const folder = options.out ?? defaultRunFolder(planned.plan);
    sayWarnings(planned.warnings, terminal);
    await handToSlurm(planned, { folder, slurm, options }, terminal);
    return 0;
  } catch (error) {
    return reportError(error, terminal, commandLine());
  }
}

interface Handing {
  /** The run folder. */
  readonly folder: string;
  readonly slurm: SlurmOptions;
  readonly options: SubmittingOptions;
}

/** Submits what is missing of a run, or prints what would be submitted. */
export async function handToSlurm(
  planned: RunnableRun,
  { folder, slurm, options }: Handing,
  terminal: Terminal,
): Promise<void> {
  checkDevices(findExperiment(planned.plan.experiment)!, planned, deviceRequest(options));
  const request: SubmitOptions = {
    folder,
    slurm,
    commands: (n) => commands(folder, n, { cpus: slurm.cpus ?? 1, options }),
  };
  if (options.dryRun) {
    const { arrayScript, mergeScript, submission } = await planPipelineSubmission(planned, request);
    terminal.say(`# ${jobsInWords(submission.jobs)}\n\n${arrayScript}`);
    terminal.say(`# Once all of them have succeeded:\n\n${mergeScript}`);
    terminal.result({ folder, submission, arrayScript, mergeScript });
    return;
  }
  const { submission, shards } = await submitPipeline(planned, request);
  const { arrayJob, mergeJob, jobs } = submission;
  terminal.say(
    `Submitted ${shards.missing} of ${counted(shards.total, 'shard')} as job ${arrayJob}: ${jobsInWords(jobs)}. Job ${mergeJob} merges them.`,
  );
  terminal.say(`  ${shellWords(['npx', 'resdiff', 'status', folder])}`);
  terminal.result({ folder, submission, shards });
}

function jobsInWords(jobs: readonly { readonly seconds: number }[]): string {
  const longest = Math.max(...jobs.map(({ seconds }) => seconds));
  return `${counted(jobs.length, 'task')} of about ${seconds(longest)} at most`;
}

/** What the jobs run: this very program, by its path. */
function commands(
  folder: string,
  n: number,
  { cpus, options }: { readonly cpus: number; readonly options: SubmittingOptions },
): SubmissionCommands {
  const program = [process.execPath, resolve(process.argv[1] ?? '')];
  const data = options.data === undefined ? [] : ['--data', resolve(options.data)];
  const how = [
    '--workers',
    String(cpus),
    ...deviceWords(options),
    ...policyWords(options),
    ...data,
  ];
  const path = resolve(folder);
  return {
    work: [...program, 'work', ...how, path, String(n)],
    merge: [...program, 'merge', '--quiet', path],
  };
}
