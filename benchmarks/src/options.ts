import { parseArgs } from 'node:util';
import { benchmarks } from './benchmarks/index.ts';

export interface Options {
  /** Names of benchmarks, in the order in which they are run. */
  readonly only: readonly string[];
  readonly rounds: number;
  readonly quick: boolean;
  readonly json?: string;
}

export const usage = `Usage: npm run bench -- [options]

  --only <name>  one of ${benchmarks.map(({ name }) => name).join(', ')}; may be given again
  --rounds <n>   how often everything is measured, in turns (default: 5)
  --quick        small sizes, to see that it works; the figures mean nothing
  --json <file>  write the numbers as well, with machine, versions and date
  --help         print this`;

/** A command line that cannot be followed. */
export class UsageError extends Error {}

/** @returns undefined if help is asked for. */
export function parseOptions(args: readonly string[]): Options | undefined {
  const { only, rounds, quick, json, help } = parse(args);
  if (help) return undefined;
  const names = benchmarks.map(({ name }) => name);
  const unknown = only?.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`--only ${unknown}: must be one of ${names.join(', ')}.`);
  }
  if (!/^[1-9]\d{0,3}$/.test(rounds)) {
    throw new UsageError(`--rounds ${rounds}: must be a whole number from 1 to 9999.`);
  }
  return {
    only: names.filter((name) => only?.includes(name) ?? true),
    rounds: Number(rounds),
    quick,
    ...(json !== undefined && { json }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', multiple: true },
        rounds: { type: 'string', default: '5' },
        quick: { type: 'boolean', default: false },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
