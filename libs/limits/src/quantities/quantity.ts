import { LimitParameterError, type Only, type Parameter } from './parameter.ts';

/** A value with the coordinates it belongs to, as in the summaries of runs. */
export interface QuantityRow {
  readonly quantity: string;
  readonly at: Readonly<Record<string, number | string>>;
  readonly value: number | string | boolean;
}

export interface ParameterDescription extends Omit<Parameter<unknown>, 'read'> {
  readonly name: string;
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

/** What parameters are once they are read. */
export type Values<Parameters> = {
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
    parameters: Object.entries(parameters).map(([name, parameter]) => described(name, parameter)),
    compute(given) {
      const values = readAll(name, parameters, given);
      const meant = Object.entries(values).filter(
        ([key]) => !unfulfilled(parameters[key], parameters, given),
      );
      return finite(rows(values), meant);
    },
  };
}

function described(name: string, parameter: Parameter<unknown>): ParameterDescription {
  const { description, expected, default: otherwise, structured, only } = parameter;
  return {
    name,
    description,
    expected,
    ...(otherwise !== undefined && { default: otherwise }),
    ...(structured && { structured }),
    ...(only && { only }),
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
  parameters: readonly (readonly [name: string, value: unknown])[],
): readonly QuantityRow[] {
  const lost = rows.find(({ value }) => typeof value === 'number' && !Number.isFinite(value));
  if (!lost) return rows;
  const at = Object.entries(lost.at).map(([key, value]) => `${key} = ${value}`);
  const numeric = parameters.filter(
    ([, value]) => typeof value === 'number' || Array.isArray(value),
  );
  const given = numeric.map(([name, value]) => `${name} = ${shown(value)}`);
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
    if (Object.hasOwn(parameters, name)) continue;
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
  for (const [name, parameter] of Object.entries(parameters)) {
    const only = given[name] === undefined ? undefined : unfulfilled(parameter, parameters, given);
    if (!only) continue;
    const other = shown(given[only.parameter] ?? parameters[only.parameter].default);
    throw new LimitParameterError(
      name,
      `${name} means nothing where ${only.parameter} is ${other}; ` +
        `leave it out, or let ${only.parameter} be ${only.values.join(' or ')}.`,
    );
  }
  return Object.fromEntries(values) as Values<Parameters>;
}

/** The parameters that mean something beside those that are given. */
export function parametersBeside(
  given: Readonly<Record<string, unknown>>,
  parameters: readonly ParameterDescription[],
): readonly ParameterDescription[] {
  const byName = Object.fromEntries(parameters.map((each) => [each.name, each]));
  return parameters.filter((each) => !unfulfilled(each, byName, given));
}

/** What another parameter must be and is not. */
function unfulfilled(
  { only }: Pick<Parameter<unknown>, 'only'>,
  parameters: Readonly<Record<string, Pick<Parameter<unknown>, 'default'>>>,
  given: Readonly<Record<string, unknown>>,
): Only | undefined {
  if (!only) return undefined;
  const value = given[only.parameter] ?? parameters[only.parameter].default;
  return only.values.some((each) => each === value) ? undefined : only;
}

function readOne(name: string, parameter: Parameter<unknown>, given: unknown): unknown {
  if (given === undefined) {
    throw new LimitParameterError(name, `${name} is missing; it must be ${parameter.expected}.`);
  }
  const value = parameter.read(given);
  if (value !== undefined) return value;
  throw new LimitParameterError(
    name,
    `${name} is ${shown(given)}; it must be ${parameter.expected}.`,
  );
}

/** How much of a value a message shows. */
const MOST_SHOWN = 80;

/** A value on one line of bounded length. */
function shown(value: unknown): string {
  const text = inWords(value);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}...` : text;
}

function inWords(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string' && value.trim() !== '') return value;
  const isList = Array.isArray(value) && value.length > 0;
  return isList && value.every((each) => typeof each === 'number')
    ? value.join(',')
    : JSON.stringify(value);
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
