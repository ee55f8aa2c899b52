import { InvalidArgumentError, Option } from '@commander-js/extra-typings';

/** Options that several commands share. */

export function setOption() {
  return new Option(
    '--set <key=value>',
    'set a key of the pipeline, the value in YAML; may be given again',
  )
    .argParser((value: string, before: string[]) => [...before, value])
    .default([] as string[], 'none');
}

export function quickOption() {
  return new Option('--quick', "use the pipeline's quick settings, with which it ends soon");
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
    .argParser(wholeNumber('worker threads', 1024))
    .default(most, `${most}, the processors of this machine`);
}

export function shardSizeOption() {
  return new Option(
    '--shard-size <n>',
    "how much a shard holds, in the experiment's units, such as draws; results do not depend on it (default: what suits the experiment)",
  ).argParser(wholeNumber('units a shard', 2 ** 31 - 1));
}

function wholeNumber(what: string, most: number) {
  return (value: string): number => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < 1 || number > most) {
      throw new InvalidArgumentError(
        `It must be a number of ${what}, a whole number from 1 to ${most}.`,
      );
    }
    return number;
  };
}
