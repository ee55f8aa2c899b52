import { dt, type Activation, type ResidualNetwork } from '@resdiff/networks';
import type { Increment } from '../../sampler.ts';
import { activationFunctions } from './activations.ts';
import { declaration, type Constants } from './constants.ts';
import { elementary } from './elementary.ts';
import { normals } from './normals.ts';
import { parameters } from './parameters.ts';
import { philox } from './philox.ts';

/**
 * What every kernel of a residual network is told of it.
 *
 * @throws RangeError when a variance leaves f32.
 */
export function networkConstants(network: ResidualNetwork): Constants {
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
  return {
    u32: { width, depth },
    f32: {
      varianceW,
      varianceB,
      scaleW: Math.sqrt(varianceW),
      scaleB: Math.sqrt(varianceB),
      slopeAtZero: dphi,
      halfCurvatureAtZero: ddphi / 2,
    },
  };
}

/**
 * What every kernel of a residual network begins with: `increment`, which moves a state given its
 * preactivation h of variance `variance`, and the functions that it and others need.
 *
 * @param constants those of `networkConstants`, and more.
 * @throws RangeError when the activation has no version in WGSL, or no derivatives at 0 for the Euler
 *   scheme.
 */
export function networkShader(
  activation: Activation,
  increment: Increment,
  constants: Constants,
): string {
  const { dphi, ddphi } = activation.atZero;
  if (increment === 'euler' && !Number.isFinite(dphi + ddphi)) {
    throw new RangeError(`the Euler scheme needs derivatives at 0, which ${activation.name} lacks`);
  }
  const move =
    increment === 'recursion'
      ? `${elementary}${activationFunctions(activation)}
fn increment(h: f32, variance: f32) -> f32 {
  return phi(h);
}
`
      : `
fn increment(h: f32, variance: f32) -> f32 {
  return constants.slopeAtZero * h + constants.halfCurvatureAtZero * variance;
}
`;
  return /* wgsl */ `${parameters}${declaration(constants)}${philox}${normals}
// Squares of numbers of up to the largest f32, times this, are finite.
const SHRINK = 5.421010862427522e-20f;
${move}
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
