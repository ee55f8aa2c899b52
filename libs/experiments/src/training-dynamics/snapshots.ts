/**
 * Steps at which a training is looked at: 0, then up to `count` - 1 different whole numbers from 1 to
 * `steps`, as even in the logarithm as whole numbers are.
 */
export function snapshotSteps(steps: number, count: number): number[] {
  const later = count - 1;
  const spaced = Array.from({ length: later }, (_, i) =>
    later === 1 ? steps : Math.round(steps ** (i / (later - 1))),
  );
  return [...new Set([0, ...spaced])];
}
