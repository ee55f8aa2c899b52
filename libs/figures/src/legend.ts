import type { GroupMark } from 'vega';
import { constants, strokeIn, textMark } from './marks.ts';
import { textWidth } from './text.ts';
import { fillOpacity, legendFont, type SeriesStyle } from './theme.ts';

export interface LegendEntry {
  label: string;
  style: SeriesStyle;
  /** Whether the swatch shows the fill of a histogram behind the line. */
  filled: boolean;
}

export interface Legend {
  height: number;
  entries: GroupMark[];
}

const swatch = { width: 30, height: 12 };
const gap = { label: 7, entry: 22 };
const rowHeight = 20;

/** Swatches with labels from left to right, in as many rows as a width takes. */
export function legend(entries: LegendEntry[], width: number, top: number): Legend {
  let x = 0;
  let row = 0;
  const marks = entries.map((entry, i) => {
    const entryWidth = swatch.width + gap.label + textWidth(entry.label, legendFont);
    if (x > 0 && x + entryWidth > width) {
      x = 0;
      row++;
    }
    const mark = entryMark(`legend-entry-${i}`, entry, x, top + row * rowHeight);
    x += entryWidth + gap.entry;
    return mark;
  });
  return { height: (row + 1) * rowHeight, entries: marks };
}

function entryMark(
  name: string,
  { label, style, filled }: LegendEntry,
  x: number,
  y: number,
): GroupMark {
  const middle = swatch.height / 2;
  return {
    type: 'group',
    name,
    encode: { enter: constants({ x, y }) },
    marks: [
      ...(filled
        ? [
            {
              type: 'rect' as const,
              encode: { enter: constants({ ...swatch, fill: style.color, fillOpacity }) },
            },
          ]
        : []),
      {
        type: 'rule',
        encode: {
          enter: {
            ...constants({ x: 0, x2: swatch.width, y: middle, y2: middle }),
            ...strokeIn(style),
          },
        },
      },
      textMark('legend-label', [label], {
        x: swatch.width + gap.label,
        y: middle + 0.36 * legendFont.size,
        fontSize: legendFont.size,
      }),
    ],
  };
}
