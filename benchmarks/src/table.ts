import type { Row } from './benchmark.ts';
import { operations } from './gpu/operations.ts';
import { spread } from './statistics.ts';

const header = ['', 'median', 'range', 'unit', 'ours is faster by', 'of the ceiling', 'bar'];
const CEILING = 5;
const ABSENT = '-';

/** The rows as text in aligned columns. */
export function formatTable(rows: readonly Row[]): string {
  const hasCeilings = rows.some(({ ceiling }) => ceiling);
  const cells = [header, ...rows.map(cellsOf)].map((row) =>
    row.filter((_, column) => column !== CEILING || hasCeilings),
  );
  // Why a row has no values may be long, and nothing stands behind it.
  const counted = (column: number) => cells.filter((row) => column < 2 || row[1] !== ABSENT);
  const widths = cells[0].map((_, column) =>
    Math.max(...counted(column).map((row) => row[column].length)),
  );
  return cells.map((row) => line(row, widths)).join('\n');
}

function cellsOf({ subject, unit, values, ours, ceiling, bar, missing }: Row): string[] {
  if (values.length === 0) return [subject, ABSENT, missing ?? '', '', '', '', ''];
  const { median } = spread(values);
  return [
    subject,
    number(median),
    range(values),
    unit,
    ours ? `${number(spread(ours).median)} x (${range(ours)})` : '',
    ceiling
      ? `${number(spread(ceiling.percents).median)} % of ${operations[ceiling.binds]} (${range(ceiling.percents)})`
      : '',
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
