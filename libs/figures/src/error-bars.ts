import type { EncodeEntry } from 'vega';
import type { Numbers } from './arrays.ts';
import { alongLine, type Pixel } from './clearest.ts';
import { strokeIn } from './marks.ts';
import {
  isInside,
  joined,
  onScales,
  onX,
  pixelAt,
  type Drawn,
  type Plot,
  type Points,
} from './plot.ts';
import type { SeriesStyle } from './theme.ts';

/** Half the length of the strokes that end an error bar. */
const capHalf = 3;

/** Each bar as far as it lies in the panel, with strokes at those ends that do. */
export function errorBars(
  curve: string,
  { x, y }: Points,
  halfWidths: Numbers,
  indices: number[],
  plot: Plot,
  style: SeriesStyle,
): Drawn {
  const { spans } = plot;
  const { min, max } = spans.y;
  const bars = indices
    .map((i) => ({ x: x[i], low: y[i] - halfWidths[i], high: y[i] + halfWidths[i] }))
    .filter((bar) => isInside(spans.x, bar.x) && bar.high >= min && bar.low <= max);
  const ends = bars
    .flatMap((bar) => [bar.low, bar.high].map((end) => ({ x: bar.x, y: end })))
    .filter(({ y }) => isInside(spans.y, y));
  const stroke = strokeIn({ ...style, dash: [], width: 1.2 });
  const rule = (name: string, values: object[], ends: EncodeEntry, pixels: Pixel[]): Drawn => ({
    data: [{ name: `${name}-at`, values }],
    marks: [
      {
        type: 'rule',
        name,
        from: { data: `${name}-at` },
        encode: { enter: { ...onScales, ...ends, ...stroke } },
      },
    ],
    pixels,
  });
  const shown = bars.map(({ x, low, high }) => ({
    x,
    y: Math.max(low, min),
    y2: Math.min(high, max),
  }));
  const pixels = shown.flatMap(({ x, y, y2 }) =>
    alongLine([pixelAt(plot, x, y), pixelAt(plot, x, y2)]),
  );
  const across = { x: { ...onX, offset: -capHalf }, x2: { ...onX, offset: capHalf } };
  return joined([
    rule(`${curve}-bars`, shown, { y2: { scale: 'y', field: 'y2' } }, pixels),
    rule(`${curve}-ends`, ends, across, []),
  ]);
}
