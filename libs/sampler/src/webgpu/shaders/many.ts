import type { NetworkDraws } from '../../sampler.ts';
import type { KernelSource } from './constants.ts';
import { u32 } from './literals.ts';
import { networkConstants, networkShader } from './network.ts';
import { rows } from './rows.ts';

/** The most inputs: the factor of their covariance and more stand in 16 KiB. */
export const MOST_INPUTS = 48;

/** How the kernel lays a draw of N inputs out. */
export interface ManyLayout {
  /** Of a workgroup, which is a draw. */
  readonly threads: number;
  /** Threads that share an input. */
  readonly lanes: number;
  /** Inputs that the matrices in workgroup memory have room for. */
  readonly capacity: number;
  /** Coordinates with padding. */
  readonly padded: number;
  /** Floats of workgroup memory for the residuals; 0 if these stand with the states. */
  readonly room: number;
  /** Floats that a draw keeps: states, what rounding took from them, normals, residuals. */
  readonly floats: number;
}

/** Capacities and rooms come in steps of this many inputs and floats, and what is compiled with them. */
const STEP = { inputs: 8, floats: 1024 };

/** @param workgroupBytes that the device has for a workgroup. */
export function manyLayout(width: number, inputs: number, workgroupBytes: number): ManyLayout {
  const threads = inputs <= 16 ? 128 : 256;
  const lanes = 2 ** Math.floor(Math.log2(threads / inputs));
  const capacity = roundedUp(inputs, STEP.inputs);
  const padded = roundedUp(width, 8);
  const matrix = inputs * padded;
  const free = workgroupBytes / 4 - (threads + capacity * (capacity + 6) + 8);
  const shared = matrix <= free;
  return {
    threads,
    lanes,
    capacity,
    padded,
    room: shared ? Math.min(roundedUp(matrix, STEP.floats), Math.floor(free)) : 0,
    floats: 2 * matrix + roundedUp(matrix, 16) + (shared ? 0 : matrix),
  };
}

function roundedUp(value: number, to: number): number {
  return to * Math.ceil(value / to);
}

/** Draws of N inputs: what is left of a diagonal element counts as zero below `tolerance` times it. */
export interface ManyDraws extends NetworkDraws {
  readonly tolerance: number;
}

/**
 * Draws of a network of N inputs, a workgroup each: H = Z R^T with R R^T = K and Z (D x rank) iid
 * N(0, 1), R by pivots as in `pivotedCholesky`.
 *
 * K's factor comes from a pivoted Gram-Schmidt of [scaleW X; scaleB 1^T]: it knows norms of
 * residuals to the rounding of f32, where differences of squares would know them to its root only.
 * States are f32, and what rounding takes from their sums is carried along.
 */
export function manyKernel(draws: ManyDraws, layout: ManyLayout): KernelSource {
  const { network, increment, initial, keep, tolerance } = draws;
  const { threads, lanes, capacity, padded, room, floats } = layout;
  const inputs = initial.length;
  const matrix = inputs * padded;
  const { u32: whole, f32 } = networkConstants(network);
  const words = 1 + inputs * keep;
  const constants = {
    u32: { ...whole, inputs, lanes, padded, matrix, floats, keep, words },
    f32: { ...f32, tolerance },
  };
  const residuals =
    room > 0
      ? `var<workgroup> residuals: array<f32, ${room}>;
fn residual(row: u32, at: u32) -> f32 { return residuals[at]; }
fn setResidual(row: u32, at: u32, value: f32) { residuals[at] = value; }`
      : `fn residual(row: u32, at: u32) -> f32 {
  return states[(row + 1u) * constants.floats - constants.matrix + at];
}
fn setResidual(row: u32, at: u32, value: f32) {
  states[(row + 1u) * constants.floats - constants.matrix + at] = value;
}`;
  const code = /* wgsl */ `${networkShader(network.activation, increment, constants)}
const THREADS = ${u32(threads)};
const CAPACITY = ${u32(capacity)};
const INHERITED = false;
${rows}
${residuals}

fn state(d: u32) -> u32 {
  return row * constants.floats + input * constants.padded + d;
}

// What rounding took from the state.
fn rest(d: u32) -> u32 {
  return state(d) + constants.matrix;
}

fn normal(n: u32) -> u32 {
  return row * constants.floats + 2u * constants.matrix + n;
}

// Residuals before any pivot: the states themselves, times \`scale\`. Whether all is finite.
fn prepare(scale: f32) -> bool {
  var square = 0f;
  if (busy) {
    for (var d = lane; d < constants.width; d += constants.lanes) {
      let x = scale * states[state(d)];
      square += x * x;
      setResidual(row, input * constants.padded + d, constants.scaleW * x);
    }
  }
  let norm = laneSum(square);
  if (busy && lane == 0u) {
    let bias = constants.scaleB * scale;
    diagonal[input] = constants.varianceW * norm + bias * bias;
    left[input] = diagonal[input];
    last[input] = bias;
    // A square that is not finite shows here even where constants.varianceW is small.
    along[input] = norm;
  }
  return areFinite();
}

fn step(rank: u32, scale: f32) {
  if (busy) {
    let variance = diagonal[input] / scale / scale;
    for (var d = lane; d < constants.width; d += constants.lanes) {
      shift(d, increment(preactivation(rank, d) / scale, variance));
    }
  }
}

fn start() {
  if (busy) {
    for (var d = lane; d < constants.width; d += constants.lanes) {
      states[state(d)] = initial[input * constants.width + d];
      states[rest(d)] = 0f;
    }
  }
}

fn give(at: u32) {
  if (busy) {
    for (var d = lane; d < constants.keep; d += constants.lanes) {
      output[at + input * constants.keep + d] = bitcast<u32>(states[state(d)]);
    }
  }
}

@compute @workgroup_size(THREADS)
fn advance(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  share(group.x, index);
  let draw = parameters.firstDraw + row;
  let home = row * constants.words;
  var diverged = divergedEarlier(home, thread);
  if (parameters.firstLayer == 0u) {
    start();
  }
  for (var layer = parameters.firstLayer; diverged == 0u; layer++) {
    var scale = 1f;
    var canFollow: bool;
    loop {
      canFollow = prepare(scale);
      if (canFollow || scale == SHRINK) {
        break;
      }
      scale = SHRINK;
    }
    if (!canFollow) {
      diverged = max(1u, layer);
    } else if (layer == parameters.endLayer) {
      break;
    } else {
      let rank = factorise();
      drawNormals(rank * constants.padded, layer, draw);
      step(rank, scale);
    }
  }
  if (parameters.endLayer == constants.depth) {
    give(home + 1u);
  }
  if (thread == 0u) {
    output[home] = diverged;
  }
}
`;
  return { code, constants };
}
