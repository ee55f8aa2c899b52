import { dt, type ResidualNetwork } from '@resdiff/networks';
import type { Increment } from '../../sampler.ts';
import { activationFunctions } from './activations.ts';
import { elementary } from './elementary.ts';
import { f32, u32 } from './literals.ts';
import { normals } from './normals.ts';
import { parameters } from './parameters.ts';
import { philox } from './philox.ts';

/**
 * What every kernel of a residual network begins with: its constants, `increment`, which moves a
 * state given its preactivation h of variance `variance`, and the functions that these need.
 *
 * @throws RangeError when the activation has no version in WGSL, or no derivatives at 0 for the Euler
 *   scheme, or a variance leaves f32.
 */
export function networkShader(network: ResidualNetwork, increment: Increment): string {
  const { width, depth, sigmaW, sigmaB, activation } = network;
  const step = dt(network);
  const varianceW = (sigmaW ** 2 * step) / width;
  const varianceB = sigmaB ** 2 * step;
  for (const [name, value] of Object.entries({
    'sigmaW^2 T / (depth width)': varianceW,
    'sigmaB^2 T / depth': varianceB,
  })) {
    if (!Number.isFinite(Math.fround(value))) {
      throw new RangeError(`${name} must be finite in f32 on a GPU, not ${value}`);
    }
  }
  const { dphi, ddphi } = activation.atZero;
  if (increment === 'euler' && !Number.isFinite(dphi + ddphi)) {
    throw new RangeError(`the Euler scheme needs derivatives at 0, which ${activation.name} lacks`);
  }
  const body =
    increment === 'recursion'
      ? 'return phi(h);'
      : `return ${f32(dphi)} * h + ${f32(ddphi / 2)} * variance;`;
  return /* wgsl */ `
const WIDTH = ${u32(width)};
const DEPTH = ${u32(depth)};
const VARIANCE_W = ${f32(varianceW)};
const VARIANCE_B = ${f32(varianceB)};
const SCALE_W = ${f32(Math.sqrt(varianceW))};
const SCALE_B = ${f32(Math.sqrt(varianceB))};
// What is left of a squared norm below this part of it is a rounding error of f32.
const ROUNDING = 1e-13f;
// Squares of numbers of up to the largest f32, times this, are finite.
const SHRINK = 5.421010862427522e-20f;
${parameters}${philox}${elementary}${activationFunctions(activation)}${normals}
fn increment(h: f32, variance: f32) -> f32 {
  ${body}
}

var<workgroup> earlier: u32;

// The number of the layer after which this draw diverged in an earlier dispatch; 0 if it did not.
fn divergedEarlier(at: u32, thread: u32) -> u32 {
  if (thread == 0u) {
    earlier = select(output[at], 0u, parameters.firstLayer == 0u);
  }
  return workgroupUniformLoad(&earlier);
}
`;
}
