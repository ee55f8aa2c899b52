import { usesPair } from '../collapsed.ts';
import { checkNetworkDraws, type Draw, type NetworkDraws } from '../sampler.ts';
import type { WebgpuDevice } from './device.ts';
import type { BatchSettings } from './batch.ts';
import { runProgram, type Program } from './program.ts';
import { manyKernel, manyLayout, MOST_INPUTS } from './shaders/many.ts';
import { MOST_PAIR_WIDTH, pairKernel, pairLayout } from './shaders/pair.ts';

/** Draws number first, first + 1, ...: each depends on the seed and its index only. */
export interface WebgpuSampler<OfDraw = Draw> {
  /** @throws WebgpuDeviceLostError and WebgpuOutOfMemoryError. */
  draw(first: number, count: number): Promise<readonly OfDraw[]>;
  /** Gives the memory on the device back. */
  close(): void;
}

/** Residuals below this part of a squared norm are rounding errors of f32. */
const LEAST_TOLERANCE = 1e-13;

/**
 * `collapsedSampler` on a GPU: the same draws, of the same seed, up to rounding in f32.
 *
 * Two inputs that are well apart take a path of their own there too. Of others, a draw takes the
 * factor of their covariance by pivots, and where two of them are the largest to the last bits, the
 * device may take the other one first: that draw has the same law, and other numbers.
 *
 * @param batches how much is put on the device at a time, by default what fits a large GPU.
 * @throws RangeError when the shapes do not agree, a number is out of range or the activation has no
 *   version in WGSL, WebgpuDeviceLostError and WebgpuOutOfMemoryError.
 */
export async function webgpuCollapsedSampler(
  device: WebgpuDevice,
  draws: NetworkDraws,
  batches?: Partial<BatchSettings>,
): Promise<WebgpuSampler> {
  checkNetworkDraws(draws);
  const pair = usesPair(draws.initial);
  const program = pair ? pairProgram(draws) : manyProgram(device, draws, LEAST_TOLERANCE);
  return sampler(device, program, draws, batches);
}

/**
 * Draws of any inputs by pivots.
 *
 * @param tolerance what is left of a diagonal element of the covariance below this part of it counts
 *   as zero, or below 1e-13 of it where that is more.
 */
export function webgpuManySampler(
  device: WebgpuDevice,
  draws: NetworkDraws,
  tolerance: number,
  batches?: Partial<BatchSettings>,
): Promise<WebgpuSampler> {
  return sampler(device, manyProgram(device, draws, tolerance), draws, batches);
}

async function sampler(
  device: WebgpuDevice,
  program: Program,
  { initial, keep }: NetworkDraws,
  batches?: Partial<BatchSettings>,
): Promise<WebgpuSampler> {
  const running = await runProgram(device, program, batches);
  return {
    draw: async (first, count) =>
      (await running.draw(first, count)).map((words) => drawOf(words, initial.length * keep)),
    close: () => running.close(),
  };
}

function pairProgram(draws: NetworkDraws): Program {
  const { network, keep } = draws;
  const { width, depth } = network;
  if (width > MOST_PAIR_WIDTH) {
    throw new RangeError(`the width on a GPU must be at most ${MOST_PAIR_WIDTH}, not ${width}`);
  }
  const { threads, slots } = pairLayout(width);
  return {
    ...common(draws),
    kernel: pairKernel(draws),
    stateFloats: 4 * threads * slots,
    outputWords: 1 + 2 * keep,
    passes: [{ entry: 'advance', layers: depth, work: 4 * threads * slots }],
  };
}

function manyProgram(device: WebgpuDevice, draws: NetworkDraws, tolerance: number): Program {
  const { network, initial, keep } = draws;
  const inputs = initial.length;
  if (inputs > MOST_INPUTS) {
    throw new RangeError(`a GPU draws at most ${MOST_INPUTS} inputs at once, not ${inputs}`);
  }
  const layout = manyLayout(network.width, inputs, device.limits.workgroupBytes);
  // A pivot takes as long as a few normals of every input.
  const work = 2 * layout.padded * inputs * Math.min(inputs, 12);
  return {
    ...common(draws),
    kernel: manyKernel({ ...draws, tolerance: Math.max(tolerance, LEAST_TOLERANCE) }, layout),
    stateFloats: layout.floats,
    outputWords: 1 + inputs * keep,
    passes: [{ entry: 'advance', layers: network.depth, work }],
  };
}

function common({ initial, key, stream }: NetworkDraws) {
  return { initial: Float32Array.from(initial.flatMap((x) => [...x])), key, stream };
}

/** A draw from its words: the layer after which it diverged, then its states. */
function drawOf(words: Uint32Array, count: number): Draw {
  const [divergedAt] = words;
  if (divergedAt > 0) return { states: new Float32Array(count).fill(NaN), divergedAt };
  return { states: new Float32Array(words.slice(1).buffer) };
}
