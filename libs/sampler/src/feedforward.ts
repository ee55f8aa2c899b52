import { normals } from '@resdiff/random';
import { manySampler } from './collapsed.ts';
import { affine, isFinite32, lost } from './direct.ts';
import { checkNetworkDraws, type FeedforwardDraws, type Sampler } from './sampler.ts';

/**
 * Exact draws of a feedforward network without making its weights: given the features
 * F = phi(X) of the states (D x N), the next states have iid rows N(0, K) with
 * K = (sigmaW^2 / D) F^T F + sigmaB^2.
 *
 * @param module the compiled kernel (`kernelUrl`).
 * @throws RangeError when the shapes do not agree or a number is out of range.
 */
export function feedforwardSampler(module: WebAssembly.Module, draws: FeedforwardDraws): Sampler {
  checkNetworkDraws(draws);
  return manySampler(module, draws);
}

/**
 * The direct sampler of the same: makes the weights and biases of every layer, in f64. The oracle.
 *
 * @throws RangeError when the shapes do not agree or a number is out of range.
 */
export function directFeedforwardSampler(draws: FeedforwardDraws): Sampler {
  checkNetworkDraws(draws);
  const { network, initial, key, stream, keep } = draws;
  const { width, depth, sigmaW, sigmaB } = network;
  const { phi } = network.activation;
  const preactivation = affine(width, sigmaW / Math.sqrt(width), sigmaB);
  return {
    draw(index) {
      let states = initial;
      for (let layer = 0; layer < depth; layer++) {
        const z = normals({ key, stream, draw: index, layer }, width * width + width);
        const features = layer === 0 ? states : states.map((x) => x.map(phi));
        states = features.map((x) => preactivation(x, z));
        if (!states.every(isFinite32)) return lost(initial.length * keep, layer + 1);
      }
      const kept = new Float32Array(initial.length * keep);
      states.forEach((x, input) => kept.set(x.subarray(0, keep), input * keep));
      return { states: kept };
    },
  };
}
