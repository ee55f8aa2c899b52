import { activationNames, findActivation, type Activation } from '@resdiff/networks';

/** A parameter of a quantity: how users name it, and how it is read from text or a value. */
export interface Parameter<Value> {
  readonly description: string;
  /** What is taken where the user gives nothing; without it, the user must. */
  readonly default?: string;
  /** The value, or undefined if it is none. */
  readonly read: (given: unknown) => Value | undefined;
  /** What would be right, after "it must be". */
  readonly expected: string;
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
