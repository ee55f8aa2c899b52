import { checkNtkInputs, lost, type NtkDraw, type NtkDraws } from '../ntk.ts';
import type { BatchSettings } from './batch.ts';
import type { WebgpuSampler } from './collapsed.ts';
import type { WebgpuDevice } from './device.ts';
import { checkMostInputs, manyProgram, partsOf } from './ntk-many.ts';
import { runProgram, type Program } from './program.ts';
import {
  MOST_NTK_PAIR_WIDTH,
  NTK_PAIR_WORDS,
  ntkPairKernel,
  ntkPairLayout,
} from './shaders/ntk-pair.ts';

/**
 * `ntkSampler` on a GPU: the same draws, of the same seed, up to rounding in f32. What tells an input
 * apart from combinations of the others, of a relative size of r, is known to about 1e-7 / r there: the
 * smaller, the fewer digits draws agree to, with the same law. A draw counts as diverged already where
 * squared norms of states or gradients leave f32. Two inputs take a path of their own; for others, see
 * `webgpuCollapsedSampler` on pivots.
 *
 * @param batches how much is put on the device at a time, by default what fits a large GPU.
 * @throws RangeError when there are more than 48 inputs, the shapes do not agree, a number is out of
 *   range or the activation has no version in WGSL, WebgpuDeviceLostError and WebgpuOutOfMemoryError.
 */
export async function webgpuNtkSampler(
  device: WebgpuDevice,
  draws: NtkDraws,
  batches?: Partial<BatchSettings>,
): Promise<WebgpuSampler<NtkDraw>> {
  const { network, initial } = draws;
  const { width } = network;
  const inputs = initial.length;
  checkNtkInputs(network, initial, width);
  checkMostInputs(inputs);
  const states = Float32Array.from(initial.flatMap((x) => [...x]));
  const pair = inputs === 2 && width <= MOST_NTK_PAIR_WIDTH;
  const program = pair
    ? pairProgram(draws, states)
    : manyProgram({ network, inputs }, states, draws);
  const running = await runProgram(device, program, batches);
  const drawOf = pair ? drawOfPair : (words: Uint32Array) => drawOfMany(words, inputs);
  return {
    draw: async (first, count) => (await running.draw(first, count)).map(drawOf),
    close: () => running.close(),
  };
}

function pairProgram(
  { network, key, stream }: NtkDraws,
  initial: Float32Array<ArrayBuffer>,
): Program {
  const { width, depth } = network;
  const { threads, slots, floats } = ntkPairLayout(width, depth);
  const normals = 8 * threads * slots;
  return {
    kernel: ntkPairKernel(network),
    initial,
    stateFloats: floats,
    outputWords: NTK_PAIR_WORDS,
    passes: [
      { entry: 'forwards', layers: depth, work: normals },
      { entry: 'backwards', layers: depth, work: 2 * normals },
    ],
    key,
    stream,
  };
}

function drawOfMany(words: Uint32Array, inputs: number): NtkDraw {
  const { divergedAt, outputs, weights, biases, gradients } = partsOf(words, inputs);
  const draw = { outputs, weights, biases, gradients };
  return divergedAt > 0 ? { ...lost(draw), divergedAt } : draw;
}

function drawOfPair(words: Uint32Array): NtkDraw {
  const [divergedAt] = words;
  const [y0, y1, ...kernels] = Float64Array.from(new Float32Array(words.slice(1).buffer));
  const draw = {
    outputs: Float64Array.of(y0, y1),
    weights: symmetric(kernels.slice(0, 3)),
    biases: symmetric(kernels.slice(3, 6)),
    gradients: symmetric(kernels.slice(6, 9)),
  };
  return divergedAt > 0 ? { ...lost(draw), divergedAt } : draw;
}

function symmetric([k00, k01, k11]: readonly number[]): Float64Array {
  return Float64Array.of(k00, k01, k01, k11);
}
