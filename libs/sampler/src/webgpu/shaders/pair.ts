import type { NetworkDraws } from '../../sampler.ts';
import type { KernelSource } from './constants.ts';
import { u32 } from './literals.ts';
import { networkConstants, networkShader } from './network.ts';
import { total } from './total.ts';

/** How the kernel lays a draw of two inputs out. */
export interface PairLayout {
  /** Of a workgroup, which is a draw. */
  readonly threads: number;
  /** Blocks of Philox, of two coordinates each, that a thread has. */
  readonly slots: number;
}

/** The largest width: a thread's private memory is 8 KiB. */
export const MOST_PAIR_WIDTH = 2 ** 18;

export function pairLayout(width: number): PairLayout {
  const blocks = 4 * Math.ceil(width / 8);
  const threads = blocks <= 512 ? 64 : 256;
  return { threads, slots: Math.ceil(blocks / threads) };
}

/**
 * Draws of a network of two inputs, a workgroup each: given the states X (D x 2), the preactivations
 * of a layer have iid rows N(0, K), K = varianceW X^T X + varianceB 1 1^T.
 *
 * States are f32 and stay in registers, coordinates d and d + 4 of both inputs a block. K's factor is
 * that of a Gram-Schmidt step on [scaleW X; scaleB 1^T], which f32 bears: what tells the inputs
 * apart is a norm of differences, not a difference of norms.
 */
export function pairKernel({ network, increment, keep }: NetworkDraws): KernelSource {
  const { threads, slots } = pairLayout(network.width);
  const { u32: whole, f32 } = networkConstants(network);
  const constants = { u32: { ...whole, keep, words: 1 + 2 * keep }, f32 };
  const code = /* wgsl */ `${networkShader(network.activation, increment, constants)}${total('total', 'vec3f', threads)}
const THREADS = ${u32(threads)};
const SLOTS = ${u32(slots)};

var<private> x: array<vec4f, SLOTS>;

// R = (r00, 0; r10, r11) with R R^T = K, and the diagonal of K.
struct Factor {
  r00: f32,
  r10: f32,
  r11: f32,
  k00: f32,
  k11: f32,
  finite: bool,
}

fn gram(scale: f32, thread: u32) -> vec3f {
  var sum = vec3f();
  for (var slot = 0u; slot < SLOTS; slot++) {
    let y = scale * x[slot];
    sum += vec3f(dot(y.xy, y.xy), dot(y.xy, y.zw), dot(y.zw, y.zw));
  }
  return total(sum, thread);
}

// The squared norm of what is left of the states of input 1 without c times those of input 0.
fn squaredRest(scale: f32, c: f32, thread: u32) -> f32 {
  var sum = 0f;
  for (var slot = 0u; slot < SLOTS; slot++) {
    let rest = scale * (x[slot].zw - c * x[slot].xy);
    sum += dot(rest, rest);
  }
  return total(vec3f(sum, 0f, 0f), thread).x;
}

fn factorise(thread: u32) -> Factor {
  var scale = 1f;
  var k: vec3f;
  var finite: bool;
  loop {
    let products = gram(scale, thread);
    k = constants.varianceW * products + vec3f(constants.scaleB * scale * constants.scaleB * scale);
    // A square that is not finite shows in products even where constants.varianceW is small.
    finite = isFinite(products.x) && isFinite(products.z) && isFinite(k.x) && isFinite(k.z);
    if (finite || scale == SHRINK) {
      break;
    }
    scale = SHRINK;
  }
  let c = select(0f, k.y / k.x, k.x > 0f);
  let biasRest = constants.scaleB * scale * (1f - c);
  let r00 = sqrt(k.x);
  let r11 = sqrt(constants.varianceW * squaredRest(scale, c, thread) + biasRest * biasRest);
  let variance = k / scale / scale;
  return Factor(r00 / scale, c * r00 / scale, r11 / scale, variance.x, variance.z, finite);
}

fn coordinate(block: u32) -> u32 {
  return 8u * (block >> 2u) + (block & 3u);
}

fn step(f: Factor, layer: u32, draw: u32, thread: u32) {
  for (var slot = 0u; slot < SLOTS; slot++) {
    let block = slot * THREADS + thread;
    let z = blockNormals(block, layer, draw);
    let d = coordinate(block);
    if (d < constants.width) {
      x[slot].x += increment(f.r00 * z.x, f.k00);
      x[slot].z += increment(f.r10 * z.x + f.r11 * z.y, f.k11);
    }
    if (d + 4u < constants.width) {
      x[slot].y += increment(f.r00 * z.z, f.k00);
      x[slot].w += increment(f.r10 * z.z + f.r11 * z.w, f.k11);
    }
  }
}

fn start(thread: u32) {
  for (var slot = 0u; slot < SLOTS; slot++) {
    let d = coordinate(slot * THREADS + thread);
    if (d < constants.width) {
      x[slot].x = initial[d];
      x[slot].z = initial[constants.width + d];
    }
    if (d + 4u < constants.width) {
      x[slot].y = initial[d + 4u];
      x[slot].w = initial[constants.width + d + 4u];
    }
  }
}

// Where this thread keeps its states between two dispatches.
fn place(row: u32, slot: u32, thread: u32) -> u32 {
  return 4u * ((row * SLOTS + slot) * THREADS + thread);
}

fn resume(row: u32, thread: u32) {
  for (var slot = 0u; slot < SLOTS; slot++) {
    let at = place(row, slot, thread);
    x[slot] = vec4f(states[at], states[at + 1u], states[at + 2u], states[at + 3u]);
  }
}

fn suspend(row: u32, thread: u32) {
  for (var slot = 0u; slot < SLOTS; slot++) {
    let at = place(row, slot, thread);
    states[at] = x[slot].x;
    states[at + 1u] = x[slot].y;
    states[at + 2u] = x[slot].z;
    states[at + 3u] = x[slot].w;
  }
}

fn give(at: u32, thread: u32) {
  for (var slot = 0u; slot < SLOTS; slot++) {
    let d = coordinate(slot * THREADS + thread);
    if (d < constants.keep) {
      output[at + d] = bitcast<u32>(x[slot].x);
      output[at + constants.keep + d] = bitcast<u32>(x[slot].z);
    }
    if (d + 4u < constants.keep) {
      output[at + d + 4u] = bitcast<u32>(x[slot].y);
      output[at + constants.keep + d + 4u] = bitcast<u32>(x[slot].w);
    }
  }
}

@compute @workgroup_size(THREADS)
fn advance(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let row = group.x;
  let draw = parameters.firstDraw + row;
  let home = row * constants.words;
  var diverged = divergedEarlier(home, thread);
  if (parameters.firstLayer == 0u) {
    start(thread);
  } else {
    resume(row, thread);
  }
  for (var layer = parameters.firstLayer; diverged == 0u; layer++) {
    let factor = factorise(thread);
    if (!factor.finite) {
      diverged = max(1u, layer);
    } else if (layer == parameters.endLayer) {
      break;
    } else {
      step(factor, layer, draw, thread);
    }
  }
  if (parameters.endLayer == constants.depth) {
    give(home + 1u, thread);
  } else {
    suspend(row, thread);
  }
  if (thread == 0u) {
    output[home] = diverged;
  }
}
`;
  return { code, constants };
}
