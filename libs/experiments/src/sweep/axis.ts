import { UserError } from '@resdiff/runtime';
import { inWords, show } from '../yaml-text.ts';

/** Keys of a grid that run over values together; mostly it is one key. */
export interface Axis {
  readonly keys: readonly string[];
  /** The values of the keys, one of each, at every place along the axis. */
  readonly places: readonly (readonly unknown[])[];
  /** Where the values come from if they are not simply in the file. */
  readonly origin?: string;
}

/** `width, depth` as keys. */
export function axisKeys(name: string): string[] {
  return name.split(',').map((key) => key.trim());
}

/**
 * The places of an axis whose values are written as `list`. Of several keys, a value is that of
 * all of them, and a list has one value for each.
 *
 * @throws {UserError} that begins with `refusal`, unless there are values, all different.
 */
export function axisPlaces(
  refusal: string,
  keys: readonly string[],
  list: readonly unknown[],
): readonly (readonly unknown[])[] {
  if (list.length === 0) throw new UserError(`${refusal}; it must hold at least one value.`);
  const seen = new Set<string>();
  return list.map((value) => {
    const place = placeOf(refusal, keys, value);
    const text = inWords(place);
    if (place.includes(null)) throw new UserError(`${refusal}; one of the values is empty.`);
    if (seen.has(text)) {
      throw new UserError(`${refusal}; its values must differ, and ${show(value)} is there twice.`);
    }
    seen.add(text);
    return place;
  });
}

function placeOf(refusal: string, keys: readonly string[], value: unknown): readonly unknown[] {
  if (keys.length === 1) return [value];
  if (!Array.isArray(value)) return keys.map(() => value);
  if (value.length === keys.length) return value;
  throw new UserError(
    `${refusal}; ${show(value)} must hold ${keys.length} values, one for each of ${keys.join(', ')}.`,
  );
}

/** The axis without keys that are `taken`, at places that differ; undefined if none is left. */
export function axisWithout(axis: Axis, taken: (key: string) => boolean): Axis | undefined {
  const left = [...axis.keys.keys()].filter((k) => !taken(axis.keys[k]));
  if (left.length === axis.keys.length) return axis;
  if (left.length === 0) return undefined;
  const places = axis.places.map((place) => left.map((k) => place[k]));
  return {
    ...axis,
    keys: left.map((k) => axis.keys[k]),
    places: [...new Map(places.map((place) => [inWords(place), place])).values()],
  };
}
