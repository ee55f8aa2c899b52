import { extent } from './arrays.ts';
import { schemeColors, schemeSize, type Rgb } from './colors.ts';
import type { ColorAxis, HeatmapPanel } from './heatmap-data.ts';

/** The colours of the numbers of a figure. */
export interface ColorScale {
  min: number;
  max: number;
  /** The colours from `min` to `max`, then that of NaN. */
  palette: Rgb[];
  indexOf: (value: number) => number;
}

const missing: Rgb = [0xb4, 0xb4, 0xb4];

export function colorScale(
  { scheme, middle = 0, domain }: ColorAxis,
  panels: HeatmapPanel[],
): ColorScale {
  const found = domain ?? extentOf(panels);
  const [min, max] = domain ?? (scheme === 'diverging' ? around(middle, found) : found);
  // On either side of the middle the shades run through half of the scheme.
  const shareOf = (value: number) => {
    if (scheme === 'sequential') return (value - min) / (max - min);
    const side = value < middle ? middle - min : max - middle;
    return 0.5 + (value - middle) / (2 * side);
  };
  const indexOf = (value: number) => {
    if (Number.isNaN(value)) return schemeSize;
    return Math.round(Math.min(1, Math.max(0, shareOf(value))) * (schemeSize - 1));
  };
  return { min, max, palette: [...schemeColors(scheme), missing], indexOf };
}

function around(middle: number, [min, max]: readonly [number, number]): [number, number] {
  const side = Math.max(middle - min, max - middle) || 1;
  return [middle - side, middle + side];
}

function extentOf(panels: HeatmapPanel[]): [number, number] {
  const [min, max] = extent(panels.map(({ values }) => values)) ?? [0, 1];
  return min < max ? [min, max] : [min - 0.5, max + 0.5];
}
