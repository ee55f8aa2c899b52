import type { DrawStream } from '../ntk.ts';
import type { Program } from './program.ts';
import { MOST_NTK_INPUTS, ntkManyKernel, type NtkManyDraws } from './shaders/ntk-many.ts';

/** @throws RangeError when a GPU does not draw the tangent kernel of so many inputs. */
export function checkMostInputs(inputs: number): void {
  if (inputs > MOST_NTK_INPUTS) {
    throw new RangeError(
      `a GPU draws tangent kernels of at most ${MOST_NTK_INPUTS} inputs, not ${inputs}`,
    );
  }
}

/** @param initial x_0 by rows, or the factor of its covariance where the network is completed. */
export function manyProgram(
  draws: NtkManyDraws,
  initial: Float32Array<ArrayBuffer>,
  { key, stream }: DrawStream,
): Program {
  const { network, inputs } = draws;
  const { width, depth } = network;
  const { stateFloats, outputWords, ...kernel } = ntkManyKernel(draws);
  // A product of rows takes as long as a fraction of their normals.
  const work = width * inputs * (2 + inputs);
  return {
    kernel,
    initial,
    stateFloats,
    outputWords,
    passes: [
      { entry: 'forwards', layers: depth, work },
      { entry: 'backwards', layers: depth, work: 2 * work },
    ],
    key,
    stream,
  };
}

/** What the kernel gives of a draw: matrices are N x N, row-major. */
export interface NtkParts {
  /** 0, or the number of the layer at which the draw diverged. */
  readonly divergedAt: number;
  readonly outputs: Float64Array;
  readonly weights: Float64Array;
  readonly biases: Float64Array;
  /** The Gram matrices of dy/dx_0 and of x_T. */
  readonly gradients: Float64Array;
  readonly states: Float64Array;
}

export function partsOf(words: Uint32Array, inputs: number): NtkParts {
  const values = Float64Array.from(new Float32Array(words.slice(1).buffer));
  const size = inputs ** 2;
  const matrix = (index: number) =>
    values.slice(inputs + index * size, inputs + (index + 1) * size);
  return {
    divergedAt: words[0],
    outputs: values.slice(0, inputs),
    weights: matrix(0),
    biases: matrix(1),
    gradients: matrix(2),
    states: matrix(3),
  };
}
