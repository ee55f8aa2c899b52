import type { Numbers } from './arrays.ts';
import type { NumberFormat } from './numbers.ts';

/** A figure of matrices as colours: what `heatmapFigure` draws. */
export interface HeatmapData {
  title: string;
  /** A line below the title. */
  subtitle: string;
  xTitle: string;
  yTitle: string;
  colors: ColorAxis;
  /** Row by row. */
  panels: HeatmapPanel[];
  /** Of the grid; by default at most four, the rows as equally full as can be. */
  columns?: number | undefined;
}

/** How the numbers of all panels are coloured. */
export interface ColorAxis {
  title: string;
  /** From dark blue to light yellow, or from blue over white, at `middle`, to brown. */
  scheme: 'sequential' | 'diverging';
  /** Of a diverging scheme, 0 by default. */
  middle?: number | undefined;
  /**
   * By default that of the numbers of all panels, with `middle` in its middle for a diverging
   * scheme. Numbers outside have the colours of its ends.
   */
  domain?: readonly [min: number, max: number] | undefined;
  /** Of the labels; `percent` writes 0.85 as 85 %. */
  format?: NumberFormat | undefined;
}

export interface HeatmapPanel {
  title: string;
  /** The middles of the columns, equally spaced and increasing. */
  x: Numbers;
  /** The middles of the rows, likewise, from the bottom to the top. */
  y: Numbers;
  /**
   * Row-major, a row for each y: `values[j * x.length + i]` belongs to (`x[i]`, `y[j]`). NaN is
   * drawn in grey.
   */
  values: Numbers;
  /** The numbers that contours are drawn at; then no value may be NaN. */
  levels?: number[] | undefined;
}
