import type { Data, GroupMark, Mark } from 'vega';
import { cropContours } from './crop-contours.ts';
import type { JointDensity } from './density-data.ts';
import type { Cell } from './layout.ts';
import { strokeIn } from './marks.ts';
import { panelGroup } from './panel.ts';
import { contourWidth, referenceStyle, type SeriesStyle } from './theme.ts';
import { thinRaster, type Raster } from './thin.ts';

/** Contours are straight between the nodes of the grid; so many are a few pixels apart. */
const mostNodes = 81;

/** The contours of a joint density, on the part of its grid that they lie in. */
export function jointPanel(
  joint: JointDensity,
  cell: Cell,
  styleOf: (series: string) => SeriesStyle,
): GroupMark {
  const styles = joint.series.map(({ name }) => styleOf(name));
  if (joint.reference) styles.push(referenceStyle);
  const { x, y, contours } = cropContours({
    x: joint.x,
    y: joint.y,
    contours: joint.reference ? [...joint.series, joint.reference] : joint.series,
  });
  const data = contours.map(({ density, levels }, i) => {
    const raster = { width: x.length, height: y.length, values: density };
    return contourData(`contours${i}`, thinRaster(raster, mostNodes), levels, cell);
  });
  const xSpan = { title: joint.xTitle, min: x[0], max: x.at(-1)! };
  const ySpan = { title: joint.yTitle, min: y[0], max: y.at(-1)! };
  const marks = styles.map((style, i) => contourMark(`contours${i}`, style));
  return {
    ...panelGroup('joint-panel', cell, joint.title ?? '', xSpan, ySpan, marks),
    data,
  };
}

/** The level sets of a raster as shapes in the panel's pixels. */
function contourData(name: string, raster: Raster, levels: number[], cell: Cell): Data {
  // The transform takes the first node to be at (x1, y1) and nodes to be a unit apart.
  const grid = {
    ...raster,
    x1: 0.5,
    y1: 0.5,
    scale: [cell.width / (raster.width - 1), -cell.height / (raster.height - 1)],
    translate: [0, cell.height],
  };
  return {
    name,
    values: [{ grid }],
    transform: [{ type: 'isocontour', field: 'grid', thresholds: levels, as: 'contour' }],
  };
}

function contourMark(data: string, style: SeriesStyle): Mark {
  return {
    type: 'shape',
    name: `${data}-lines`,
    from: { data },
    encode: { enter: strokeIn({ ...style, width: contourWidth }) },
    transform: [{ type: 'geoshape', field: 'datum.contour' }],
  };
}
