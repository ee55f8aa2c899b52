import { InvalidArgumentError, Option, type CommandUnknownOpts } from '@commander-js/extra-typings';
import {
  CurvatureError,
  dataOf,
  ExplosionError,
  findLimitQuantity,
  LimitParameterError,
  limitQuantities,
  NoConvolutionalLimitError,
  NoDiffusionLimitError,
  NoEdgeOfChaosError,
  parametersBeside,
  type LimitQuantity,
  type ParameterDescription,
  type QuantityRow,
} from '@resdiff/limits';
import { suggestion, UserError } from '@resdiff/runtime';
import { coordinates, shellWords, table } from '../format.ts';
import { readStructured } from '../limits-structured.ts';
import { jsonOption } from '../options.ts';
import { openTerminal, reportError, type TerminalOptions } from '../terminal.ts';

/** Significant digits of the numbers of a table; JSON has them all. */
const DIGITS = 8;

/** Adds a command for each quantity, with its parameters as options. */
export function addQuantities(limits: CommandUnknownOpts): void {
  limits.commandsGroup('Quantities:').configureHelp({ subcommandTerm: (each) => each.name() });
  for (const quantity of limitQuantities) {
    const command = limits
      .command(quantity.name)
      .summary(quantity.description)
      .description(`Prints ${quantity.description}.`)
      .showHelpAfterError(`(see resdiff limits ${quantity.name} --help)`);
    for (const parameter of quantity.parameters) addParameter(command, parameter);
    command
      .addOption(jsonOption())
      .allowExcessArguments()
      .action(async (given) => {
        const { json, ...parameters } = { ...limits.opts(), ...given } as TerminalOptions;
        process.exitCode =
          command.args.length > 0
            ? refuseWords(quantity, command.args, { json })
            : await printQuantity(quantity, parameters, { json });
      });
  }
}

function addParameter(command: CommandUnknownOpts, parameter: ParameterDescription): void {
  const { name, description, expected, structured } = parameter;
  const source = structured ? ', or {file: PATH} of that' : '';
  const otherwise = parameter.default === undefined ? '' : ` (default: ${parameter.default})`;
  const help = `${description}${where(parameter)}: ${expected}${source}${otherwise}`;
  const option = (flags: string) => new Option(flags, help).argParser(once);
  command.addOption(option(`${flag(name)} <value>`));
  if (flag(name) !== `--${name}`) command.addOption(option(`--${name} <value>`).hideHelp());
}

/** @throws {InvalidArgumentError} if the parameter has been given already, of which one would be lost. */
function once(value: string, before: string | undefined): string {
  if (before === undefined) return value;
  throw new InvalidArgumentError(
    `It is given a second time, after '${before}'; give it once, a list with commas.`,
  );
}

/** What another parameter must be for this one to mean anything. */
function where({ only }: ParameterDescription): string {
  return only ? `, where ${only.parameter} is ${only.values.join(' or ')}` : '';
}

/** `--sigma-w` for sigmaW. */
function flag(name: string): string {
  return `--${name.replace(/(?<=[a-z])[A-Z]/g, (hump) => `-${hump.toLowerCase()}`)}`;
}

/** `resdiff limits`: every quantity with its parameters. Returns the exit code. */
export function listQuantities(asked: string | undefined, options: TerminalOptions): number {
  const terminal = openTerminal(options);
  if (asked !== undefined && !findLimitQuantity(asked)) {
    const names = limitQuantities.map((quantity) => quantity.name);
    return reportError(
      new UserError(
        `There is no quantity ${asked}${suggestion(asked, names)}; there are ${names.join(', ')}.`,
      ),
      terminal,
    );
  }
  for (const { name, description, parameters } of limitQuantities) {
    const defaults = parametersBeside({}, parameters).map(
      (each) => `${flag(each.name)} ${shellWords([each.default ?? '<value>'])}`,
    );
    terminal.say(`${name}: ${description}\n  ${defaults.join(' ')}`);
  }
  const described = new Map(
    limitQuantities
      .flatMap(({ parameters }) => {
        const shown = parametersBeside({}, parameters);
        return parameters.map((each) => [
          `  ${flag(each.name)}`,
          `${each.description}${shown.includes(each) ? '' : where(each)}`,
        ]);
      })
      .map(([option, description]) => [`${option} ${description}`, [option, description]]),
  );
  terminal.say(
    `\nParameters, shown above with their defaults:\n${table([...described.values()], 'll')}`,
  );
  terminal.result(
    limitQuantities.map(({ name, description, parameters }) => ({ name, description, parameters })),
  );
  return 0;
}

/** Words that belong to no option: mostly the rest of a list that was written with spaces. */
function refuseWords(
  { name }: LimitQuantity,
  words: readonly string[],
  options: TerminalOptions,
): number {
  const message = `limits ${name}: ${words.join(' ')} belongs to no option; parameters are options, and lists are written with commas and no spaces, as in --z 0,1,2.`;
  return reportError(new UserError(message), openTerminal(options));
}

/** `resdiff limits NAME`. Returns the exit code. */
async function printQuantity(
  quantity: LimitQuantity,
  options: Readonly<Record<string, unknown>>,
  output: TerminalOptions,
): Promise<number> {
  const terminal = openTerminal(output);
  try {
    const given = await readStructured(quantity, options);
    const rows = compute(quantity, given);
    if (!terminal.json) terminal.say(inWords(rows));
    const defaults: Record<string, unknown> = Object.fromEntries(
      parametersBeside(given, quantity.parameters).map(
        ({ name, default: value = null, structured }) => [name, structured ? dataOf(value) : value],
      ),
    );
    terminal.result({
      name: quantity.name,
      parameters: { ...defaults, ...given },
      rows,
    });
    return 0;
  } catch (error) {
    return reportError(error, terminal);
  }
}

const refusals = [
  LimitParameterError,
  NoDiffusionLimitError,
  CurvatureError,
  ExplosionError,
  NoConvolutionalLimitError,
  NoEdgeOfChaosError,
  RangeError,
];

/** @throws {UserError} if a parameter is wrong, or the quantity does not exist for these. */
function compute(quantity: LimitQuantity, given: Readonly<Record<string, unknown>>) {
  try {
    return quantity.compute(given);
  } catch (error) {
    if (!(error instanceof Error) || !refusals.some((refusal) => error instanceof refusal)) {
      throw error;
    }
    throw new UserError(`limits ${quantity.name}: ${error.message}`, { cause: error });
  }
}

/** Values as a table, and sentences below it. */
function inWords(rows: readonly QuantityRow[]): string {
  const sentences = rows.filter(({ value }) => isSentence(value));
  const values = rows.filter(({ value }) => !isSentence(value));
  const cells = values.map(({ quantity, at, value }) => [quantity, place(at), shown(value)]);
  const align = values.every(({ value }) => typeof value === 'number') ? 'llr' : 'lll';
  const parts = [
    ...(cells.length > 0 ? [table([['quantity', 'at', 'value'], ...cells], align)] : []),
    ...sentences.map(
      ({ quantity, at, value }) => `\n${quantity}, ${place(at)}:\n  ${shown(value)}`,
    ),
  ];
  return parts.join('\n');
}

function isSentence(value: QuantityRow['value']): boolean {
  return typeof value === 'string' && value.includes(' ');
}

/** What a value belongs to, with no more digits than values have. */
function place(at: QuantityRow['at']): string {
  const rounded = Object.entries(at).map(([key, value]) => [
    key,
    typeof value === 'number' ? Number(value.toPrecision(DIGITS)) : value,
  ]);
  return coordinates(Object.fromEntries(rounded) as QuantityRow['at']);
}

function shown(value: QuantityRow['value']): string {
  if (typeof value === 'number') return value.toPrecision(DIGITS);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return value;
}
