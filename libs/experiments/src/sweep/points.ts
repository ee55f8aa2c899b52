import { UserError, type JsonValue } from '@resdiff/runtime';
import type { Experiment, Settings } from '../experiment.ts';
import { checkSettings, type GivenSettings, type Refusal } from '../given-settings.ts';
import { inWords, show } from '../yaml-text.ts';
import type { Axis } from './axis.ts';

/** What varies over a sweep: the values of each key along its axis, in the order written, resolved. */
export type Grid = ReadonlyMap<string, readonly JsonValue[]>;

/** More points make a run whose manifest no one would wait for. */
const MOST_POINTS = 100_000;

/**
 * All combinations of the places along the axes of a grid, the last axis varying fastest: of each the
 * settings, with `given` for whatever does not vary.
 *
 * @throws {UserError} if there are too many points, if settings of a point are refused (naming the
 *   point), or if two places of an axis mean the same.
 */
export function gridPoints(
  experiment: Experiment,
  given: GivenSettings,
  axes: readonly Axis[],
): { readonly settings: Settings; readonly grid: Grid; readonly points: readonly Settings[] } {
  const { file } = given;
  checkCount(file, axes);
  const keys = axes.flatMap((axis) => axis.keys);
  const origin = new Map(given.origin);
  for (const axis of axes) for (const key of axis.keys) origin.set(key, axis.origin ?? file);
  const refused = new Refusals();
  const points: Settings[] = [];
  for (const places of combinations(axes.map((axis) => axis.places))) {
    const values = places.flat();
    const point = new Map([...given.values, ...keys.map((key, k) => [key, values[k]] as const)]);
    const checked = checkSettings(experiment, { file, values: point, origin });
    if ('settings' in checked) points.push(checked.settings);
    else refused.add(() => writtenPoint(keys, values), checked.refusals);
  }
  if (refused.points > 0) throw refused.error(refused.points + points.length);
  const grid = new Map<string, readonly JsonValue[]>();
  for (const [a, axis] of axes.entries()) {
    const resolved = placesAlong(axes, a).map((point) => points[point]);
    checkDifferent(axis, resolved, file);
    for (const key of axis.keys) {
      grid.set(
        key,
        resolved.map((settings) => settings[key]),
      );
    }
  }
  return { settings: points[0], grid, points };
}

function checkCount(file: string, axes: readonly Axis[]): void {
  const counts = axes.map(({ places }) => places.length);
  const points = counts.reduce((product, count) => product * count, 1);
  if (points <= MOST_POINTS) return;
  const longest = axes[counts.indexOf(Math.max(...counts))];
  throw new UserError(
    `${longest.origin ?? file}: the grid has ${points.toLocaleString('en')} points (${counts.join(' x ')}); it must have at most ${MOST_POINTS.toLocaleString('en')}.`,
    {
      remedy: `Leave out values, of ${longest.keys.join(', ')} for example, or cut the sweep into several.`,
    },
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

/** The index of a point at each place of the a-th axis. */
function placesAlong(axes: readonly Axis[], a: number): number[] {
  const stride = axes.slice(a + 1).reduce((product, { places }) => product * places.length, 1);
  return axes[a].places.map((_, place) => place * stride);
}

/** @throws {UserError} if two places that are written differently mean the same. */
function checkDifferent(
  { keys, places, origin }: Axis,
  resolved: readonly Settings[],
  file: string,
): void {
  const seen = new Map<string, number>();
  for (const [index, settings] of resolved.entries()) {
    const text = inWords(keys.map((key) => settings[key]));
    const other = seen.get(text);
    seen.set(text, index);
    if (other === undefined) continue;
    const [one, two] = [other, index].map((i) => places[i].map(show).join(', '));
    throw new UserError(
      `${origin ?? file}: ${keys.join(', ')} is ${one} and ${two} in the grid, which mean the same; its values must differ.`,
    );
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
