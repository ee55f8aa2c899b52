import { copiedInput } from '@resdiff/networks';
import { chebyshevPoints, interpolationMatrix } from '../chebyshev.ts';
import { applied, functionSampler, type FunctionDraws, type FunctionMethod } from '../functions.ts';
import { webgpuManySampler, type WebgpuSampler } from './collapsed.ts';
import type { WebgpuDevice } from './device.ts';
import type { BatchSettings } from './batch.ts';

export interface WebgpuFunctionSampler extends WebgpuSampler {
  /** The inputs z in increasing order. */
  readonly inputs: Float64Array;
  readonly method: FunctionMethod;
}

/**
 * `functionSampler` on a GPU, with the nodes that its pilot draws on the CPU chose: the same
 * functions, of the same seed, up to rounding in f32 (see `webgpuCollapsedSampler`).
 *
 * @param module the compiled kernel (`kernelUrl`), for the pilot draws.
 * @throws RangeError when a number is out of range, psi is not the identity, or functions of this
 *   network cannot be interpolated from 48 nodes; WebgpuDeviceLostError and WebgpuOutOfMemoryError.
 */
export async function webgpuFunctionSampler(
  device: WebgpuDevice,
  module: WebAssembly.Module,
  draws: FunctionDraws,
  batches?: Partial<BatchSettings>,
): Promise<WebgpuFunctionSampler> {
  if (draws.increment === 'feedforward' || (draws.psi && draws.psi.name !== 'identity')) {
    throw new RangeError('a GPU draws functions of residual networks with psi = identity only');
  }
  const { network, increment } = draws;
  const { interval = [-2, 2], keep = 1, tolerance = 1e-5, key, stream } = draws;
  const { inputs, method } = functionSampler(module, draws);
  if (method.kind === 'direct') {
    throw new RangeError(`a GPU draws functions by interpolation only, and ${method.reason}`);
  }
  const interpolated = method.kind === 'interpolated';
  const nodes = interpolated ? chebyshevPoints(interval, method.nodes) : Float64Array.of(-1, 1);
  const matrix = interpolated
    ? interpolationMatrix(interval, method.nodes, inputs)
    : Float64Array.from([...inputs].flatMap((z) => [Math.max(0, -z), Math.max(0, z)]));
  const initial = Array.from(nodes, (z) => copiedInput(z, network.width));
  const spec = { network, increment, initial, key, stream, keep };
  const exact = await webgpuManySampler(
    device,
    spec,
    interpolated ? (tolerance / 10) ** 2 : 0,
    batches,
  );
  return {
    inputs,
    method,
    async draw(first, count) {
      const found = await exact.draw(first, count);
      return found.map(({ states, divergedAt }) =>
        divergedAt === undefined
          ? { states: applied(matrix, states, keep) }
          : { states: new Float32Array(inputs.length * keep).fill(NaN), divergedAt },
      );
    },
    close: () => exact.close(),
  };
}
