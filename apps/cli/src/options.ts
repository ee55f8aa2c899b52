import { InvalidArgumentError, Option } from '@commander-js/extra-typings';

/** Options that several commands share. */

export const PIPELINE_FILE = 'pipeline file (YAML), such as pipelines/figure-2.yaml';

/** Where pipeline files are looked for by default. */
export const PIPELINES = 'pipelines';

export function setOption() {
  return new Option(
    '--set <key=value>',
    'set a key of the pipeline, the value in YAML; may be given again, and of two values of a key the last counts',
  )
    .argParser((value: string, before: string[]) => [...before, value])
    .default([] as string[], 'none');
}

export function quickOption() {
  return new Option('--quick', "use the pipeline's quick settings, with which it ends soon");
}

export function gridOption() {
  return new Option(
    '--grid <key=values>',
    "let a key, or several together as width,depth=10,20, run over values, a YAML list or separated by commas, in place of the pipeline's own for it; may be given again",
  )
    .argParser((value: string, before: string[]) => [...before, value])
    .default([] as string[], 'none');
}

export function commonSeedOption() {
  return new Option(
    '--common-seed',
    'give every point the seed of the pipeline, so that all share their random numbers (default: each point its own)',
  );
}

export function retriesOption() {
  return new Option(
    '--retries <n>',
    'how often a shard whose worker crashed or hung is computed again',
  )
    .argParser(count('retries', 0, 100))
    .default(2);
}

export function shardTimeoutOption() {
  return new Option(
    '--shard-timeout <duration>',
    'end a shard that takes longer, such as 30m (default: 30 times its estimate, 10 minutes at least)',
  ).argParser(duration);
}

export function outOption() {
  const what = 'run folder (default: runs/<pipeline>/<run id>)';
  return new Option('--out <folder>', what).argParser(folderName);
}

export function dataOption() {
  const what = 'folder with data sets, searched before all others';
  return new Option('--data <folder>', what).argParser(folderName);
}

export function folderName(value: string): string {
  if (value === '') throw new InvalidArgumentError('It must name a folder.');
  return value;
}

export function quietOption() {
  return new Option('--quiet', 'print warnings and errors only');
}

export function jsonOption() {
  return new Option('--json', 'print the result as JSON on standard output');
}

export function workersOption(most: number) {
  return new Option('--workers <n>', 'worker threads')
    .argParser(count('worker threads', 1, 1024))
    .default(most, `${most}, the processors of this machine`);
}

export function deviceOption() {
  const what =
    'compute on this device: cpu, webgpu (or webgpu:1), cuda (or cuda:1), or auto, for the GPUs that are there and can do it';
  return new Option('--device <name>', what).conflicts('devices');
}

export function devicesOption() {
  const what = 'compute on several devices at a time, such as webgpu:0,webgpu:1';
  return new Option('--devices <list>', what);
}

export function mixedOption() {
  const what =
    'allow devices of several kinds, whose results differ in their last digits, in one run';
  return new Option('--mixed', what);
}

export function shardSizeOption() {
  return new Option(
    '--shard-size <n>',
    "how much a shard holds, in the experiment's units, such as draws; results do not depend on it (default: what suits the experiment)",
  ).argParser(count('units a shard', 1, 2 ** 31 - 1));
}

/** A whole number of `what`. */
export function count(what: string, least: number, most: number) {
  return (value: string): number => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < least || number > most) {
      throw new InvalidArgumentError(
        `It must be a number of ${what}, a whole number from ${least} to ${most}.`,
      );
    }
    return number;
  };
}

const DURATION_UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds, from text such as `90s`, `30m`, `1.5h` or `2d`. */
export function duration(value: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(value) ?? [];
  const seconds = Number(number) * (DURATION_UNITS[unit ?? ''] ?? NaN);
  if (!(seconds > 0)) {
    throw new InvalidArgumentError('It must be a duration above 0, such as 90s, 30m, 1.5h or 2d.');
  }
  return seconds;
}
