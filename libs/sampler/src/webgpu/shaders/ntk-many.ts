import type { ResidualNetwork } from '@resdiff/networks';
import type { KernelSource } from './constants.ts';
import { u32 } from './literals.ts';
import { MOST_INPUTS } from './many.ts';
import { networkConstants, networkShader } from './network.ts';
import { ntkManyBackwards } from './ntk-many-backwards.ts';
import { ntkManyForwards } from './ntk-many-forwards.ts';
import { ntkManyState } from './ntk-many-state.ts';
import { NTK_ROUNDING } from './ntk-rounding.ts';
import { rows } from './rows.ts';

/** The most inputs of a tangent kernel: as of draws. */
export const MOST_NTK_INPUTS = MOST_INPUTS;

/** A network and where its draws begin. */
export interface NtkManyDraws {
  readonly network: ResidualNetwork;
  readonly inputs: number;
  /** By default y = x_{T,1}, of given x_0. */
  readonly completed?: {
    /** Columns of the factor F of the covariance of the rows of x_0, which stands in place of x_0. */
    readonly rank: number;
    /** Standard deviation of the entries of G. */
    readonly scale: number;
  };
}

/**
 * Tangent kernels of any inputs, a workgroup each, as the kernel for two inputs draws them, but with
 * rows in memory that all threads share and with what rounding takes from the states carried along.
 *
 * A draw keeps rows of inputs: states, what rounding took from them, gradients, V; then Q, Z or E;
 * three small matrices; and of every layer R, X^T X and the pivots.
 */
export function ntkManyKernel({ network, inputs, completed }: NtkManyDraws): KernelSource & {
  readonly stateFloats: number;
  readonly outputWords: number;
} {
  const { width, depth, activation } = network;
  const threads = inputs <= 16 ? 128 : 256;
  const lanes = 2 ** Math.floor(Math.log2(threads / inputs));
  const padded = 8 * Math.ceil((width + 1) / 8);
  const matrix = inputs * padded;
  const scratch = 5 * matrix + 16 * Math.ceil(matrix / 16);
  const tape = scratch + 2 * inputs ** 2;
  const layerFloats = 2 * inputs ** 2 + inputs + 1;
  const floats = tape + depth * layerFloats;
  const words = 1 + inputs + 4 * inputs ** 2;
  const { u32: whole, f32 } = networkConstants(network);
  const constants = {
    u32: {
      ...whole,
      ...{ inputs, lanes, padded, matrix, scratch, tape, layerFloats, floats, words },
      completed: completed ? 1 : 0,
      priorRank: completed?.rank ?? 0,
    },
    f32: { ...f32, tolerance: NTK_ROUNDING, outputScale: completed?.scale ?? 0 },
  };
  const code = /* wgsl */ `${networkShader(activation, 'recursion', constants)}
const THREADS = ${u32(threads)};
const CAPACITY = ${u32(8 * Math.ceil(inputs / 8))};
const INHERITED = true;
${rows}${ntkManyState}${ntkManyForwards}${ntkManyBackwards}`;
  return { code, constants, stateFloats: floats, outputWords: words };
}
