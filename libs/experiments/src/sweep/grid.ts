import { UserError } from '@resdiff/runtime';
import type { Experiment } from '../experiment.ts';
import { notOneOf } from '../given-settings.ts';
import { inWords, isMapping, parseYaml, show } from '../yaml-text.ts';

/** A grid as it was written: values by key, in the order of the keys. */
export interface WrittenGrid {
  readonly values: ReadonlyMap<string, readonly unknown[]>;
  /** Where values come from that are not simply in the file. */
  readonly origin: ReadonlyMap<string, string>;
}

/** What a grid is read beside. */
export interface GridContext {
  readonly file: string;
  readonly experiment: Experiment;
  /** Keys of a pipeline that are not settings. */
  readonly reserved: readonly string[];
  /** Settings that are given one value which goes before the grid of the file. */
  readonly fixed: ReadonlySet<string>;
  /** The `--set` options, by key. */
  readonly set: ReadonlyMap<string, string>;
}

/**
 * The grid of a file, `written` under its key `grid`, with what `--grid` options put in its place;
 * undefined if nothing varies.
 *
 * @throws {UserError} naming the file or the option, the key, the value and what would be right.
 */
export function readGrid(
  context: GridContext,
  written: unknown,
  options: readonly string[],
): WrittenGrid | undefined {
  const given = givenGrid(context, options);
  const values = new Map(
    [...fileGrid(context, written)].filter(([key]) => given.has(key) || !context.fixed.has(key)),
  );
  const origin = new Map<string, string>();
  for (const [key, { option, list }] of given) {
    values.set(key, list);
    origin.set(key, `${context.file} with --grid ${option}`);
  }
  return values.size === 0 ? undefined : { values, origin };
}

const EXAMPLE = 'such as {size: [10, 20, 50]}';

function fileGrid(context: GridContext, written: unknown): Map<string, readonly unknown[]> {
  const { file } = context;
  if (written === undefined) return new Map();
  if (!isMapping(written) || Object.keys(written).length === 0) {
    throw new UserError(
      `${file}: grid is ${show(written)}; it must be a mapping of settings to lists of values, ${EXAMPLE}.`,
    );
  }
  const entries = Object.entries(written).map(([key, list]) => {
    const refusal = keyRefusal(context, key);
    if (refusal !== undefined) throw new UserError(`${file}: grid holds ${key}, which ${refusal}.`);
    if (!Array.isArray(list)) {
      throw new UserError(
        `${file}: grid holds ${key}: ${show(list)}; it must be a list of values, ${EXAMPLE}.`,
      );
    }
    checkValues(`${file}: grid holds ${key}: ${show(list)}`, list);
    return [key, list as readonly unknown[]] as const;
  });
  return new Map(entries);
}

function givenGrid(context: GridContext, options: readonly string[]) {
  const given = new Map<string, { option: string; list: readonly unknown[] }>();
  for (const option of options) {
    const [key, list] = parseOption(option);
    const refusal = keyRefusal(context, key);
    if (refusal !== undefined) throw new UserError(`--grid ${option}: ${key} ${refusal}.`);
    const other = given.get(key)?.option;
    if (other !== undefined) {
      throw new UserError(
        `--grid ${option}: ${key} is given a second time, after --grid ${other}; write all its values into one --grid.`,
      );
    }
    const set = context.set.get(key);
    if (set !== undefined) {
      throw new UserError(
        `--grid ${option}: ${key} has one value by --set ${set}; leave out one of the two.`,
      );
    }
    checkValues(`--grid ${option}: ${key} is ${show(list)}`, list);
    given.set(key, { option, list });
  }
  return given;
}

/** `key=1,2,3`, `key=[1, 2, 3]` or `key=1`. */
function parseOption(option: string): [key: string, list: readonly unknown[]] {
  const split = option.indexOf('=');
  const key = option.slice(0, split).trim();
  const text = option.slice(split + 1).trim();
  if (split < 0 || key === '' || text === '') {
    throw new UserError(
      `--grid ${option}: must be key=value,value, such as --grid size=10,20,50 or --grid "inputs=[[0, 1], [1, 2]]".`,
    );
  }
  const refusal = `--grid ${option}: the value is not valid YAML`;
  const value = parseYaml(text, refusal);
  if (Array.isArray(value)) return [key, value];
  if (typeof value !== 'string' || !text.includes(',')) return [key, [value]];
  return [key, text.split(',').map((item) => parseYaml(item.trim(), refusal))];
}

/** Why a key cannot be in a grid: the rest of a sentence. */
function keyRefusal({ experiment, reserved }: GridContext, key: string): string | undefined {
  if (reserved.includes(key)) return 'is no setting and cannot vary';
  return Object.hasOwn(experiment.keys, key) ? undefined : notOneOf(experiment, key);
}

/** @throws {UserError} that begins with `refusal`, unless there are values, all different. */
function checkValues(refusal: string, list: readonly unknown[]): void {
  if (list.length === 0) throw new UserError(`${refusal}; it must hold at least one value.`);
  const seen = new Set<string>();
  for (const value of list) {
    const text = inWords(value);
    if (value === null) throw new UserError(`${refusal}; one of the values is empty.`);
    if (seen.has(text)) {
      throw new UserError(`${refusal}; its values must differ, and ${show(value)} is there twice.`);
    }
    seen.add(text);
  }
}
