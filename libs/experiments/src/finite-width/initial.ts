import { normals, streams, type Key } from '@resdiff/random';

/** More than there are widths, so that each width has coins of its own. */
const WIDTHS = 8192;

/**
 * How many of the coordinates of a draw begin above 0, each by a fair coin, given that one does: as
 * the coordinates are exchangeable, these may be the first.
 */
export function initiallyActive(width: number, key: Key, draw: number): number {
  for (let attempt = 0; ; attempt++) {
    const coins = normals(
      { key, stream: streams.embedding, draw, layer: attempt * WIDTHS + width },
      width,
    );
    const active = coins.reduce((count, coin) => count + (coin > 0 ? 1 : 0), 0);
    if (active > 0) return active;
  }
}

/** The state whose first `active` coordinates are x and the others -x. */
export function signedState(width: number, active: number, x: number): Float64Array {
  return new Float64Array(width).fill(-x).fill(x, 0, active);
}
