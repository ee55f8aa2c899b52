/**
 * The roots of f at which it changes sign between neighbours of an increasing grid, by bisection to
 * the last bit.
 */
export function signChanges(f: (x: number) => number, grid: readonly number[]): number[] {
  const values = grid.map(f);
  return grid.slice(1).flatMap((right, i) => {
    const [before, after] = [values[i], values[i + 1]];
    if (after === 0) return [right];
    return before * after < 0 ? [bisect(f, grid[i], right, before)] : [];
  });
}

function bisect(f: (x: number) => number, left: number, right: number, valueLeft: number): number {
  let [low, high] = [left, right];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (f(middle) * valueLeft > 0) low = middle;
    else high = middle;
  }
}

/** Points of equal ratio from `from` to `to`, both included. */
export function logarithmicGrid(from: number, to: number, perDecade: number): number[] {
  const count = Math.ceil(Math.log10(to / from) * perDecade);
  return Array.from({ length: count + 1 }, (_, i) => from * (to / from) ** (i / count));
}
