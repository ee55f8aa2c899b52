import type { ResidualNetwork } from '@resdiff/networks';
import type { KernelSource } from './constants.ts';
import { u32 } from './literals.ts';
import { networkConstants, networkShader } from './network.ts';
import { pairBackwards } from './ntk-pair-backwards.ts';
import { pairFactor } from './ntk-pair-factor.ts';
import { pairForwards } from './ntk-pair-forwards.ts';
import { pairState } from './ntk-pair-state.ts';
import { NTK_ROUNDING } from './ntk-rounding.ts';
import { total } from './total.ts';

/** How the kernel lays a draw of a tangent kernel of two inputs out. */
export interface NtkPairLayout {
  /** Of a workgroup, which is a draw. */
  readonly threads: number;
  /** Blocks of Philox, of four coordinates each, that a thread has. */
  readonly slots: number;
  /** Floats that a draw keeps: states and gradients, then what it remembers of every layer. */
  readonly floats: number;
}

/** Words of a draw: where it diverged, two outputs, and three numbers of each of K_W, K_b, <g, g'>. */
export const NTK_PAIR_WORDS = 12;

/** The largest width: a thread's private memory is 8 KiB. */
export const MOST_NTK_PAIR_WIDTH = 2 ** 15 - 8;

export function ntkPairLayout(width: number, depth: number): NtkPairLayout {
  const blocks = 4 * Math.ceil((width + 1) / 16);
  const threads = blocks <= 256 ? 64 : 256;
  const slots = Math.ceil(blocks / threads);
  return { threads, slots, floats: 16 * slots * threads + 8 * depth };
}

/**
 * Tangent kernels of a network of two inputs, a workgroup each. With At = [scaleW X; scaleB 1^T] and
 * K = At^T At = R R^T, a layer's preactivations are H = Z R^T, Q = At R^-T is orthonormal, and with
 * V = phi'(H) o Delta, V^T V = S S^T and E iid N(0, 1), gradients go back through the layer by
 * Q Z^T V + (I - Q Q^T) E S^T.
 *
 * Of a layer a draw remembers R and X^T X alone: on the way back its normals are drawn once more, and
 * its increments are taken from the states, which is right to their rounding.
 */
export function ntkPairKernel(network: ResidualNetwork): KernelSource {
  const { width, depth, activation } = network;
  const { threads, slots, floats } = ntkPairLayout(width, depth);
  const padded = 8 * Math.ceil((width + 1) / 8);
  const { u32: whole, f32 } = networkConstants(network);
  const tape = 16 * slots * threads;
  // Blocks that the second row of normals begins after.
  const row = 4 * Math.floor(padded / 16);
  const constants = { u32: { ...whole, floats, tape, row }, f32 };
  const code = /* wgsl */ `${networkShader(activation, 'recursion', constants)}
${totals(threads)}
const THREADS = ${u32(threads)};
const SLOTS = ${u32(slots)};
const WORDS = ${u32(NTK_PAIR_WORDS)};
const ROUNDING = ${NTK_ROUNDING}f;
// Whether the second row of normals begins within a block.
const BETWEEN = ${padded % 16 === 8};
${pairFactor}${pairState}${pairForwards}${pairBackwards}`;
  return { code, constants };
}

/** Sums of three columns and of one, which has no memory of its own where both would take over 16 KiB. */
function totals(threads: number): string {
  const one =
    threads <= 64
      ? total('total', 'vec4f', threads)
      : /* wgsl */ `
fn total(value: vec4f, thread: u32) -> vec4f {
  return totals(mat3x4f(value, vec4f(), vec4f()), thread)[0];
}
`;
  return total('totals', 'mat3x4f', threads) + one;
}
