/** Where a panel's plot lies in the figure, without its titles and axes. */
export interface Cell {
  x: number;
  y: number;
  width: number;
  height: number;
  column: number;
}

export interface CellLayout {
  width: number;
  height: number;
  cells: Cell[];
}

export const padding = 16;

/** The room around a plot for its titles and axes. */
const margin = { left: 60, right: 12, top: 34, bottom: 42 };

const mostColumns = 4;

/** Equal cells in rows of at most four, the rows as equally full as can be; one cell is larger. */
export function layoutCells(count: number): CellLayout {
  const rows = Math.ceil(count / mostColumns);
  const columns = Math.ceil(count / rows);
  const plot = count === 1 ? { width: 420, height: 280 } : { width: 236, height: 236 };
  const stepX = margin.left + plot.width + margin.right;
  const stepY = margin.top + plot.height + margin.bottom;
  const cells = Array.from({ length: count }, (_, i) => {
    const column = i % columns;
    const row = Math.floor(i / columns);
    const x = column * stepX + margin.left;
    const y = row * stepY + margin.top;
    return { x, y, ...plot, column };
  });
  return { width: columns * stepX, height: rows * stepY, cells };
}
