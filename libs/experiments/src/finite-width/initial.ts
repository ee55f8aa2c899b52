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

/** Mean, variance and skewness of how many of n coordinates begin above 0: of n fair coins given one. */
export function initialActivity(width: number) {
  const some = 1 - 2 ** -width;
  const [first, second, third] = [
    width / 2 / some,
    (width * (width - 1)) / 4 / some,
    (width * (width - 1) * (width - 2)) / 8 / some,
  ];
  const variance = second + first - first ** 2;
  // From factorial moments; of one coordinate, all of which begin above 0, it is 0 over 0.
  const cube = third + 3 * second + first - 3 * first * (second + first) + 2 * first ** 3;
  return { mean: first, variance, skewness: variance > 0 ? cube / variance ** 1.5 : 0 };
}
