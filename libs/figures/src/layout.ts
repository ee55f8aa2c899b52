/** Where a panel's plot lies in the figure, without its titles and axes. */
export interface Cell {
  x: number;
  y: number;
  width: number;
  height: number;
  column: number;
  /** Whether no other cell lies below. */
  lowest: boolean;
  /** The room left of the plot for its axis. */
  left: number;
}

export interface CellLayout {
  width: number;
  height: number;
  cells: Cell[];
}

export interface Grid {
  columns: number;
  plot: { width: number; height: number };
  /** The room left of the first column, as wide as its axes need. */
  left?: number;
  /** The room between plots; by default each has its own titles and axes. */
  gap?: { x?: number | undefined; y?: number | undefined };
}

export const padding = 16;

/** The room around a plot for its titles and axes. */
export const margin = { left: 60, right: 12, top: 34, bottom: 42 };

const mostColumns = 4;

/** The columns of rows of at most four, the rows as equally full as can be. */
export function evenColumns(count: number): number {
  return Math.ceil(count / Math.ceil(count / mostColumns));
}

/** Equal cells, row by row. */
export function layoutCells(count: number, grid: Grid): CellLayout {
  const { columns, plot, left = margin.left } = grid;
  const gapX = grid.gap?.x ?? left + margin.right;
  const gapY = grid.gap?.y ?? margin.top + margin.bottom;
  const rows = Math.ceil(count / columns);
  const cells = Array.from({ length: count }, (_, i) => {
    const column = i % columns;
    const row = Math.floor(i / columns);
    const x = left + column * (plot.width + gapX);
    const y = margin.top + row * (plot.height + gapY);
    return { x, y, ...plot, column, lowest: i + columns >= count, left };
  });
  return {
    width: left + columns * (plot.width + gapX) - gapX + margin.right,
    height: margin.top + rows * (plot.height + gapY) - gapY + margin.bottom,
    cells,
  };
}
