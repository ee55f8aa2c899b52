/** Says what is wrong with `value`, which stands at `path` in a file; undefined if nothing is. */
export type Shape = (value: unknown, path: string) => string | undefined;

const kind =
  (what: string, holds: (value: unknown) => boolean): Shape =>
  (value, path) =>
    holds(value)
      ? undefined
      : value === undefined
        ? `${path} is missing`
        : `${path} is ${brief(value)}, not ${what}`;

export const text = kind('a text', (value) => typeof value === 'string');
export const number = kind('a number', (value) => Number.isFinite(value));
export const truth = kind('true or false', (value) => typeof value === 'boolean');
export const count = kind('a count', (value) => Number.isSafeInteger(value) && Number(value) >= 0);
export const json = kind('a JSON value', (value) => value !== undefined);
export const sha256 = kind(
  'a SHA-256 in hexadecimal',
  (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value),
);

export const oneOf = (...values: readonly (string | null)[]): Shape =>
  kind(`one of ${values.join(', ')}`, (value) => (values as readonly unknown[]).includes(value));

export const either =
  (...shapes: readonly Shape[]): Shape =>
  (value, path) => {
    const problems = shapes.map((shape) => shape(value, path));
    return problems.includes(undefined) ? undefined : problems[0];
  };

export const optional =
  (shape: Shape): Shape =>
  (value, path) =>
    value === undefined ? undefined : shape(value, path);

// Where a value stands is spelled out only if there is a problem: a manifest has many values.

export const list =
  (item: Shape): Shape =>
  (value, path) => {
    if (!Array.isArray(value)) return kind('a list', () => false)(value, path);
    for (let index = 0; index < value.length; index++) {
      if (item(value[index], '') !== undefined) return item(value[index], `${path}[${index}]`);
    }
    return undefined;
  };

export const record =
  (item: Shape): Shape =>
  (value, path) => {
    if (!isRecord(value)) return kind('an object', () => false)(value, path);
    for (const key of Object.keys(value)) {
      if (item(value[key], '') !== undefined) return item(value[key], `${path}.${key}`);
    }
    return undefined;
  };

export const object = (members: Readonly<Record<string, Shape>>): Shape => {
  const entries = Object.entries(members);
  return (value, path) => {
    if (!isRecord(value)) {
      return kind('an object', () => false)(value, path === '' ? 'the content' : path);
    }
    for (const [key, shape] of entries) {
      if (shape(value[key], '') !== undefined) {
        return shape(value[key], path === '' ? key : `${path}.${key}`);
      }
    }
    return undefined;
  };
};

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function brief(value: unknown): string {
  const shown = JSON.stringify(value);
  return shown.length > 40 ? `${shown.slice(0, 40)}…` : shown;
}
