/** The pairs of `count` inputs by index, (i, j) with i <= j, row by row: an input makes one with itself. */
export function kernelPairs(count: number): [number, number][] {
  const indices = Array.from({ length: count }, (_, i) => i);
  return indices.flatMap((i) => indices.slice(i).map((j): [number, number] => [i, j]));
}
