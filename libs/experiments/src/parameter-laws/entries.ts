import { INPUTS } from './settings.ts';

/**
 * An entry of the mean or of the covariance of the increments of all inputs, which are put one after
 * another into a vector of 2 D numbers: `row` and `column` number its entries.
 */
export interface Entry {
  readonly moment: 'drift' | 'covariance';
  readonly row: number;
  /** That of `row` for a drift. */
  readonly column: number;
}

/** The drifts, then the covariances with row <= column. */
export function entriesOf(width: number): Entry[] {
  const size = INPUTS * width;
  const rows = Array.from({ length: size }, (_, row) => row);
  return [
    ...rows.map((row): Entry => ({ moment: 'drift', row, column: row })),
    ...rows.flatMap((row) =>
      rows.slice(row).map((column): Entry => ({ moment: 'covariance', row, column })),
    ),
  ];
}
