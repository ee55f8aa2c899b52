import type { Numbers } from './arrays.ts';
import type { NumberFormat } from './numbers.ts';
import type { ScaleType } from './span.ts';

/** A figure of panels of curves: what `curvesFigure` draws. */
export interface CurvesData {
  title: string;
  /** A line below the title, such as `tanh, 20,000 images, 5 seeds`. */
  subtitle: string;
  /** In the order of the legend and of drawing. */
  series: CurveSeries[];
  /** The axes of all panels but those that have their own. */
  x: CurveAxis;
  y: CurveAxis;
  /** Row by row. */
  panels: CurvesPanel[];
  /** Of the grid; by default at most four, the rows as equally full as can be. */
  columns?: number | undefined;
}

export interface CurveSeries {
  name: string;
  label: string;
  /**
   * Drawn in black over the others, as theory is over measurements. At most four series are
   * references, and at most eight are not.
   */
  reference?: boolean | undefined;
}

/**
 * An axis. Inner panels do not repeat its title, nor, when it is shared, its labels.
 */
export interface CurveAxis extends PanelAxis {
  title: string;
  /** Whether all panels have one domain, which holds the data of all. */
  shared?: boolean | undefined;
}

/** What a panel changes in an axis; what is undefined stays as it is in the figure. */
export interface PanelAxis {
  title?: string | undefined;
  /** Linear by default. */
  scale?: ScaleType | undefined;
  /** By default from the data, with room around them. What lies outside is not drawn. */
  domain?: readonly [min: number, max: number] | undefined;
  /** The numbers to mark; those outside of the domain are left out. */
  ticks?: Numbers | undefined;
  /** Of labels; `percent` writes 0.85 as 85 %. */
  format?: NumberFormat | undefined;
}

/** A panel. Each `name` is that of a series. */
export interface CurvesPanel {
  title: string;
  x?: PanelAxis | undefined;
  y?: PanelAxis | undefined;
  /** Translucent areas, such as those between two quantiles. */
  bands?: Band[] | undefined;
  /** Many thin curves of one series, such as draws of a random function. */
  bundles?: Bundle[] | undefined;
  curves?: PanelCurve[] | undefined;
  /** Straight lines across the panel at a number. */
  rules?: Rule[] | undefined;
  /** Crosses at the top edge, such as where a training diverged. */
  events?: PanelEvent[] | undefined;
  /** A text in the panel, such as `standard: diverged`. */
  note?: Note | undefined;
}

export interface PanelCurve {
  name: string;
  /** Increasing. */
  x: Numbers;
  /** As many as `x`; NaN leaves a gap. */
  y: Numbers;
  /** `line` by default; a `fine line` is thin and solid, as suits noise. */
  marks?: 'line' | 'fine line' | 'points' | 'line and points' | undefined;
  /** Half the lengths of error bars, as many as `x`; NaN leaves one out. */
  halfWidths?: Numbers | undefined;
}

export interface Band {
  name: string;
  /** Increasing. */
  x: Numbers;
  /** As many as `x`; NaN in either leaves a gap. */
  low: Numbers;
  high: Numbers;
}

export interface Bundle {
  name: string;
  /** Increasing. */
  x: Numbers;
  /** Curves over `x`, each with as many numbers; NaN leaves a gap. */
  ys: Numbers[];
}

export interface Rule {
  /** The axis that `at` is on: a rule at a `y` is horizontal. */
  axis: 'x' | 'y';
  at: number;
  /** Beside the rule, where it covers the least. */
  label?: string | undefined;
  /** Whether the label is in the legend and not in the panel. */
  listed?: boolean | undefined;
  /** The series whose colour it has; grey by default. */
  name?: string | undefined;
}

export interface PanelEvent {
  name: string;
  x: number;
  /** In the legend, once for each label. */
  label: string;
}

export interface Note {
  text: string;
  /** By default the corner where it covers the least. */
  at?: NotePlace | undefined;
}

export type NotePlace = 'top left' | 'top right' | 'bottom left' | 'bottom right' | 'centre';
