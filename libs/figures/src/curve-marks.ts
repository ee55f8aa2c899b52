import type { PanelCurve } from './curve-data.ts';
import { fineLine, type SeriesStyle } from './theme.ts';

type CurveMarks = PanelCurve['marks'];

export function hasPoints(marks: CurveMarks): boolean {
  return marks === 'points' || marks === 'line and points';
}

export function hasLine(marks: CurveMarks): boolean {
  return marks !== 'points';
}

/** Noise would fill the gaps between dashes, so fine lines have none. */
export function lineStyle(style: SeriesStyle, marks: CurveMarks): SeriesStyle {
  return marks === 'fine line' ? { ...style, ...fineLine } : style;
}
