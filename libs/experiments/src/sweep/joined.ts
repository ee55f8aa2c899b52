import { canonicalJson } from '@resdiff/runtime';
import type { Experiment, Settings } from '../experiment.ts';
import { combinations } from './points.ts';

/**
 * The settings of one run that holds all these points: what the points agree on, and for each of
 * `keys`, whose settings are lists, the members of all of theirs. Seeds may differ.
 *
 * @returns undefined if points differ in anything else, if two of them have a combination of members
 *   in common, or, unless `gaps` are allowed, if none of them has some combination.
 */
export function joinLists<Resolved extends Settings>(
  points: readonly Resolved[],
  keys: readonly (keyof Resolved & string)[],
  { gaps = false }: { readonly gaps?: boolean } = {},
): Resolved | undefined {
  const [first] = points;
  const rest = (settings: Resolved) =>
    canonicalJson(
      Object.fromEntries(
        Object.entries(settings).filter(([key]) => key !== 'seed' && !keys.includes(key)),
      ),
    );
  const shared = rest(first);
  if (!points.every((settings) => rest(settings) === shared)) return undefined;
  const listOf = (settings: Resolved, key: string) => settings[key] as readonly (string | number)[];
  const seen = new Set<string>();
  for (const settings of points) {
    for (const members of combinations(keys.map((key) => listOf(settings, key)))) {
      const cell = canonicalJson(members);
      if (seen.has(cell)) return undefined;
      seen.add(cell);
    }
  }
  const lists = keys.map((key) => [...new Set(points.flatMap((point) => listOf(point, key)))]);
  const cells = lists.reduce((product, list) => product * list.length, 1);
  if (seen.size < cells && !gaps) return undefined;
  return { ...first, ...Object.fromEntries(keys.map((key, k) => [key, lists[k]])) };
}

/** The resolved settings of one run that holds all these points, if the experiment has such runs. */
export function joinedSettings(
  experiment: Experiment,
  points: readonly Settings[],
): Settings | undefined {
  const joined = experiment.joined?.(points);
  const parsed = joined && experiment.settings.safeParse(joined);
  return parsed?.success ? parsed.data : undefined;
}
