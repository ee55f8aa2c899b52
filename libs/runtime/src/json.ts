import { inspect } from 'node:util';

export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export function isJsonObject(value: unknown): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The JSON text of `value` with the keys of every object sorted by code unit and no white space, so
 * that equal values have equal texts.
 *
 * @throws {TypeError} for what JSON cannot hold (NaN, infinities, undefined, functions): such a
 * value would come back as another one.
 */
export function canonicalJson(value: JsonValue): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') {
    return JSON.stringify(value);
  }
  if (typeof value === 'number' && Number.isFinite(value)) {
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    return `[${value.map(canonicalJson).join(',')}]`;
  }
  if (isJsonObject(value)) {
    const members = Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`);
    return `{${members.join(',')}}`;
  }
  throw new TypeError(`${inspect(value)} is not a JSON value`);
}

/** A place where two JSON values differ; a side that lacks the place is undefined. */
export interface JsonDifference {
  /** Keys and indices joined by dots, such as `depths.2`; empty for the whole value. */
  readonly path: string;
  readonly left: JsonValue | undefined;
  readonly right: JsonValue | undefined;
}

/** Every place where `left` and `right` differ, in the order of the keys. */
export function jsonDifferences(
  left: JsonValue | undefined,
  right: JsonValue | undefined,
  path = '',
): JsonDifference[] {
  if (isJsonObject(left) && isJsonObject(right)) {
    const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
    return keys.flatMap((key) =>
      jsonDifferences(left[key], right[key], path === '' ? key : `${path}.${key}`),
    );
  }
  const equal =
    left === undefined || right === undefined
      ? left === right
      : canonicalJson(left) === canonicalJson(right);
  return equal ? [] : [{ path, left, right }];
}
