import { UserError } from '@resdiff/runtime';
import type { Experiment } from '../experiment.ts';
import { notOneOf } from '../given-settings.ts';
import { isMapping, parseYaml, show } from '../yaml-text.ts';
import { axisKeys, axisPlaces, axisWithout, type Axis } from './axis.ts';

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
 * The axes of a grid: those of a file, `written` under its key `grid`, with what `--grid` options put
 * in their place; undefined if nothing varies.
 *
 * @throws {UserError} naming the file or the option, the key, the value and what would be right.
 */
export function readGrid(
  context: GridContext,
  written: unknown,
  options: readonly string[],
): readonly Axis[] | undefined {
  const given = givenAxes(context, options);
  const givenBy = new Map(given.flatMap((axis) => axis.keys.map((key) => [key, axis] as const)));
  const axes = new Set<Axis>();
  for (const axis of fileAxes(context, written)) {
    const replaced = axis.keys.flatMap((key) => givenBy.get(key) ?? []);
    for (const each of replaced) axes.add(each);
    const left = axisWithout(axis, (key) => givenBy.has(key) || context.fixed.has(key));
    if (left) axes.add(left);
  }
  for (const axis of given) axes.add(axis);
  return axes.size === 0 ? undefined : [...axes];
}

const EXAMPLE = 'such as {size: [10, 20, 50]}';

function fileAxes(context: GridContext, written: unknown): Axis[] {
  const { file } = context;
  if (written === undefined) return [];
  if (!isMapping(written) || Object.keys(written).length === 0) {
    throw new UserError(
      `${file}: grid is ${show(written)}; it must be a mapping of settings to lists of values, ${EXAMPLE}.`,
    );
  }
  const seen = new Set<string>();
  return Object.entries(written).map(([name, list]) => {
    const keys = axisKeys(name);
    for (const key of keys) {
      const refusal = keyRefusal(context, key);
      if (refusal !== undefined) {
        throw new UserError(`${file}: grid holds ${key || show(name)}, which ${refusal}.`);
      }
      if (seen.has(key))
        throw new UserError(`${file}: grid holds ${key} a second time in ${name}.`);
      seen.add(key);
    }
    if (!Array.isArray(list)) {
      throw new UserError(
        `${file}: grid holds ${name}: ${show(list)}; it must be a list of values, ${EXAMPLE}.`,
      );
    }
    const refusal = `${file}: grid holds ${name}: ${show(list)}`;
    return { keys, places: axisPlaces(refusal, keys, list) };
  });
}

function givenAxes(context: GridContext, options: readonly string[]): Axis[] {
  const given = new Map<string, string>();
  return options.map((option) => {
    const [keys, list] = parseOption(option);
    for (const key of keys) {
      const refusal = keyRefusal(context, key);
      if (refusal !== undefined) throw new UserError(`--grid ${option}: ${key} ${refusal}.`);
      const other = given.get(key);
      if (other !== undefined) {
        throw new UserError(
          `--grid ${option}: ${key} is given a second time, after --grid ${other}; write all its values into one --grid.`,
        );
      }
      given.set(key, option);
      const set = context.set.get(key);
      if (set !== undefined) {
        throw new UserError(
          `--grid ${option}: ${key} has one value by --set ${set}; leave out one of the two.`,
        );
      }
    }
    const refusal = `--grid ${option}: ${keys.join(', ')} is ${show(list)}`;
    const places = axisPlaces(refusal, keys, list);
    return { keys, places, origin: `${context.file} with --grid ${option}` };
  });
}

/** `key=1,2,3`, `key=[1, 2, 3]` or `key=1`, the key or several with commas between them. */
function parseOption(option: string): [keys: readonly string[], list: readonly unknown[]] {
  const split = option.indexOf('=');
  const keys = axisKeys(option.slice(0, Math.max(split, 0)));
  const text = option.slice(split + 1).trim();
  if (keys.includes('') || text === '') {
    throw new UserError(
      `--grid ${option}: must be key=value,value, such as --grid size=10,20,50 or --grid "inputs=[[0, 1], [1, 2]]".`,
    );
  }
  const refusal = `--grid ${option}: the value is not valid YAML`;
  const value = parseYaml(text, refusal);
  if (Array.isArray(value)) return [keys, value];
  if (typeof value !== 'string' || !text.includes(',')) return [keys, [value]];
  return [keys, text.split(',').map((item) => parseYaml(item.trim(), refusal))];
}

/** Why a key cannot be in a grid: the rest of a sentence. */
function keyRefusal({ experiment, reserved }: GridContext, key: string): string | undefined {
  if (reserved.includes(key)) return 'is no setting and cannot vary';
  return Object.hasOwn(experiment.keys, key) ? undefined : notOneOf(experiment, key);
}
