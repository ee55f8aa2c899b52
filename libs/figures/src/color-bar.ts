import type { Mark } from 'vega';
import { axisTicks } from './axis-ticks.ts';
import { type ColorScale } from './color-scale.ts';
import type { Key } from './figure.ts';
import type { ColorAxis } from './heatmap-data.ts';
import { constants, imageMark, textMark } from './marks.ts';
import { pngUrl } from './indexed-png.ts';
import { shareOf } from './span.ts';
import { textWidth } from './text.ts';
import { axisLabelFont, config, legendFont } from './theme.ts';

const bar = { width: 240, height: 12 };
/** In pixels of the image: so many that a smoothing renderer leaves steps as they are. */
const samples = 2 * bar.width;
const tickLength = 4;
/** Beside the bar, which the first label sticks out into. */
const room = 16;
const titleHeight = 20;

/** A bar of all colours behind its title, or below where there is no room, over its labels. */
export function colorBar(axis: ColorAxis, scale: ColorScale, width: number, top: number): Key {
  const titleWidth = textWidth(axis.title, legendFont);
  const isBehind = titleWidth + 2 * room + bar.width <= width;
  const x = isBehind ? titleWidth + room : room;
  const y = isBehind ? top : top + titleHeight;
  const span = { scale: 'linear' as const, min: scale.min, max: scale.max };
  const pixels = Uint8Array.from({ length: samples }, (_, i) =>
    scale.indexOf(scale.min + ((i + 0.5) / samples) * (scale.max - scale.min)),
  );
  const url = pngUrl({ width: samples, height: 1, pixels, palette: scale.palette });
  const ticks = axisTicks(span, { format: axis.format }, 'x', bar.width);
  const marks: Mark[] = [
    textMark('color-title', [axis.title], {
      x: 0,
      y: top + bar.height / 2 + 0.36 * legendFont.size,
      fontSize: legendFont.size,
    }),
    imageMark('color-bar', url, { x, y, ...bar }),
    ...ticks.flatMap(({ value, label }, i): Mark[] => {
      const at = x + shareOf(span, value) * bar.width;
      const ends = { x: at, x2: at, y: y + bar.height, y2: y + bar.height + tickLength };
      return [
        {
          type: 'rule',
          name: `color-tick-${i}`,
          encode: { enter: constants({ ...ends, stroke: config.axis?.tickColor }) },
        },
        textMark(`color-label-${i}`, [label], {
          x: at,
          y: y + bar.height + tickLength + 2 + axisLabelFont.size,
          align: 'center',
          fontSize: axisLabelFont.size,
        }),
      ];
    }),
  ];
  return { height: y - top + bar.height + tickLength + 2 + axisLabelFont.size + 8, marks };
}
