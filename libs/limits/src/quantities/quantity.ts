import { LimitParameterError, type Parameter } from './parameter.ts';

/** A value with the coordinates it belongs to, as in the summaries of runs. */
export interface QuantityRow {
  readonly quantity: string;
  readonly at: Readonly<Record<string, number | string>>;
  readonly value: number | string | boolean;
}

export interface ParameterDescription {
  readonly name: string;
  readonly description: string;
  /** What would be right, such as "a positive integer". */
  readonly expected: string;
  readonly default?: string;
}

/** Something that the limits have a value for, by name. */
export interface LimitQuantity {
  readonly name: string;
  readonly description: string;
  readonly parameters: readonly ParameterDescription[];
  /**
   * @param given parameters by name, as text (of a command line) or as values.
   * @throws {LimitParameterError} if one is unknown, missing or not what it must be.
   * @throws {Error} that says why, where the quantity does not exist for these parameters.
   */
  readonly compute: (given: Readonly<Record<string, unknown>>) => readonly QuantityRow[];
}

type Values<Parameters> = {
  readonly [Name in keyof Parameters]: Parameters[Name] extends Parameter<infer Value>
    ? Value
    : never;
};

/** A quantity whose rows are computed from parameters that have been read and checked. */
export function quantity<Parameters extends Readonly<Record<string, Parameter<unknown>>>>(defined: {
  readonly name: string;
  readonly description: string;
  readonly parameters: Parameters;
  readonly rows: (values: Values<Parameters>) => readonly QuantityRow[];
}): LimitQuantity {
  const { name, description, parameters, rows } = defined;
  return {
    name,
    description,
    parameters: Object.entries(parameters).map(([name, parameter]) => ({
      name,
      description: parameter.description,
      expected: parameter.expected,
      ...(parameter.default !== undefined && { default: parameter.default }),
    })),
    compute(given) {
      const values = readAll(name, parameters, given);
      return finite(rows(values), values);
    },
  };
}

/** In the place of a correlation of a variable that does not vary. */
export const UNDEFINED = 'undefined';

export function correlationOf(covariance: number, variance: number): number | string {
  return variance === 0 ? UNDEFINED : covariance / variance;
}

/** @throws {RangeError} if a value is beyond the largest number, as JSON has none for it. */
function finite(
  rows: readonly QuantityRow[],
  parameters: Readonly<Record<string, unknown>>,
): readonly QuantityRow[] {
  const lost = rows.find(({ value }) => typeof value === 'number' && !Number.isFinite(value));
  if (!lost) return rows;
  const at = Object.entries(lost.at).map(([key, value]) => `${key} = ${value}`);
  const numeric = Object.entries(parameters).filter(
    ([, value]) => typeof value === 'number' || Array.isArray(value),
  );
  const given = numeric.map(([name, value]) => `${name} = ${String(value)}`);
  throw new RangeError(
    `${[lost.quantity, ...at].join(', ')}, leaves the numbers of 64 bits for ${given.join(', ')}; ` +
      `take some of these nearer to 1.`,
  );
}

function readAll<Parameters extends Readonly<Record<string, Parameter<unknown>>>>(
  quantityName: string,
  parameters: Parameters,
  given: Readonly<Record<string, unknown>>,
): Values<Parameters> {
  for (const name of Object.keys(given)) {
    if (name in parameters) continue;
    const names = Object.keys(parameters).join(', ');
    throw new LimitParameterError(
      name,
      `${quantityName} has no parameter ${name}; it has ${names}.`,
    );
  }
  const values = Object.entries(parameters).map(([name, parameter]) => [
    name,
    readOne(name, parameter, given[name] ?? parameter.default),
  ]);
  return Object.fromEntries(values) as Values<Parameters>;
}

function readOne(name: string, parameter: Parameter<unknown>, given: unknown): unknown {
  if (given === undefined) {
    throw new LimitParameterError(name, `${name} is missing; it must be ${parameter.expected}.`);
  }
  const value = parameter.read(given);
  if (value !== undefined) return value;
  const isWord = typeof given === 'string' && given.trim() !== '';
  const shown = isWord ? given : JSON.stringify(given);
  throw new LimitParameterError(name, `${name} is ${shown}; it must be ${parameter.expected}.`);
}

/** `value` for every pair i <= j of inputs, by row-major index. */
export function pairRows(
  quantity: string,
  z: readonly number[],
  matrix: ArrayLike<number>,
): QuantityRow[] {
  return z.flatMap((left, i) =>
    z.slice(i).map((right, offset) => ({
      quantity,
      at: { z: left, otherZ: right },
      value: matrix[i * z.length + i + offset],
    })),
  );
}

/** `value` for every input. */
export function inputRows(
  quantity: string,
  z: readonly number[],
  values: ArrayLike<number>,
): QuantityRow[] {
  return z.map((input, i) => ({ quantity, at: { z: input }, value: values[i] }));
}
