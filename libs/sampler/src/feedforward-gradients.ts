import { normals } from '@resdiff/random';
import { affine } from './direct.ts';
import type { FeedforwardNetwork } from './feedforward-network.ts';
import type { DrawStream } from './ntk.ts';
import { checkNetworkDraws } from './sampler.ts';

export interface FeedforwardGradientDraws extends DrawStream {
  readonly network: FeedforwardNetwork;
  /** The input x_0, length D. */
  readonly initial: Float64Array;
}

export interface FeedforwardGradientSampler {
  /**
   * |dy/dx_l|, y = x_{L,1}, for l = 0 (the input) to L (where it is 1). Numbers that overflow are left
   * as they come.
   */
  gradientNorms(index: number): Float64Array;
}

/**
 * Gradients over the depth of a feedforward network x_1 = W_1 x_0 + b_1, x_{l+1} = W_{l+1} phi(x_l) +
 * b_{l+1}, with its weights made, in f64: delta_l = phi'(x_l) o W_{l+1}^T delta_{l+1}, and
 * delta_0 = W_1^T delta_1. The weights of a draw are those of `directFeedforwardSampler`, made once
 * forwards and once backwards, so that memory does not grow with L D^2.
 *
 * @throws RangeError when the shapes do not agree or a number is out of range.
 */
export function feedforwardGradientSampler({
  network,
  initial,
  key,
  stream,
}: FeedforwardGradientDraws): FeedforwardGradientSampler {
  checkNetworkDraws({ network, initial: [initial], keep: 1 });
  const { width, depth, sigmaW, sigmaB, activation } = network;
  const scale = sigmaW / Math.sqrt(width);
  const preactivation = affine(width, scale, sigmaB);
  const numbers = (draw: number, layer: number, count: number) =>
    normals({ key, stream, draw, layer }, count);
  return {
    gradientNorms(index) {
      const slopes: Float64Array[] = [];
      let features = initial;
      for (let layer = 0; layer < depth; layer++) {
        const x = preactivation(features, numbers(index, layer, width * width + width));
        slopes.push(x.map(activation.dphi));
        features = x.map(activation.phi);
      }
      const norms = new Float64Array(depth + 1).fill(1);
      let gradient = new Float64Array(width);
      gradient[0] = 1;
      for (let layer = depth - 1; layer >= 0; layer--) {
        gradient = transposedProduct(numbers(index, layer, width * width), gradient, scale);
        if (layer > 0) gradient = gradient.map((value, d) => value * slopes[layer - 1][d]);
        norms[layer] = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0));
      }
      return norms;
    },
  };
}

/** scale W^T v, W row-major. */
function transposedProduct(
  W: Float64Array,
  v: Float64Array,
  scale: number,
): Float64Array<ArrayBuffer> {
  const { length: width } = v;
  const out = new Float64Array(width);
  for (let i = 0; i < width; i++) {
    const factor = scale * v[i];
    for (let j = 0; j < width; j++) out[j] += factor * W[i * width + j];
  }
  return out;
}
