/** Above this many inputs, only neighbouring inputs are paired. */
const MOST_PAIRED_INPUTS = 12;

/** Whether every pair of this many inputs is looked at. */
export function areAllPaired(count: number): boolean {
  return count <= MOST_PAIRED_INPUTS;
}

/** The pairs of inputs whose covariance is estimated, by index, the smaller one first. */
export function inputPairs(count: number): [number, number][] {
  const indices = Array.from({ length: count }, (_, i) => i);
  return indices.flatMap((i) =>
    indices.slice(i + 1, areAllPaired(count) ? count : i + 2).map((j): [number, number] => [i, j]),
  );
}
