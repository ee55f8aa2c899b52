import type { Data, Mark } from 'vega';
import { strokeIn } from './marks.ts';
import type { SeriesStyle } from './theme.ts';
import type { Raster } from './thin.ts';

/** The level sets of a raster as shapes, with the corner nodes in the corners of a rectangle. */
export function contourData(
  name: string,
  raster: Raster,
  levels: number[],
  { width, height }: { width: number; height: number },
): Data {
  // The transform takes the first node to be at (x1, y1) and nodes to be a unit apart.
  const grid = {
    ...raster,
    values: Array.from(raster.values),
    x1: 0.5,
    y1: 0.5,
    scale: [width / (raster.width - 1), -height / (raster.height - 1)],
    translate: [0, height],
  };
  return {
    name,
    values: [{ grid }],
    transform: [{ type: 'isocontour', field: 'grid', thresholds: levels, as: 'contour' }],
  };
}

export function contourMark(data: string, style: Omit<SeriesStyle, 'shape'>): Mark {
  return {
    type: 'shape',
    name: `${data}-lines`,
    from: { data },
    encode: { enter: strokeIn(style) },
    transform: [{ type: 'geoshape', field: 'datum.contour' }],
  };
}
