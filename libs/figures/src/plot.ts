import type { Data, Mark } from 'vega';
import type { Numbers } from './arrays.ts';
import type { Pixel } from './clearest.ts';
import type { Cell } from './layout.ts';
import { shareOf, type AxisSpan, type PanelSpans } from './span.ts';

/** Where in a figure, and in which axes, a panel draws. */
export interface Plot {
  cell: Cell;
  spans: PanelSpans;
}

/** What is drawn of one curve, band or bundle. */
export interface Drawn {
  data: Data[];
  marks: Mark[];
  /** Where no text should be. */
  pixels: Pixel[];
}

/** All parts as one. */
export function joined(parts: Drawn[]): Drawn {
  return {
    data: parts.flatMap(({ data }) => data),
    marks: parts.flatMap(({ marks }) => marks),
    pixels: parts.flatMap(({ pixels }) => pixels),
  };
}

/** A curve's points. */
export interface Points {
  x: Numbers;
  y: Numbers;
}

/** Encodings of the fields `x` and `y` in the scales of a panel. */
export const onX = { scale: 'x', field: 'x' };
export const onScales = { x: onX, y: { scale: 'y', field: 'y' } };

export function isInside({ min, max }: AxisSpan, value: number): boolean {
  return value >= min && value <= max;
}

/** Where a point is in a panel; what is outside stays outside, but not far. */
export function pixelAt({ cell, spans }: Plot, x: number, y: number): Pixel {
  const near = (share: number) => Math.min(2, Math.max(-1, share));
  return {
    x: near(shareOf(spans.x, x)) * cell.width,
    y: near(1 - shareOf(spans.y, y)) * cell.height,
  };
}
