import { checkNtkInputs, type NtkDraw, type NtkDraws } from '../ntk.ts';
import type { WebgpuSampler } from './collapsed.ts';
import type { WebgpuDevice } from './device.ts';
import type { BatchSettings } from './batch.ts';
import { runProgram, type Program } from './program.ts';
import { MOST_NTK_WIDTH, NTK_WORDS, ntkLayout, ntkShader } from './shaders/ntk.ts';

/**
 * `ntkSampler` of two inputs on a GPU: the same draws, of the same seed, up to rounding in f32. States
 * are f32 there, so at a relative distance of r the inputs are told apart to about 1e-7 / r. A draw
 * counts as diverged already where squared norms of states or gradients leave f32.
 *
 * @param batches how much is put on the device at a time, by default what fits a large GPU.
 * @throws RangeError when there are not two inputs, the shapes do not agree, a number is out of range
 *   or the activation has no version in WGSL, WebgpuDeviceLostError and WebgpuOutOfMemoryError.
 */
export async function webgpuNtkSampler(
  device: WebgpuDevice,
  draws: NtkDraws,
  batches?: Partial<BatchSettings>,
): Promise<WebgpuSampler<NtkDraw>> {
  const { network, initial, key, stream } = draws;
  const { width, depth } = network;
  checkNtkInputs(network, initial, width);
  if (initial.length !== 2) {
    throw new RangeError(`a GPU draws tangent kernels of 2 inputs, not ${initial.length}`);
  }
  if (width > MOST_NTK_WIDTH) {
    throw new RangeError(`the width on a GPU must be at most ${MOST_NTK_WIDTH}, not ${width}`);
  }
  const { threads, slots, floats } = ntkLayout(width, depth);
  const normals = 8 * threads * slots;
  const program: Program = {
    code: ntkShader(network),
    initial: Float32Array.from(initial.flatMap((x) => [...x])),
    stateFloats: floats,
    outputWords: NTK_WORDS,
    passes: [
      { entry: 'forwards', layers: depth, work: normals },
      { entry: 'backwards', layers: depth, work: 2 * normals },
    ],
    key,
    stream,
  };
  const running = await runProgram(device, program, batches);
  return {
    draw: async (first, count) => (await running.draw(first, count)).map(drawOf),
    close: () => running.close(),
  };
}

function drawOf(words: Uint32Array): NtkDraw {
  const [divergedAt] = words;
  const values = Float64Array.from(new Float32Array(words.slice(1).buffer));
  if (divergedAt > 0) values.fill(NaN);
  const [y0, y1, ...kernels] = values;
  const draw = {
    outputs: Float64Array.of(y0, y1),
    weights: symmetric(kernels.slice(0, 3)),
    biases: symmetric(kernels.slice(3, 6)),
    gradients: symmetric(kernels.slice(6, 9)),
  };
  return divergedAt > 0 ? { ...draw, divergedAt } : draw;
}

function symmetric([k00, k01, k11]: readonly number[]): Float64Array {
  return Float64Array.of(k00, k01, k01, k11);
}
