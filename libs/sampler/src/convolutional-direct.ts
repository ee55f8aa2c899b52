import { dt, patchLaw, patchSites, siteCount } from '@resdiff/networks';
import { normals } from '@resdiff/random';
import { checkConvolutionalDraws, type ConvolutionalDraws } from './convolutional.ts';
import { isFinite32, lost } from './direct.ts';
import type { Sampler } from './sampler.ts';

/**
 * The direct sampler of convolutional networks: makes the D x kernel x kernel x D weights and the D
 * biases of every layer, for the Euler scheme its Brownian increments, and convolves, in f64. Slow,
 * plain, the oracle of the collapsed one, with which it shares a law but no numbers.
 *
 * @returns draws whose states are sites x kept channels.
 * @throws RangeError when the shapes do not agree or a number is out of range.
 */
export function directConvolutionalSampler(draws: ConvolutionalDraws): Sampler {
  checkConvolutionalDraws(draws);
  const { network, initial, key, stream, keep, increment } = draws;
  const { width, depth, activation, convolution } = network;
  const { sigmaW, sigmaB } = patchLaw(network, convolution);
  const taps = convolution.kernel ** 2;
  const patches = patchSites(convolution, initial.length / siteCount(convolution));
  const step = dt(network);
  const psi = draws.psi?.phi ?? ((x: number) => x);
  const { dphi, ddphi } = activation.atZero;

  /** The features of the patch about a site, kernel^2 x D; zeros outside of the image. */
  const patchOf = (states: readonly Float64Array[], site: number) => {
    const patch = new Float64Array(taps * width);
    for (let tap = 0; tap < taps; tap++) {
      const neighbour = patches[site * taps + tap];
      if (neighbour >= 0) patch.set(states[neighbour].map(psi), tap * width);
    }
    return patch;
  };

  const moved = (x: Float64Array, patch: Float64Array, z: Float64Array) => {
    const square = patch.reduce((sum, value) => sum + value * value, 0);
    const drift = (ddphi / 2) * (sigmaB ** 2 + (sigmaW ** 2 * square) / width) * step;
    return x.map((value, channel) => {
      let sum = 0;
      const weights = channel * patch.length;
      for (let i = 0; i < patch.length; i++) sum += z[weights + i] * patch[i];
      const bias = sigmaB * z[width * patch.length + channel];
      const h = Math.sqrt(step) * ((sigmaW / Math.sqrt(width)) * sum + bias);
      return value + (increment === 'euler' ? drift + dphi * h : activation.phi(h));
    });
  };

  return {
    draw(index) {
      let states = initial.map((x) => Float64Array.from(x));
      for (let layer = 0; layer < depth; layer++) {
        const z = normals({ key, stream, draw: index, layer }, taps * width * width + width);
        states = states.map((x, site) => moved(x, patchOf(states, site), z));
        if (!states.every(isFinite32)) return lost(initial.length * keep, layer + 1);
      }
      const kept = new Float32Array(initial.length * keep);
      states.forEach((x, site) => kept.set(x.subarray(0, keep), site * keep));
      return { states: kept };
    },
  };
}
