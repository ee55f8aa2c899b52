import type { Coordinates, Estimate } from '@resdiff/experiments';
import { shellWord } from '@resdiff/runtime';

/** Columns of text, the first left-aligned, the others as `align` says. */
export function table(rows: readonly (readonly string[])[], align: string): string {
  const widths = Array.from(align, (_, column) =>
    rows.reduce((most, row) => Math.max(most, (row[column] ?? '').length), 0),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          align[column] === 'r' ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function seconds(value: number): string {
  if (value < 1) return `${(value * 1000).toFixed(0)} ms`;
  if (value < 100) return `${value.toFixed(1)} s`;
  if (value < 7200) return `${Math.round(value / 60)} min`;
  return `${(value / 3600).toFixed(1)} h`;
}

export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, value)) / 10));
  const scaled = value / 1024 ** power;
  return `${scaled.toFixed(power === 0 || scaled >= 100 ? 0 : 1)} ${units[power]}`;
}

export function count(value: number): string {
  return value < 1e7 ? value.toLocaleString('en') : value.toExponential(2);
}

/** A count with its noun: `1 shard`, `2 shards`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** Estimates as a table for a person, with z in brackets where they are not judged. */
export function estimates(rows: readonly Estimate[], judged: ReadonlySet<Estimate>): string {
  const header = ['quantity', 'at', 'value', 'std. error', 'expected', 'z'];
  const deviations = rows.map((each) => deviation(each, judged.has(each)));
  // The digits of a z without brackets stand above those of one with them.
  const end = deviations.some((text) => text.endsWith(')')) ? ' ' : '';
  const cells = rows.map(({ quantity, at, value, se, expected }, row) => [
    quantity,
    coordinates(at),
    number(value),
    number(se),
    number(expected),
    deviations[row].endsWith(')') ? deviations[row] : `${deviations[row]}${end}`,
  ]);
  return table([header, ...cells], 'llrrrr');
}

function deviation({ z }: Estimate, isJudged: boolean): string {
  if (z === null) return '';
  const digits = `${z < 0 ? '' : '+'}${z.toFixed(2)}`;
  return isJudged ? digits : `(${digits})`;
}

/** What a value belongs to, in words: `resnet, z = 1`. */
export function coordinates(at: Coordinates): string {
  return Object.entries(at)
    .map(([key, value]) => (typeof value === 'string' ? value : `${key} = ${words(value)}`))
    .join(', ');
}

/** Below this a number is a rounding error of 0. */
const ROUNDING = 1e-12;

function number(value: number | null): string {
  if (value === null) return '-';
  const size = Math.abs(value);
  if (size <= ROUNDING) return (0).toFixed(5);
  return size < 1e-4 || size >= 1e6 ? value.toExponential(3) : value.toFixed(5);
}

/** A setting or a coordinate, in words: `1, 2`, and what is nested as in YAML, `{name: ar1, rho: 0.6}`. */
export function words(value: unknown): string {
  return Array.isArray(value) ? value.map(flow).join(', ') : flow(value);
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([key, member]) => `${key}: ${flow(member)}`);
  return `{${entries.join(', ')}}`;
}

/** Words as a shell takes them. */
export function shellWords(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}

/** The command line of this process, as a shell takes it. */
export function commandLine(): string {
  return shellWords(['npx', 'resdiff', ...process.argv.slice(2)]);
}
