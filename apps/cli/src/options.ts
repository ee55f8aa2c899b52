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

export function outOption() {
  return new Option('--out <folder>', 'run folder (default: runs/<pipeline>/<run id>)').argParser(
    (value: string) => {
      if (value === '') throw new InvalidArgumentError('It must name a folder.');
      return value;
    },
  );
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
