/**
 * The time at which a path first passes a threshold: between the layers before and after, as if it grew
 * exponentially there; at the layer after, if it is not finite there. Null if the path does not pass.
 *
 * @param path |x|^2/D after 0, 1, ... layers; NaN or infinite from where it left the finite numbers.
 * @param dt the time of a layer.
 */
export function passingTime(path: ArrayLike<number>, threshold: number, dt: number): number | null {
  for (let layer = 0; layer < path.length; layer++) {
    const value = path[layer];
    if (value < threshold) continue;
    if (layer === 0) return 0;
    if (!Number.isFinite(value)) return layer * dt;
    const before = path[layer - 1];
    const part =
      before > 0
        ? Math.log(threshold / before) / Math.log(value / before)
        : (threshold - before) / (value - before);
    return (layer - 1 + part) * dt;
  }
  return null;
}
