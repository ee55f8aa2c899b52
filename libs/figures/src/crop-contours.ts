import type { Contours } from './density-data.ts';

/** Densities on one grid, whose contours are to be drawn. */
export interface ContourGrid {
  x: number[];
  y: number[];
  contours: Contours[];
}

/** The part of the grid that the contours lie in, with some room around them. */
export function cropContours({ x, y, contours }: ContourGrid): ContourGrid {
  const inside = (column: number, row: number) =>
    contours.some(({ density, levels }) => density[row * x.length + column] >= Math.min(...levels));
  const columns = span(x.length, (column) => y.some((_, row) => inside(column, row)));
  const rows = span(y.length, (row) => x.some((_, column) => inside(column, row)));
  return {
    x: x.slice(...columns),
    y: y.slice(...rows),
    contours: contours.map(({ density, levels }) => ({
      levels,
      density: y
        .slice(...rows)
        .flatMap((_, row) =>
          density.slice(
            (rows[0] + row) * x.length + columns[0],
            (rows[0] + row) * x.length + columns[1],
          ),
        ),
    })),
  };
}

/** From the first to the last index that is inside, widened by a tenth; all when none is. */
function span(length: number, isInside: (index: number) => boolean): [start: number, end: number] {
  const inside = Array.from({ length }, (_, index) => isInside(index));
  const first = inside.indexOf(true);
  if (first < 0) return [0, length];
  const last = inside.lastIndexOf(true);
  const room = Math.ceil((last - first + 1) / 10);
  return [Math.max(0, first - room), Math.min(length, last + room + 1)];
}
