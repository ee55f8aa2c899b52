import { UserError } from '../errors.ts';
import { isRecord } from '../shape.ts';
import { parseSlurmTime } from './durations.ts';

/** What a user asks of Slurm. Whatever is left out is left to the cluster, or to the defaults below. */
export interface SlurmOptions {
  readonly partition?: string;
  readonly account?: string;
  readonly qos?: string;
  /** Limit of a job's wall time in a form of sbatch's, such as `02:00:00` or `1-12` (days-hours). */
  readonly time?: string;
  /** CPUs of a job, and how many shards it computes at a time; 1 if left out. */
  readonly cpus?: number;
  /** Memory of a job: MiB, or with K, M, G or T. */
  readonly mem?: string;
  readonly gres?: string;
  readonly gpus?: string;
  readonly constraint?: string;
  /** Jobs that run at the same time, at most. */
  readonly maxParallel?: number;
  /** Jobs of one submission, at most; the cluster's MaxArraySize if that is less. */
  readonly mostJobs?: number;
  /** Estimated seconds that a job should last at least. */
  readonly jobDuration?: number;
  /** Seconds before the time limit at which a job is told to stop. */
  readonly signalSeconds?: number;
  /** Further flags of sbatch, as they are. */
  readonly extra?: readonly string[];
  /** Lines of shell before the command, such as `module load nodejs`. */
  readonly setup?: readonly string[];
}

export const defaultJobDuration = 300;
export const defaultSignalSeconds = 90;

interface Rule {
  readonly what: string;
  readonly holds: (value: unknown) => boolean;
  readonly remedy?: string;
}

const isWhole = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 1;
const isWord = (value: unknown) => typeof value === 'string' && /^[!-~]+$/.test(value);
const isListOf = (holds: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(holds);
const isLine = (value: unknown) =>
  typeof value === 'string' && value.trim() !== '' && !/[\0\r\n]/.test(value);

const whole: Rule = { what: 'a whole number of at least 1', holds: isWhole };
const word = (example: string): Rule => ({
  what: `a text without spaces, such as ${example}`,
  holds: isWord,
});

const rules: Readonly<Record<keyof SlurmOptions, Rule>> = {
  partition: word('main'),
  account: word('physics'),
  qos: word('normal'),
  time: {
    what: 'a time of sbatch, such as 02:00:00 (hours:minutes:seconds), 90 (minutes) or 1-12 (days-hours)',
    holds: (value) => typeof value === 'string' && (parseSlurmTime(value) ?? 0) > 0,
  },
  cpus: whole,
  mem: {
    what: 'an amount of memory, such as 4G or 500M',
    holds: (value) => typeof value === 'string' && /^[1-9]\d*[KMGT]?$/i.test(value),
  },
  gres: word('gpu:1'),
  gpus: word('1 or a100:2'),
  constraint: word('haswell'),
  maxParallel: whole,
  mostJobs: whole,
  jobDuration: {
    what: 'a number of seconds above 0',
    holds: (value) => Number.isFinite(value) && Number(value) > 0,
  },
  signalSeconds: {
    what: 'a whole number of seconds from 1 to 65535',
    holds: (value) => isWhole(value) && Number(value) <= 65535,
  },
  extra: {
    what: 'a list of flags of sbatch, such as [--exclusive, --mail-type=END]',
    holds: isListOf(
      (flag) => isLine(flag) && /^(--[a-z][a-z-]*(=.*)?|-[A-Za-z]\S*)$/.test(flag as string),
    ),
    remedy: 'Give each flag as one text, its value after "=".',
  },
  setup: {
    what: 'a list of lines of shell, such as [module load nodejs]',
    holds: isListOf(isLine),
  },
};

/** Options whose values are texts that look like numbers often enough. */
const texts: ReadonlySet<string> = new Set(['time', 'mem', 'gpus']);

/** Flags that have an option of their own. */
const flagsOfOptions: Readonly<Record<string, keyof SlurmOptions>> = {
  '--partition': 'partition',
  '-p': 'partition',
  '--account': 'account',
  '-A': 'account',
  '--qos': 'qos',
  '-q': 'qos',
  '--time': 'time',
  '-t': 'time',
  '--cpus-per-task': 'cpus',
  '-c': 'cpus',
  '--mem': 'mem',
  '--gres': 'gres',
  '--gpus': 'gpus',
  '-G': 'gpus',
  '--constraint': 'constraint',
  '-C': 'constraint',
  '--signal': 'signalSeconds',
};

/** Flags that every submission sets, and without which it would not work. */
const ownFlags: ReadonlySet<string> = new Set([
  ...['--array', '-a', '--dependency', '-d', '--kill-on-invalid-dep', '--chdir', '-D'],
  ...['--output', '-o', '--error', '-e', '--open-mode', '--requeue', '--no-requeue'],
  ...['--job-name', '-J', '--ntasks', '-n', '--nodes', '-N', '--parsable', '--quiet', '-Q'],
  ...['--wait', '-W', '--wrap', '--test-only', '--help', '-h', '--usage', '--version', '-V'],
]);

/**
 * @param source where the value stands, for messages: a file, or the command line.
 * @throws {UserError} naming the source, the key, the value and what would be right.
 */
export function validateSlurmOptions(value: unknown, source: string): SlurmOptions {
  if (!isRecord(value)) {
    throw new UserError(`${source}: ${shown(value)} is not a set of options of Slurm.`, {
      remedy: `Give keys and values, one a line, such as "partition: main". ${known()}`,
    });
  }
  const options = Object.fromEntries(
    Object.entries(value)
      .filter(([, given]) => given !== undefined)
      .map(([key, given]) => [key, validateOption(key, given, source)]),
  ) as SlurmOptions;
  options.extra?.forEach((flag) => refuseTaken(flag, source));
  return options;
}

function validateOption(key: string, given: unknown, source: string): unknown {
  const rule = Object.hasOwn(rules, key) ? rules[key as keyof SlurmOptions] : undefined;
  if (rule === undefined) {
    throw new UserError(`${source}: ${key} is not an option of Slurm here.`, {
      remedy: `${known()} Any other flag of sbatch can stand in the list extra.`,
    });
  }
  const value = texts.has(key) && typeof given === 'number' ? String(given) : given;
  if (!rule.holds(value)) {
    throw new UserError(`${source}: ${key} is ${shown(given)}, not ${rule.what}.`, {
      remedy: rule.remedy ?? 'Correct it, or leave it out.',
    });
  }
  return value;
}

function refuseTaken(flag: string, source: string): void {
  const name = flag.startsWith('--') ? flag.split('=', 1)[0] : flag.slice(0, 2);
  const option = flagsOfOptions[name];
  if (option !== undefined) {
    throw new UserError(`${source}: extra holds ${flag}, which has an option of its own.`, {
      remedy: `Give it as ${option}.`,
    });
  }
  if (ownFlags.has(name)) {
    throw new UserError(`${source}: extra holds ${flag}, which resdiff sets itself.`, {
      remedy: `Leave ${name} out.`,
    });
  }
}

/**
 * The options of a profile with those of the command line over them. The lists `extra` and `setup`
 * are joined, those of the profile first; sbatch takes the last of flags that contradict.
 */
export function mergeSlurmOptions(profile: SlurmOptions, given: SlurmOptions): SlurmOptions {
  const extra = [...(profile.extra ?? []), ...(given.extra ?? [])];
  const setup = [...(profile.setup ?? []), ...(given.setup ?? [])];
  return {
    ...profile,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...(extra.length > 0 && { extra }),
    ...(setup.length > 0 && { setup }),
  };
}

/** @throws {UserError} if a job would be told to stop before it began. */
export function refuseShortTime({
  time,
  signalSeconds = defaultSignalSeconds,
}: SlurmOptions): void {
  if (time !== undefined && (parseSlurmTime(time) ?? 0) <= signalSeconds) {
    throw new UserError(
      `time is ${time}, but a job is told to stop ${signalSeconds} s before its end, which leaves no time to work.`,
      { remedy: 'Give a longer time, or a smaller signalSeconds.' },
    );
  }
}

function known(): string {
  return `Known are ${Object.keys(rules).join(', ')}.`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
