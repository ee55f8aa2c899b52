import type { Row } from './benchmark.ts';
import { spread } from './statistics.ts';

const header = ['', 'median', 'range', 'unit', 'ours is faster by', 'bar'];

/** The rows as text in aligned columns. */
export function formatTable(rows: readonly Row[]): string {
  const cells = [header, ...rows.map(cellsOf)];
  const widths = header.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  return cells.map((row) => line(row, widths)).join('\n');
}

function cellsOf({ subject, unit, values, ours, bar, missing }: Row): string[] {
  if (values.length === 0) return [subject, '-', missing ?? '', '', '', ''];
  const { median } = spread(values);
  return [
    subject,
    number(median),
    range(values),
    unit,
    ours ? `${number(spread(ours).median)} x (${range(ours)})` : '',
    bar ?? '',
  ];
}

function range(values: readonly number[]): string {
  const { least, most } = spread(values);
  return `${number(least)} - ${number(most)}`;
}

/** Three significant digits, or all before the point. */
function number(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function line(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) => (column === 1 ? cell.padStart(widths[1]) : cell.padEnd(widths[column])))
    .join('  ')
    .trimEnd();
}
