import {
  activationNames,
  covarianceForms,
  findActivation,
  isRows,
  readCovarianceSpec,
  type Activation,
  type CovarianceSpec,
} from '@resdiff/networks';

/** A parameter of a quantity: how users name it, and how it is read from text or a value. */
export interface Parameter<Value> {
  readonly description: string;
  /** What is taken where the user gives nothing; without it, the user must. */
  readonly default?: string;
  /** The value, or undefined if it is none. */
  readonly read: (given: unknown) => Value | undefined;
  /** What would be right, after "it must be". */
  readonly expected: string;
  /** It is a list or a mapping: text is JSON, or a name as it stands. */
  readonly structured?: true;
  /** What another parameter must be for this one to mean anything. */
  readonly only?: Only;
}

export interface Only {
  readonly parameter: string;
  readonly values: readonly string[];
}

/** A parameter of a quantity cannot be what was given; the message says what it must be. */
export class LimitParameterError extends Error {
  override readonly name = 'LimitParameterError';
  readonly parameter: string;

  constructor(parameter: string, message: string) {
    super(message);
    this.parameter = parameter;
  }
}

type Described<Value> = Pick<Parameter<Value>, 'description'> & { readonly default?: string };

export function activation(described: Described<Activation>): Parameter<Activation> {
  return {
    ...described,
    read: (given) => (typeof given === 'string' ? findActivation(given) : undefined),
    expected: `one of ${activationNames.join(', ')}`,
  };
}

export function oneOf<Name extends string>(
  names: readonly Name[],
  described: { readonly description: string; readonly default: Name },
): Parameter<Name> {
  return {
    ...described,
    read: (given) => names.find((name) => name === given),
    expected: `one of ${names.join(', ')}`,
  };
}

export function notNegative(described: Described<number>): Parameter<number> {
  return numeric(described, 'a finite number that is not negative', (value) => value >= 0);
}

export function positive(described: Described<number>): Parameter<number> {
  return numeric(described, 'a finite positive number', (value) => value > 0);
}

export function anyNumber(described: Described<number>): Parameter<number> {
  return numeric(described, 'a number', () => true);
}

export function positiveInteger(described: Described<number>): Parameter<number> {
  return numeric(described, 'a positive integer', isPositiveInteger);
}

/** From 1 to `most`, above which it would take too long. */
export function positiveIntegerUpTo(most: number, described: Described<number>): Parameter<number> {
  return numeric(
    described,
    `a positive integer, at most ${most}`,
    (value) => isPositiveInteger(value) && value <= most,
  );
}

/** One number or several: 0,1,2 or an array. */
export function numbers(described: Described<readonly number[]>): Parameter<readonly number[]> {
  return list(described, 'one number or several, separated by commas', () => true);
}

/** One correlation or several. */
export function correlations(
  described: Described<readonly number[]>,
): Parameter<readonly number[]> {
  return list(
    described,
    'one number from -1 to 1 or several, separated by commas',
    (value) => Math.abs(value) <= 1,
  );
}

/** One positive integer or several. */
export function positiveIntegers(
  described: Described<readonly number[]>,
): Parameter<readonly number[]> {
  return list(described, 'one positive integer or several, separated by commas', isPositiveInteger);
}

/** A covariance by name or inline. */
export function covariance(described: Described<CovarianceSpec>): Parameter<CovarianceSpec> {
  return structured(described, covarianceForms, readCovarianceSpec);
}

/** One vector or several of one length, each a row. */
export function vectors(described: Described<unknown>): Parameter<readonly (readonly number[])[]> {
  return structured(
    described,
    'rows of finite numbers, all of one length, such as [[1, 0], [0, 1]]',
    (data) => {
      if (!isRows(data) || data.length === 0 || data[0].length === 0) return undefined;
      const { length } = data[0];
      return data.every((row) => row.length === length && row.every(Number.isFinite))
        ? data
        : undefined;
    },
  );
}

/** A matrix by its rows, or a number for that times the identity. */
export function matrix(
  described: Described<number>,
): Parameter<number | readonly (readonly number[])[]> {
  return structured(
    described,
    'a number, for that times the identity, or rows such as [[1, 0], [0, 1]]',
    (data) => (isRows(data) ? data : toFinite(data)),
  );
}

/** A vector, or a number for every entry. */
export function vector(described: Described<number>): Parameter<number | readonly number[]> {
  return structured(described, 'a number, for every entry, or a list such as [1, 0]', (data) =>
    isRows([data]) ? (data as readonly number[]) : toFinite(data),
  );
}

function structured<Value>(
  described: Described<unknown>,
  expected: string,
  read: (data: unknown) => Value | undefined,
): Parameter<Value> {
  return { ...described, expected, structured: true, read: (given) => read(dataOf(given)) };
}

/** Text is JSON, or a name as it stands; what is no text is data already. */
export function dataOf(given: unknown): unknown {
  if (typeof given !== 'string') return given;
  try {
    return JSON.parse(given);
  } catch {
    return given;
  }
}

function toFinite(data: unknown): number | undefined {
  return typeof data === 'number' && Number.isFinite(data) ? data : undefined;
}

function list(
  described: Described<readonly number[]>,
  expected: string,
  accepts: (value: number) => boolean,
): Parameter<readonly number[]> {
  return {
    ...described,
    expected,
    read(given) {
      const parts: unknown[] = Array.isArray(given) ? given : String(given).split(',');
      const values = parts.map(toNumber);
      const right = values.every((value) => Number.isFinite(value) && accepts(value));
      return values.length > 0 && right ? values : undefined;
    },
  };
}

function numeric(
  described: Described<number>,
  expected: string,
  accepts: (value: number) => boolean,
): Parameter<number> {
  return {
    ...described,
    expected,
    read(given) {
      const value = toNumber(given);
      return Number.isFinite(value) && accepts(value) ? value : undefined;
    },
  };
}

function isPositiveInteger(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

function toNumber(given: unknown): number {
  if (typeof given === 'number') return given;
  return typeof given === 'string' && given.trim() !== '' ? Number(given) : NaN;
}
