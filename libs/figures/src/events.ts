import type { Mark } from 'vega';
import type { Pixel } from './clearest.ts';
import type { PanelEvent } from './curve-data.ts';
import { constants } from './marks.ts';
import { isInside, type Drawn, type Plot } from './plot.ts';
import { shareOf } from './span.ts';
import { crossSymbol, type SeriesStyle } from './theme.ts';

const eventTop = 7;
const eventStep = 11;

/** Crosses at the top edge, below each other where they are at one `x`. */
export function eventMarks(
  events: PanelEvent[],
  { cell, spans }: Plot,
  styleOf: (series: string) => SeriesStyle,
): Drawn {
  const columns: number[] = [];
  const shown = events.filter(({ x }) => isInside(spans.x, x));
  const pixels = shown.map((event): Pixel => {
    const x = shareOf(spans.x, event.x) * cell.width;
    const before = columns.filter((other) => Math.abs(other - x) < eventStep).length;
    columns.push(x);
    return { x, y: eventTop + before * eventStep };
  });
  const marks = shown.map(({ name }, i): Mark => {
    const cross = { ...crossSymbol, ...pixels[i], stroke: styleOf(name).color };
    return { type: 'symbol', name: `event${i}`, encode: { enter: constants(cross) } };
  });
  const half = Math.sqrt(crossSymbol.size) / 2;
  const corners = pixels.flatMap(({ x, y }) =>
    [-half, half].flatMap((side) => [-half, half].map((up) => ({ x: x + side, y: y + up }))),
  );
  return { data: [], marks, pixels: corners };
}
