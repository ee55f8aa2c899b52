/** `variance` times the identity. */
export interface IdentityCovariance {
  readonly name: 'identity';
  /** By default 1. */
  readonly variance?: number;
}

/** Independent coordinates. */
export interface DiagonalCovariance {
  readonly name: 'diagonal';
  readonly variances: readonly number[];
}

/** First-order autoregression: the entry (i, j) is variance * rho^|i - j|. */
export interface Ar1Covariance {
  readonly name: 'ar1';
  /** In [-1, 1]. */
  readonly rho: number;
  /** By default 1. */
  readonly variance?: number;
}

/** F F^T plus `variance` times the identity. */
export interface LowRankCovariance {
  readonly name: 'low-rank';
  /** F, size x rank, by rows. */
  readonly factor: readonly (readonly number[])[];
  /** By default 1; 0 leaves the low rank. */
  readonly variance?: number;
}

/** A covariance by name, as `identity` in short, or inline by its rows. */
export type CovarianceSpec =
  | 'identity'
  | IdentityCovariance
  | DiagonalCovariance
  | Ar1Covariance
  | LowRankCovariance
  | readonly (readonly number[])[];

export const covarianceNames = ['identity', 'diagonal', 'ar1', 'low-rank'] as const;

/** Every form of a spec by an example, to go on from "must be". */
export const covarianceForms =
  'identity, rows such as [[1, 0], [0, 1]], {name: identity, variance: 2}, {name: diagonal, variances: [1, 2]}, {name: ar1, rho: 0.5, variance: 1}, {name: low-rank, factor: [[1], [2]], variance: 1}';

/**
 * Data of users as a spec, with a variance of 1 where it is left out; undefined if it has none of the
 * forms. Shapes and values are for `covarianceMatrix` to refuse, which knows the size.
 */
export function readCovarianceSpec(data: unknown): CovarianceSpec | undefined {
  if (data === 'identity') return data;
  if (isRows(data)) return data;
  return isMapping(data) ? readNamed(data) : undefined;
}

/** Whether it is a list of lists of numbers, of whatever lengths. */
export function isRows(data: unknown): data is readonly (readonly number[])[] {
  return Array.isArray(data) && data.every(isNumbers);
}

const isNumber = (data: unknown) => typeof data === 'number';

function isNumbers(data: unknown): data is readonly number[] {
  return Array.isArray(data) && data.every(isNumber);
}

type Members = Readonly<Record<string, (data: unknown) => boolean>>;

const membersOf: Readonly<Record<(typeof covarianceNames)[number], Members>> = {
  identity: { variance: isNumber },
  diagonal: { variances: isNumbers },
  ar1: { rho: isNumber, variance: isNumber },
  'low-rank': { factor: isRows, variance: isNumber },
};

function readNamed(data: Readonly<Record<string, unknown>>): CovarianceSpec | undefined {
  const name = covarianceNames.find((known) => known === data.name);
  if (name === undefined) return undefined;
  const given: Readonly<Record<string, unknown>> = { variance: 1, ...data };
  const members = Object.entries(membersOf[name]);
  const known = ['name', ...members.map(([key]) => key)];
  const right =
    Object.keys(data).every((key) => known.includes(key)) &&
    members.every(([key, accepts]) => accepts(given[key]));
  if (!right) return undefined;
  const read = members.map(([key]) => [key, given[key]]);
  return { name, ...Object.fromEntries(read) } as CovarianceSpec;
}

function isMapping(data: unknown): data is Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}
