import type { ConvolutionalDraws } from './convolutional.ts';
import type { DrawCost } from './cost.ts';
import { isSimd } from './kernel.ts';

/** Seconds a number, measured on a server of about 2023. */
const NORMAL = 2.6e-9;
const HOST_ACTIVATION = 5e-8;
/** Of a normal and a state with another, in f32 and f64. */
const PRODUCT = 1.1e-10;
/** Of two sites: the sums over their patches, and the search for pivots. */
const PAIR = 9e-9;
const FACTOR = 1e-11;

/** The cost of one draw of `convolutionalSampler`. */
export function convolutionalCost({ network, initial, increment }: ConvolutionalDraws): DrawCost {
  const { width, depth, activation, convolution } = network;
  const sites = initial.length;
  const padded = Math.ceil(width / 8) * 8;
  const rank = Math.min(sites, convolution.kernel ** 2 * width + 1);
  const normals = depth * padded * rank;
  const products = depth * padded * sites * (rank + sites / 2);
  const factor = (depth * sites * rank ** 2) / 2;
  const onHost = increment === 'recursion' && !isSimd(activation) ? depth * padded * sites : 0;
  return {
    normals,
    seconds:
      normals * NORMAL +
      products * PRODUCT +
      depth * sites ** 2 * PAIR +
      factor * FACTOR +
      onHost * HOST_ACTIVATION +
      1e-6,
    bytes: sites * (28 * padded + 36 * sites),
  };
}
