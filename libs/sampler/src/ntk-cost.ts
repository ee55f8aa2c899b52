import type { DrawCost } from './cost.ts';
import { isSimd } from './kernel.ts';
import { ntkBytes } from './ntk-kernel.ts';
import type { NtkDraws } from './ntk.ts';

/** Seconds a number, measured by benchmarks/: a normal, a coordinate, a product of two coordinates. */
const NORMAL = 1.8e-9;
const COORDINATE = 4e-9;
const PRODUCT = 6e-10;
const HOST_ACTIVATION = 1e-7;

/** The cost of one draw of `ntkSampler`, or of `completedNtkSampler` with as many inputs. */
export function ntkCost({ network, initial }: Pick<NtkDraws, 'network' | 'initial'>): DrawCost {
  const { width, depth, activation } = network;
  const inputs = initial.length;
  const padded = 8 * Math.ceil((width + 1) / 8);
  const rank = Math.min(inputs, width + 1);
  const normals = 2 * depth * padded * rank;
  const rows = 2 * Math.ceil(inputs / 2);
  const coordinates = depth * padded * rows;
  const onHost = isSimd(activation) ? 0 : depth * padded * inputs;
  return {
    normals,
    seconds:
      normals * NORMAL +
      coordinates * (COORDINATE + rows * PRODUCT) +
      onHost * HOST_ACTIVATION +
      1e-6,
    bytes: ntkBytes(network, inputs),
  };
}
