import { UserError, type JsonValue } from '@resdiff/runtime';
import type { Experiment, Settings } from '../experiment.ts';
import { checkSettings, type GivenSettings, type Refusal } from '../given-settings.ts';
import { inWords, show } from '../yaml-text.ts';
import type { WrittenGrid } from './grid.ts';

/** What varies over a sweep: the values of each key, in the order written, resolved. */
export type Grid = ReadonlyMap<string, readonly JsonValue[]>;

/** More points make a run whose manifest no one would wait for. */
const MOST_POINTS = 100_000;

/**
 * All combinations of a grid's values, the last key varying fastest: of each the settings, with
 * `given` for whatever does not vary.
 *
 * @throws {UserError} if there are too many points, if settings of a point are refused (naming the
 *   point), or if two values of a key mean the same.
 */
export function gridPoints(
  experiment: Experiment,
  given: GivenSettings,
  written: WrittenGrid,
): { readonly settings: Settings; readonly grid: Grid; readonly points: readonly Settings[] } {
  const keys = [...written.values.keys()];
  const lists = [...written.values.values()];
  checkCount(given.file, written);
  const origin = new Map([...given.origin, ...keys.map((key) => originOf(key, given, written))]);
  const refused = new Refusals();
  const points: Settings[] = [];
  for (const values of combinations(lists)) {
    const point = new Map([...given.values, ...keys.map((key, k) => [key, values[k]] as const)]);
    const checked = checkSettings(experiment, { file: given.file, values: point, origin });
    if ('settings' in checked) points.push(checked.settings);
    else refused.add(() => writtenPoint(keys, values), checked.refusals);
  }
  if (refused.points > 0) throw refused.error(refused.points + points.length);
  const grid = new Map(keys.map((key, k) => [key, resolvedValues(points, lists, k, key)]));
  checkDifferent(grid, given.file, written);
  return { settings: points[0], grid, points };
}

function originOf(key: string, { file }: GivenSettings, { origin }: WrittenGrid) {
  return [key, origin.get(key) ?? file] as const;
}

function checkCount(file: string, { values: grid, origin }: WrittenGrid): void {
  const counts = Array.from(grid.values(), (list) => list.length);
  const points = counts.reduce((product, count) => product * count, 1);
  if (points <= MOST_POINTS) return;
  const longest = [...grid].reduce((most, each) => (each[1].length > most[1].length ? each : most));
  throw new UserError(
    `${origin.get(longest[0]) ?? file}: the grid has ${points.toLocaleString('en')} points (${counts.join(' x ')}); it must have at most ${MOST_POINTS.toLocaleString('en')}.`,
    { remedy: `Leave out values, of ${longest[0]} for example, or cut the sweep into several.` },
  );
}

/** Every combination of one member of each list; the last list varies fastest. */
export function* combinations<Member>(
  lists: readonly (readonly Member[])[],
): Generator<readonly Member[], void, undefined> {
  const at = lists.map(() => 0);
  if (lists.some((list) => list.length === 0)) return;
  for (;;) {
    yield lists.map((list, i) => list[at[i]]);
    let i = lists.length - 1;
    while (i >= 0 && at[i] === lists[i].length - 1) at[i--] = 0;
    if (i < 0) return;
    at[i] += 1;
  }
}

function writtenPoint(keys: readonly string[], values: readonly unknown[]): string {
  return keys
    .map((key, k) => `${key} = ${typeof values[k] === 'string' ? values[k] : show(values[k])}`)
    .join(', ');
}

/** What became of each value of the k-th key, in the order written. */
function resolvedValues(
  points: readonly Settings[],
  lists: readonly (readonly unknown[])[],
  k: number,
  key: string,
): readonly JsonValue[] {
  const stride = lists.slice(k + 1).reduce((product, list) => product * list.length, 1);
  return lists[k].map((_, value) => points[value * stride][key]);
}

/** @throws {UserError} if two values that are written differently mean the same. */
function checkDifferent(grid: Grid, file: string, { values: written, origin }: WrittenGrid): void {
  for (const [key, values] of grid) {
    const seen = new Map<string, number>();
    for (const [index, value] of values.entries()) {
      const text = inWords(value);
      const other = seen.get(text);
      seen.set(text, index);
      if (other === undefined) continue;
      const [one, two] = [other, index].map((i) => show(written.get(key)![i]));
      throw new UserError(
        `${origin.get(key) ?? file}: ${key} is ${one} and ${two} in the grid, which mean the same; its values must differ.`,
      );
    }
  }
}

/** How many different refusals a message lists. */
const MOST_REFUSALS = 5;

/** What is wrong with the points of a grid, each once, with where it was found first. */
class Refusals {
  /** Points that are refused. */
  points = 0;
  readonly #found = new Map<string, Refusal & { readonly first: string; count: number }>();

  add(point: () => string, refusals: readonly Refusal[]): void {
    this.points += 1;
    for (const line of new Set(refusals.map(({ origin, problem }) => `${origin}\n${problem}`))) {
      const found = this.#found.get(line);
      if (found) {
        found.count += 1;
      } else {
        const [origin, problem] = line.split('\n', 2);
        this.#found.set(line, { origin, problem, first: point(), count: 1 });
      }
    }
  }

  error(total: number): UserError {
    const found = [...this.#found.values()];
    const lines = found.slice(0, MOST_REFUSALS).map(({ origin, problem, first, count }) => {
      if (count === total) return `${origin}: ${problem}.`;
      const where =
        count === 1 ? `the point ${first}` : `${count} of ${total} points, the first ${first}`;
      return `${origin}: at ${where}: ${problem}.`;
    });
    const rest = found.length - lines.length;
    return new UserError(
      [...lines, ...(rest > 0 ? [`And ${rest} more refusals.`] : [])].join('\n'),
    );
  }
}
