import { inspect } from 'node:util';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}

export function isJsonObject(value: unknown): value is JsonObject {
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
  // Strings joined piece by piece are slow to collect for a value of many thousand members.
  const sorted = sortedCopy(value);
  return sorted === unsortable ? joined(value) : JSON.stringify(sorted);
}

const unsortable = Symbol('an object of which no copy keeps its keys in their order');

/** Names that an object does not keep where they are put: array indices come first. */
const unruly = /^(\d+|__proto__)$/;

function sortedCopy(value: JsonValue): JsonValue | typeof unsortable {
  if (typeof value !== 'object' || value === null) {
    return checked(value);
  }
  if (Array.isArray(value)) {
    const copies = value.map(sortedCopy);
    return copies.includes(unsortable) ? unsortable : (copies as JsonValue[]);
  }
  const object = value as JsonObject;
  const copy: Record<string, JsonValue> = {};
  for (const key of sortedKeys(object)) {
    const member = sortedCopy(object[key]);
    if (member === unsortable || unruly.test(key)) {
      return unsortable;
    }
    copy[key] = member;
  }
  return copy;
}

function joined(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) {
    return JSON.stringify(checked(value));
  }
  if (Array.isArray(value)) {
    return `[${value.map(joined).join(',')}]`;
  }
  const object = value as JsonObject;
  const members = sortedKeys(object).map((key) => `${JSON.stringify(key)}:${joined(object[key])}`);
  return `{${members.join(',')}}`;
}

/** @throws {TypeError} for what is not a JSON value. */
function checked(value: JsonValue): JsonValue {
  const holds =
    value === null ||
    typeof value === 'boolean' ||
    typeof value === 'string' ||
    (typeof value === 'number' && Number.isFinite(value));
  if (!holds) {
    throw new TypeError(`${inspect(value)} is not a JSON value`);
  }
  return value;
}

function sortedKeys(value: object): string[] {
  const keys = Object.keys(value);
  for (let index = 1; index < keys.length; index++) {
    if (keys[index] < keys[index - 1]) {
      return keys.sort();
    }
  }
  return keys;
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
