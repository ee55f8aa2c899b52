import type { GroupMark } from 'vega';
import type { ColorScale } from './color-scale.ts';
import { contourData, contourMark } from './contours.ts';
import type { HeatmapPanel } from './heatmap-data.ts';
import { pngUrl } from './indexed-png.ts';
import type { Cell } from './layout.ts';
import { constants, imageMark } from './marks.ts';
import { panelGroup } from './panel.ts';
import type { PanelSpans } from './span.ts';
import { heatmapContourStyle } from './theme.ts';
import { thinRaster, type Raster } from './thin.ts';

/** As many as the pixels across a panel in a PNG of twice its size, or somewhat fewer. */
const mostCells = 400;
/** Contours are straight between nodes; so many are a few pixels apart. */
const mostNodes = 121;
/** About as many pixels an image has across: renderers would smooth a small one to enlarge it. */
const imagePixels = 480;

/** A matrix as an image, with contours over it. */
export function heatmapPanel(
  name: string,
  panel: HeatmapPanel,
  cell: Cell,
  spans: PanelSpans,
  scale: ColorScale,
): GroupMark {
  const { x, y, values, levels = [] } = panel;
  const matrix = { width: x.length, height: y.length, values };
  const image = imageMark('cells', imageUrl(thinRaster(matrix, mostCells), scale), {
    x: 0,
    y: 0,
    width: cell.width,
    height: cell.height,
  });
  return panelGroup(name, cell, panel.title, spans.x, spans.y, [
    image,
    ...(levels.length > 0 ? [contourGroup(matrix, levels, cell)] : []),
  ]);
}

/** Contours between the middles of the outer cells; beyond them, they would close at the edges. */
function contourGroup(matrix: Raster, levels: number[], cell: Cell): GroupMark {
  const [x, y] = [cell.width / matrix.width / 2, cell.height / matrix.height / 2];
  const size = { width: cell.width - 2 * x, height: cell.height - 2 * y };
  const raster = thinRaster(matrix, mostNodes);
  return {
    type: 'group',
    name: 'contour-box',
    encode: { enter: constants({ x, y, ...size, clip: true }) },
    data: [contourData('contours', raster, levels, size)],
    marks: [contourMark('contours', heatmapContourStyle)],
  };
}

function imageUrl({ width, height, values }: Raster, { palette, indexOf }: ColorScale): string {
  const across = Math.max(1, Math.round(imagePixels / width));
  const down = Math.max(1, Math.round(imagePixels / height));
  const indices = Uint8Array.from(values, indexOf);
  const pixels = new Uint8Array(width * across * height * down);
  for (let row = 0; row < height * down; row++) {
    const from = (height - 1 - Math.floor(row / down)) * width;
    for (let column = 0; column < width * across; column++) {
      pixels[row * width * across + column] = indices[from + Math.floor(column / across)];
    }
  }
  return pngUrl({ width: width * across, height: height * down, pixels, palette });
}
