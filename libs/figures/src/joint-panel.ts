import type { GroupMark } from 'vega';
import { contourData, contourMark } from './contours.ts';
import { cropContours } from './crop-contours.ts';
import type { JointDensity } from './density-data.ts';
import type { Cell } from './layout.ts';
import { panelGroup } from './panel.ts';
import { linearSpan } from './span.ts';
import { contourWidth, referenceStyles, type SeriesStyle } from './theme.ts';
import { thinRaster } from './thin.ts';

/** Contours are straight between the nodes of the grid; so many are a few pixels apart. */
const mostNodes = 81;

/** The contours of a joint density, on the part of its grid that they lie in. */
export function jointPanel(
  joint: JointDensity,
  cell: Cell,
  styleOf: (series: string) => SeriesStyle,
): GroupMark {
  const styles = joint.series.map(({ name }) => styleOf(name));
  if (joint.reference) styles.push(referenceStyles[0]);
  const { x, y, contours } = cropContours({
    x: joint.x,
    y: joint.y,
    contours: joint.reference ? [...joint.series, joint.reference] : joint.series,
  });
  const data = contours.map(({ density, levels }, i) => {
    const raster = { width: x.length, height: y.length, values: density };
    return contourData(`contours${i}`, thinRaster(raster, mostNodes), levels, cell);
  });
  const xSpan = linearSpan(joint.xTitle, x[0], x.at(-1)!);
  const ySpan = linearSpan(joint.yTitle, y[0], y.at(-1)!);
  const marks = styles.map((style, i) =>
    contourMark(`contours${i}`, { ...style, width: contourWidth }),
  );
  return {
    ...panelGroup('joint-panel', cell, joint.title ?? '', xSpan, ySpan, marks),
    data,
  };
}
