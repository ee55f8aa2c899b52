import { parseYaml } from '@resdiff/experiments';
import {
  mergeSlurmOptions,
  messageOf,
  UserError,
  validateSlurmOptions,
  type SlurmOptions,
} from '@resdiff/runtime';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What `submit` and `resume` are told of Slurm on the command line. */
export interface SlurmCommandOptions {
  readonly partition?: string | undefined;
  readonly account?: string | undefined;
  readonly qos?: string | undefined;
  readonly time?: string | undefined;
  readonly cpus?: number | undefined;
  readonly mem?: string | undefined;
  readonly gres?: string | undefined;
  readonly gpus?: string | undefined;
  readonly constraint?: string | undefined;
  readonly maxParallel?: number | undefined;
  readonly mostJobs?: number | undefined;
  /** Seconds. */
  readonly jobDuration?: number | undefined;
  readonly signalSeconds?: number | undefined;
  /** Further flags of sbatch. */
  readonly sbatch: readonly string[];
  /** Lines of shell before the command. */
  readonly setup: readonly string[];
  /** A file of options. */
  readonly profile?: string | undefined;
}

/** `~/.config/resdiff/slurm.yaml`, or where `$XDG_CONFIG_HOME` has it. */
export function defaultProfile(): string {
  const config = process.env.XDG_CONFIG_HOME ?? '';
  return join(config === '' ? join(homedir(), '.config') : config, 'resdiff', 'slurm.yaml');
}

/**
 * The options of the profile, with those of the command line over them.
 *
 * @param before options that both go over, such as those of an earlier submission.
 * @throws {UserError} naming the file or the command line, the key, the value and the remedy.
 */
export function slurmOptions(
  { sbatch, setup, profile, ...options }: SlurmCommandOptions,
  before?: SlurmOptions,
): SlurmOptions {
  const given = validateSlurmOptions(
    {
      ...Object.fromEntries(Object.keys(names).map((key) => [key, options[key as Name]])),
      ...(sbatch.length > 0 && { extra: sbatch }),
      ...(setup.length > 0 && { setup }),
    },
    'the command line',
  );
  if (before !== undefined && profile === undefined) return { ...before, ...given };
  return mergeSlurmOptions(readProfile(profile), given);
}

const names = {
  ...{ partition: 0, account: 0, qos: 0, time: 0, cpus: 0, mem: 0, gres: 0, gpus: 0 },
  ...{ constraint: 0, maxParallel: 0, mostJobs: 0, jobDuration: 0, signalSeconds: 0 },
};
type Name = keyof typeof names;

function readProfile(named: string | undefined): SlurmOptions {
  const file = named ?? defaultProfile();
  if (named === undefined && !existsSync(file)) return {};
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`${file}: cannot be read: ${messageOf(error)}.`, {
      remedy: 'Name a profile that exists, or leave --profile out.',
      cause: error,
    });
  }
  return validateSlurmOptions(parseYaml(text, `${file}: is not valid YAML`) ?? {}, file);
}
