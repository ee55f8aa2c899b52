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
  const what = 'folder with data sets, looked at before all others';
  return new Option('--data <folder>', what).argParser(folderName);
}

function folderName(value: string): string {
  if (value === '') throw new InvalidArgumentError('It must name a folder.');
  return value;
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
    'draws a shard; results do not depend on it (default: what takes about half a second)',
  ).argParser(wholeNumber('draws a shard', 2 ** 31 - 1));
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
