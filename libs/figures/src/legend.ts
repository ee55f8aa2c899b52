import type { GroupMark, Mark } from 'vega';
import type { Key } from './figure.ts';
import { constants, strokeIn, symbolIn, textMark } from './marks.ts';
import { textWidth } from './text.ts';
import { fillOpacity, legendFont, type SeriesStyle } from './theme.ts';

export interface LegendEntry {
  label: string;
  /** Marks in a box of the size of `swatchSize`. */
  swatch: Mark[];
}

/** How a series is drawn: with an area, a line, points. */
export interface SeriesMarks {
  filled?: boolean;
  line?: boolean;
  points?: boolean;
}

const swatchSize = { width: 30, height: 12 };
const middle = { x: swatchSize.width / 2, y: swatchSize.height / 2 };
const gap = { label: 7, entry: 22 };
const rowHeight = 20;

/** Swatches with labels from left to right, in as many rows as a width takes. */
export function legend(entries: LegendEntry[], width: number, top: number): Key {
  let x = 0;
  let row = 0;
  const marks = entries.map((entry, i) => {
    const entryWidth = swatchSize.width + gap.label + textWidth(entry.label, legendFont);
    if (x > 0 && x + entryWidth > width) {
      x = 0;
      row++;
    }
    const mark = entryMark(`legend-entry-${i}`, entry, x, top + row * rowHeight);
    x += entryWidth + gap.entry;
    return mark;
  });
  return { height: (row + 1) * rowHeight, marks };
}

function entryMark(name: string, { label, swatch }: LegendEntry, x: number, y: number): GroupMark {
  return {
    type: 'group',
    name,
    encode: { enter: constants({ x, y }) },
    marks: [
      ...swatch,
      textMark('legend-label', [label], {
        x: swatchSize.width + gap.label,
        y: middle.y + 0.36 * legendFont.size,
        fontSize: legendFont.size,
      }),
    ],
  };
}

/** An area, a line and a point in the style of a series, as far as the series has them. */
export function seriesSwatch(style: SeriesStyle, shown: SeriesMarks): Mark[] {
  const area: Mark = {
    type: 'rect',
    encode: { enter: constants({ ...swatchSize, fill: style.color, fillOpacity }) },
  };
  const line: Mark = {
    type: 'rule',
    encode: {
      enter: {
        ...constants({ x: 0, x2: swatchSize.width, y: middle.y, y2: middle.y }),
        ...strokeIn(style),
      },
    },
  };
  const point: Mark = {
    type: 'symbol',
    encode: { enter: { ...constants(middle), ...symbolIn(style) } },
  };
  return [
    ...(shown.filled ? [area] : []),
    ...(shown.line ? [line] : []),
    ...(shown.points ? [point] : []),
  ];
}

/** A symbol alone. */
export function symbolSwatch(symbol: Record<string, unknown>): Mark[] {
  return [{ type: 'symbol', encode: { enter: constants({ ...middle, ...symbol }) } }];
}
