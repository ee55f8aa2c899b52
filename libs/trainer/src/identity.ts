/** What a training is, for one to be told from another: JSON that the caller chooses. */
export type Identity = Readonly<Record<string, unknown>>;

/** A checkpoint that is whole, but of another training. */
export class IdentityError extends Error {
  override readonly name = 'IdentityError';
  /** Where the identities differ: `optimizer.kind`. */
  readonly key: string;

  constructor({ key, stored, asked }: Difference) {
    super(
      `the checkpoint is of another training: its ${key} is ${shown(stored)}, not ${shown(asked)}`,
    );
    this.key = key;
  }
}

interface Difference {
  readonly key: string;
  readonly stored: unknown;
  readonly asked: unknown;
}

/** @throws {IdentityError} if two identities differ once they are JSON. */
export function checkIdentity(stored: Identity, asked: Identity): void {
  const difference = firstDifference(stored, JSON.parse(JSON.stringify(asked)));
  if (difference) throw new IdentityError(difference);
}

/** The first key, dotted, at which two JSON values differ. */
function firstDifference(stored: unknown, asked: unknown, key = ''): Difference | undefined {
  if (!isTree(stored) || !isTree(asked) || isList(stored) !== isList(asked)) {
    return stored === asked ? undefined : { key, stored, asked };
  }
  for (const name of new Set([...Object.keys(asked), ...Object.keys(stored)])) {
    const path = key === '' ? name : `${key}.${name}`;
    const difference = firstDifference(stored[name], asked[name], path);
    if (difference) return difference;
  }
  return undefined;
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isList(value: object): boolean {
  return Array.isArray(value);
}

/** A JSON value as messages show it. */
export function shown(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value);
}
