import type { Numbers } from './arrays.ts';
import type { Curve } from './density-data.ts';

/** At most `most` points of a curve, evenly picked, its ends included. */
export function thinCurve({ x, density }: Curve, most: number): Curve {
  if (x.length <= most) return { x, density };
  const picked = Array.from({ length: most }, (_, i) =>
    Math.round((i * (x.length - 1)) / (most - 1)),
  );
  return { x: picked.map((i) => x[i]), density: picked.map((i) => density[i]) };
}

/** A row-major grid of numbers. */
export interface Raster {
  width: number;
  height: number;
  values: Numbers;
}

/** The raster on at most `most` columns and rows between the same corners, interpolated linearly. */
export function thinRaster(raster: Raster, most: number): Raster {
  const width = Math.min(raster.width, most);
  const height = Math.min(raster.height, most);
  if (width === raster.width && height === raster.height) return raster;
  const at = (column: number, row: number) => raster.values[row * raster.width + column];
  const values = Array.from({ length: width * height }, (_, node) => {
    const [left, right] = neighbours(node % width, width, raster.width);
    const [below, above] = neighbours(Math.floor(node / width), height, raster.height);
    const alongBelow = mix(at(left.node, below.node), at(right.node, below.node), right.share);
    const alongAbove = mix(at(left.node, above.node), at(right.node, above.node), right.share);
    return mix(alongBelow, alongAbove, above.share);
  });
  return { width, height, values };
}

interface Neighbour {
  node: number;
  share: number;
}

/** The nodes of a finer axis on either side of a node of a thinned one, and their shares in it. */
function neighbours(index: number, thinned: number, full: number): [Neighbour, Neighbour] {
  const position = (index * (full - 1)) / (thinned - 1);
  const node = Math.min(Math.floor(position), full - 2);
  const share = position - node;
  return [
    { node, share: 1 - share },
    { node: node + 1, share },
  ];
}

function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}
