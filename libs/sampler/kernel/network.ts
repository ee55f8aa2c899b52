/** The network that an instance draws, as every path of the kernel reads it. */

/** D, the number of coordinates. */
export let width: i32 = 0;
/** L, the number of layers. */
export let depth: i32 = 0;
/** sigma_w^2 dt / D */
export let varianceW: f64 = 0;
/** sigma_b^2 dt */
export let varianceB: f64 = 0;
/** The activation, or LINEAR: increments slope h + curvature K_ii. */
export let kind: i32 = 0;
export let slope: f64 = 0;
export let curvature: f64 = 0;
/** The activation psi of the states that a layer is applied to, or LINEAR for the states themselves. */
export let psi: i32 = 0;
/** Whether preactivations take the place of the states. */
export let feedforward: bool = false;

export function configure(
  width_: i32,
  depth_: i32,
  varianceW_: f64,
  varianceB_: f64,
  kind_: i32,
  slope_: f64,
  curvature_: f64,
): void {
  width = width_;
  depth = depth_;
  varianceW = varianceW_;
  varianceB = varianceB_;
  kind = kind_;
  slope = slope_;
  curvature = curvature_;
}

export function configureFeatures(psi_: i32, feedforward_: bool): void {
  psi = psi_;
  feedforward = feedforward_;
}
