import { checkCompletedInputs, priorCovariance } from '../ntk-completed.ts';
import { lost, type CompletedNtkDraw, type CompletedNtkDraws } from '../ntk.ts';
import { psdFactor } from '../psd-factor.ts';
import type { BatchSettings } from './batch.ts';
import type { WebgpuSampler } from './collapsed.ts';
import type { WebgpuDevice } from './device.ts';
import { checkMostInputs, manyProgram, partsOf } from './ntk-many.ts';
import { runProgram } from './program.ts';

/**
 * `completedNtkSampler` on a GPU: the same draws, of the same seed, up to rounding in f32 (see
 * `webgpuNtkSampler`).
 *
 * @param batches how much is put on the device at a time, by default what fits a large GPU.
 * @throws RangeError when there are more than 48 inputs, the shapes do not agree, a number is out of
 *   range or the activation has no version in WGSL, WebgpuDeviceLostError and WebgpuOutOfMemoryError.
 */
export async function webgpuCompletedNtkSampler(
  device: WebgpuDevice,
  draws: CompletedNtkDraws,
  batches?: Partial<BatchSettings>,
): Promise<WebgpuSampler<CompletedNtkDraw>> {
  checkCompletedInputs(draws);
  const { network } = draws;
  const inputs = draws.inputs.length;
  checkMostInputs(inputs);
  const prior = priorCovariance(draws);
  const { factor, rank } = psdFactor(prior, inputs);
  const scale = network.sigmaY / Math.sqrt(network.width);
  const completed = { rank, scale };
  const program = manyProgram({ network, inputs, completed }, Float32Array.from(factor), draws);
  const running = await runProgram(device, program, batches);

  const drawOf = (words: Uint32Array): CompletedNtkDraw => {
    const { divergedAt, outputs, weights, biases, gradients, states } = partsOf(words, inputs);
    const draw = {
      outputs,
      input: gradients.map((product, pair) => prior[pair] * product),
      weights,
      biases,
      output: states.map((product) => scale ** 2 * product),
    };
    return divergedAt > 0 ? { ...lost(draw), divergedAt } : draw;
  };
  return {
    draw: async (first, count) => (await running.draw(first, count)).map(drawOf),
    close: () => running.close(),
  };
}
