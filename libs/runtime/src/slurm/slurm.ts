import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { messageOf, RunError, systemCode, UserError } from '../errors.ts';
import { slurmEnvironment } from './environment.ts';
import { parseJobStates, squeueFormat, type JobState } from './job-states.ts';

const run = promisify(execFile);
const MOST_OUTPUT = 1 << 28;

/** What of the cluster's configuration matters here. */
export interface SlurmConfig {
  readonly cluster: string;
  readonly version: string;
  /** How many tasks a job array can have. */
  readonly maxArraySize: number;
}

/** Slurm's controller does not answer. Jobs that run go on. */
export class SlurmUnreachableError extends RunError {
  constructor(words: string) {
    super(`Slurm's controller does not answer: ${words}.`, {
      remedy: 'Jobs that run go on. Try again later; sinfo says when it is back.',
    });
  }
}

/** Slurm's commands, as they are found in the PATH of `env`. No command needs slurmdbd. */
export class Slurm {
  readonly #env: NodeJS.ProcessEnv;

  constructor(env: NodeJS.ProcessEnv = process.env) {
    this.#env = env;
  }

  /** @throws {UserError} if Slurm is not installed or has no cluster. @throws {SlurmUnreachableError} */
  async config(): Promise<SlurmConfig> {
    const output = await this.#call('scontrol', ['show', 'config']);
    const value = (key: string) => new RegExp(`^${key}\\s*= (.*)$`, 'm').exec(output)?.[1].trim();
    return {
      cluster: value('ClusterName') ?? 'unknown',
      version: value('SLURM_VERSION') ?? 'unknown',
      maxArraySize: Number(value('MaxArraySize') ?? 1001),
    };
  }

  /**
   * Submits the script of a job array.
   *
   * @returns the job's id.
   * @throws {UserError} with sbatch's words and the remedy, if it refuses the job.
   * @throws {SlurmUnreachableError}
   */
  submitArray(scriptFile: string): Promise<string> {
    return this.#submit(scriptFile, []);
  }

  /** Submits the script of a job that is to run once all tasks of `arrayJob` have succeeded. */
  submitMerge(scriptFile: string, arrayJob: string): Promise<string> {
    return this.#submit(scriptFile, [
      `--dependency=afterok:${arrayJob}`,
      '--kill-on-invalid-dep=yes',
    ]);
  }

  /** What the controller still knows of jobs, tasks of arrays one by one. Unknown jobs are absent. */
  async jobStates(jobs: readonly string[]): Promise<JobState[]> {
    // One job a call: squeue asks the controller for that one, where a list makes it ask for all.
    const outputs = await Promise.all(jobs.map((job) => this.#squeue(`--jobs=${job}`)));
    return outputs.flatMap(parseJobStates);
  }

  /** What the controller still knows of jobs of these names. */
  async jobsNamed(names: readonly string[]): Promise<JobState[]> {
    return parseJobStates(await this.#squeue(`--name=${names.join(',')}`));
  }

  /** Cancels jobs; one that has ended or is forgotten counts as cancelled. */
  async cancel(jobs: readonly string[]): Promise<void> {
    for (const job of jobs) {
      await this.#call('scancel', [job], {
        accept: /invalid job id|already completing or completed/i,
      });
    }
  }

  #squeue(filter: string): Promise<string> {
    return this.#call(
      'squeue',
      ['--noheader', '--array', '--states=all', `--format=${squeueFormat}`, filter],
      { accept: /invalid job id/i },
    );
  }

  async #submit(scriptFile: string, flags: readonly string[]): Promise<string> {
    const script = await readFile(scriptFile, 'utf8');
    const output = await this.#call('sbatch', ['--parsable', ...flags, scriptFile], { script });
    const job = /^(\d+)(;.*)?$/m.exec(output)?.[1];
    if (job === undefined) {
      throw new RunError(`sbatch printed ${JSON.stringify(output.trim())}, not the id of a job.`);
    }
    return job;
  }

  /** @param accept what a command may fail with. */
  async #call(
    command: string,
    args: readonly string[],
    { accept, script }: { accept?: RegExp; script?: string } = {},
  ): Promise<string> {
    try {
      const { stdout } = await run(command, args, {
        env: slurmEnvironment(this.#env, script),
        maxBuffer: MOST_OUTPUT,
      });
      return stdout;
    } catch (error) {
      if (['ENOENT', 'EACCES', 'ENOTDIR'].includes(systemCode(error) ?? '')) {
        throw notInstalled(command, error);
      }
      const words = errorWords(error);
      if (accept?.test(words)) {
        return '';
      }
      if (/configuration source|configuration file|control machine/i.test(words)) {
        throw noCluster(words, error);
      }
      throw /unable to contact|connection refused|timed out|communication/i.test(words)
        ? new SlurmUnreachableError(words)
        : refusal(command, words, await this.#partitions(words));
    }
  }

  /** The cluster's partitions, where the lack of one is what a refusal is about. */
  async #partitions(words: string): Promise<string | undefined> {
    if (!/partition/i.test(words)) {
      return undefined;
    }
    const env = slurmEnvironment(this.#env);
    const { stdout } = await run('sinfo', ['--noheader', '--format=%R'], { env }).catch(() => ({
      stdout: '',
    }));
    return [...new Set(stdout.split('\n').filter((name) => name !== ''))].join(', ') || undefined;
  }
}

function notInstalled(command: string, cause: unknown): UserError {
  return new UserError(`Slurm is not installed here: ${command} is not in the PATH.`, {
    remedy:
      'Give the command where sbatch works, such as a login node, perhaps after "module load slurm". Without a cluster, resdiff sweep runs here.',
    cause,
  });
}

/** Slurm's commands are there, but know of no cluster, or not of one whose controller has an address. */
function noCluster(words: string, cause: unknown): UserError {
  return new UserError(`Slurm is installed here, but no cluster answers: ${words}.`, {
    remedy:
      'Give the command where sbatch works, such as a login node; resdiff doctor says whether it does. Without a cluster, resdiff sweep runs here.',
    cause,
  });
}

/** What a command of Slurm wrote to stderr, in one line and without its own name. */
function errorWords(error: unknown): string {
  const stderr =
    error instanceof Error && 'stderr' in error && typeof error.stderr === 'string'
      ? error.stderr
      : '';
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^\w+: (error|fatal): /, '').trim())
    .filter((line) => line !== '' && !/attempt number -?\d+$/.test(line));
  return [...new Set(lines)].join('; ').replace(/\.$/, '') || messageOf(error);
}

const remedies: readonly (readonly [RegExp, string])[] = [
  [/partition/i, 'Give a partition that sinfo lists.'],
  [
    /unrecognized option|invalid option|unknown option/i,
    'Correct the flags in extra: see man sbatch.',
  ],
  [/time limit/i, 'Give a time within the limit of the partition: sinfo --format="%P %l".'],
  [/account/i, 'Give an account that you may charge, and a qos and partition that it may use.'],
  [
    /qos|policy|limit/i,
    'Ask for fewer jobs (a smaller mostJobs) or less, within the limits of your account.',
  ],
  [/array/i, 'Ask for fewer jobs: a smaller mostJobs, or a longer jobDuration.'],
  [/memory|cpu|node|gres|gpu|feature|resource/i, 'Ask for what a node has: scontrol show nodes.'],
];

function refusal(command: string, words: string, partitions: string | undefined): UserError {
  const remedy = remedies.find(([pattern]) => pattern.test(words))?.[1];
  const here = partitions === undefined ? '' : ` Here they are: ${partitions}.`;
  return new UserError(`${command} refuses: ${words}.`, {
    remedy: `${remedy ?? 'Correct the options of Slurm, and give the command again.'}${here}`,
  });
}
