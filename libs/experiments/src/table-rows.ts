import { UserError } from '@resdiff/runtime';

/** As many as a report that holds its table in memory can take. */
const MOST_ROWS = 20_000_000;

/** @throws {UserError} if a table would have more rows than a report can hold. */
export function refuseTooManyRows(rows: number): void {
  if (rows <= MOST_ROWS) return;
  throw new UserError(
    `The table would have ${rows.toLocaleString('en')} rows; it may have ${MOST_ROWS.toLocaleString('en')}.`,
    { remedy: 'Take fewer draws.' },
  );
}
