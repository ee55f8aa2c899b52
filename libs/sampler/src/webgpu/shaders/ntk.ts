import type { ResidualNetwork } from '@resdiff/networks';
import { u32 } from './literals.ts';
import { networkShader } from './network.ts';
import { total } from './total.ts';

/** How the kernel lays a draw of a tangent kernel of two inputs out. */
export interface NtkLayout {
  /** Of a workgroup, which is a draw. */
  readonly threads: number;
  /** Blocks of Philox, of four coordinates each, that a thread has. */
  readonly slots: number;
  /** Floats that a draw keeps: states and gradients, then what it remembers of every layer. */
  readonly floats: number;
}

/** Words of a draw: where it diverged, two outputs, and three numbers of each of K_W, K_b, <g, g'>. */
export const NTK_WORDS = 12;

/** The largest width: a thread's private memory is 8 KiB. */
export const MOST_NTK_WIDTH = 2 ** 15 - 8;

export function ntkLayout(width: number, depth: number): NtkLayout {
  const blocks = 4 * Math.ceil((width + 1) / 16);
  const threads = blocks <= 256 ? 64 : 256;
  const slots = Math.ceil(blocks / threads);
  return { threads, slots, floats: 16 * slots * threads + 8 * depth };
}

/**
 * Tangent kernels of a network of two inputs, a workgroup each. With At = [SCALE_W X; SCALE_B 1^T] and
 * K = At^T At = R R^T, a layer's preactivations are H = Z R^T, Q = At R^-T is orthonormal, and with
 * V = phi'(H) o Delta, V^T V = S S^T and E iid N(0, 1), gradients go back through the layer by
 * Q Z^T V + (I - Q Q^T) E S^T.
 *
 * Of a layer a draw remembers R and X^T X alone: on the way back its normals are drawn once more, and
 * its increments are taken from the states, which is right to their rounding. A block has
 * coordinates 16 g + l, 16 g + 4 + l, 16 g + 8 + l and 16 g + 12 + l.
 */
export function ntkShader(network: ResidualNetwork): string {
  const { width, depth } = network;
  const { threads, slots, floats } = ntkLayout(width, depth);
  const padded = 8 * Math.ceil((width + 1) / 8);
  return /* wgsl */ `${networkShader(network, 'recursion')}${total('total', 'vec4f', threads)}${total('totals', 'mat3x4f', threads)}
const THREADS = ${u32(threads)};
const SLOTS = ${u32(slots)};
const FLOATS = ${u32(floats)};
const TAPE = ${u32(16 * slots * threads)};
const WORDS = ${u32(NTK_WORDS)};
// Blocks that the second row of normals begins after, and whether it begins within one.
const ROW = ${u32(4 * Math.floor(padded / 16))};
const BETWEEN = ${padded % 16 === 8};

// A column an input: states, gradients, V; E has a column a row of normals.
var<private> x: array<mat2x4f, SLOTS>;
var<private> gradient: array<mat2x4f, SLOTS>;
var<private> back: array<mat2x4f, SLOTS>;
var<private> fresh: array<mat2x4f, SLOTS>;
var<private> thread: u32;
var<private> draw: u32;

// The factor of a Gram matrix [k00, k01; k01, k11] by pivots: the pivot has (root, 0), the other input
// (c root, rest). A rest that rounding may have made is 0.
struct Factor {
  swapped: bool,
  root: f32,
  c: f32,
  rest: f32,
}

fn lengths(gram: vec3f) -> Factor {
  let swapped = gram.z > gram.x;
  let square = max(gram.x, gram.z);
  return Factor(swapped, sqrt(square), select(0f, gram.y / square, square > 0f), 0f);
}

// The rows of the factor, of input 0 and of input 1.
fn rows(f: Factor) -> mat2x2f {
  let first = vec2f(f.root, 0f);
  let other = vec2f(f.c * f.root, f.rest);
  return mat2x2f(select(first, other, f.swapped), select(other, first, f.swapped));
}

// What is left of the other input's column without c times the pivot's.
fn difference(f: Factor, columns: mat2x4f) -> vec4f {
  return select(columns[1] - f.c * columns[0], columns[0] - f.c * columns[1], f.swapped);
}

fn pivotOf(f: Factor, columns: mat2x4f) -> vec4f {
  return select(columns[0], columns[1], f.swapped);
}

fn restOf(f: Factor, gram: vec3f, square: f32) -> f32 {
  return select(0f, sqrt(square), square > ROUNDING * min(gram.x, gram.z));
}

fn products(a: vec4f, b: vec4f) -> vec4f {
  return vec4f(dot(a, a), dot(a, b), dot(b, b), 0f);
}

fn blockOf(slot: u32) -> u32 {
  return slot * THREADS + thread;
}

fn coordinates(block: u32) -> vec4u {
  return vec4u(0u, 4u, 8u, 12u) + 16u * (block >> 2u) + (block & 3u);
}

// The normals of a layer at these coordinates, of both rows.
fn normalRows(block: u32, layer: u32) -> mat2x4f {
  let first = blockNormals(block, layer, draw);
  let second = blockNormals(block + ROW, layer, draw);
  if (BETWEEN) {
    return mat2x4f(first, vec4f(second.zw, blockNormals(block + ROW + 4u, layer, draw).xy));
  }
  return mat2x4f(first, second);
}

fn preactivations(f: Factor, z: mat2x4f) -> mat2x4f {
  return z * rows(f);
}

fn activated(h: vec4f) -> vec4f {
  return vec4f(phi(h.x), phi(h.y), phi(h.z), phi(h.w));
}

fn slopes(h: vec4f, p: vec4f) -> vec4f {
  return vec4f(slopeOf(h.x, p.x), slopeOf(h.y, p.y), slopeOf(h.z, p.z), slopeOf(h.w, p.w));
}

// The increments of the coordinates that there are.
fn increments(h: mat2x4f, block: u32) -> mat2x4f {
  let inside = coordinates(block) < vec4u(WIDTH);
  let zero = vec4f();
  return mat2x4f(select(zero, activated(h[0]), inside), select(zero, activated(h[1]), inside));
}

fn remember(row: u32, layer: u32, f: Factor, gram: vec3f) {
  if (thread == 0u) {
    let at = row * FLOATS + TAPE + 8u * layer;
    states[at] = select(0f, 1f, f.swapped);
    states[at + 1u] = f.root;
    states[at + 2u] = f.c;
    states[at + 3u] = f.rest;
    states[at + 4u] = VARIANCE_W * gram.x;
    states[at + 5u] = VARIANCE_W * gram.y;
    states[at + 6u] = VARIANCE_W * gram.z;
  }
}

fn resume(row: u32) {
  for (var slot = 0u; slot < SLOTS; slot++) {
    for (var n = 0u; n < 2u; n++) {
      let at = row * FLOATS + 16u * blockOf(slot) + 4u * n;
      x[slot][n] = vec4f(states[at], states[at + 1u], states[at + 2u], states[at + 3u]);
      gradient[slot][n] = vec4f(states[at + 8u], states[at + 9u], states[at + 10u], states[at + 11u]);
    }
  }
}

fn suspend(row: u32) {
  for (var slot = 0u; slot < SLOTS; slot++) {
    for (var n = 0u; n < 2u; n++) {
      let at = row * FLOATS + 16u * blockOf(slot) + 4u * n;
      for (var i = 0u; i < 4u; i++) {
        states[at + i] = x[slot][n][i];
        states[at + 8u + i] = gradient[slot][n][i];
      }
    }
  }
}

fn start() {
  for (var slot = 0u; slot < SLOTS; slot++) {
    let d = coordinates(blockOf(slot));
    for (var i = 0u; i < 4u; i++) {
      if (d[i] < WIDTH) {
        x[slot][0][i] = initial[d[i]];
        x[slot][1][i] = initial[WIDTH + d[i]];
      }
    }
  }
}

fn stateGram() -> vec3f {
  var sum = vec4f();
  for (var slot = 0u; slot < SLOTS; slot++) {
    sum += products(x[slot][0], x[slot][1]);
  }
  return total(sum, thread).xyz;
}

fn squaredRest(f: Factor) -> f32 {
  var sum = vec4f();
  for (var slot = 0u; slot < SLOTS; slot++) {
    let rest = difference(f, x[slot]);
    sum.x += dot(rest, rest);
  }
  return total(sum, thread).x;
}

fn isFiniteGram(gram: vec3f) -> bool {
  return isFinite(gram.x) && isFinite(gram.z);
}

@compute @workgroup_size(THREADS)
fn forwards(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  thread = index;
  let row = group.x;
  draw = parameters.firstDraw + row;
  let home = row * WORDS;
  var diverged = divergedEarlier(home, thread);
  if (parameters.firstLayer == 0u) {
    start();
  } else {
    resume(row);
  }
  for (var layer = parameters.firstLayer; diverged == 0u; layer++) {
    let gram = stateGram();
    if (!isFiniteGram(gram)) {
      diverged = max(1u, layer);
      continue;
    }
    if (layer == parameters.endLayer) {
      break;
    }
    let k = VARIANCE_W * gram + vec3f(VARIANCE_B);
    var factor = lengths(k);
    let biasRest = SCALE_B * (1f - factor.c);
    factor.rest = restOf(factor, k, VARIANCE_W * squaredRest(factor) + biasRest * biasRest);
    remember(row, layer, factor, gram);
    for (var slot = 0u; slot < SLOTS; slot++) {
      let block = blockOf(slot);
      x[slot] += increments(preactivations(factor, normalRows(block, layer)), block);
    }
  }
  if (parameters.endLayer == DEPTH) {
    for (var slot = 0u; slot < SLOTS; slot++) {
      if (blockOf(slot) == 0u) {
        output[home + 1u] = bitcast<u32>(x[slot][0].x);
        output[home + 2u] = bitcast<u32>(x[slot][1].x);
        gradient[slot] = mat2x4f(vec4f(1f, 0f, 0f, 0f), vec4f(1f, 0f, 0f, 0f));
      }
    }
    for (var i = thread; i < 6u; i += THREADS) {
      output[home + 3u + i] = 0u;
    }
  }
  suspend(row);
  if (thread == 0u) {
    output[home] = diverged;
  }
}

fn recall(row: u32, layer: u32) -> Factor {
  let at = row * FLOATS + TAPE + 8u * layer;
  return Factor(states[at] > 0.5f, states[at + 1u], states[at + 2u], states[at + 3u]);
}

fn recallGram(row: u32, layer: u32) -> vec3f {
  let at = row * FLOATS + TAPE + 8u * layer + 4u;
  return vec3f(states[at], states[at + 1u], states[at + 2u]);
}

// 1 / y, or 0 for a column that the factor does not have.
fn inverse(y: f32) -> f32 {
  return select(0f, 1f / y, y > 0f);
}

// Q of a layer at these coordinates, its last row included.
fn orthonormal(f: Factor, slot: u32) -> mat2x4f {
  let isLast = coordinates(blockOf(slot)) == vec4u(WIDTH);
  let first = select(SCALE_W * pivotOf(f, x[slot]), vec4f(SCALE_B), isLast);
  let second = select(SCALE_W * difference(f, x[slot]), vec4f(SCALE_B * (1f - f.c)), isLast);
  return mat2x4f(first * inverse(f.root), second * inverse(f.rest));
}

// Adds to K_W and K_b, which only the first thread knows.
fn accumulate(home: u32, products: vec3f, gram: vec3f) {
  if (thread == 0u) {
    for (var i = 0u; i < 3u; i++) {
      let weights = bitcast<f32>(output[home + 3u + i]) + products[i] * gram[i];
      let biases = bitcast<f32>(output[home + 6u + i]) + products[i] * VARIANCE_B;
      output[home + 3u + i] = bitcast<u32>(weights);
      output[home + 6u + i] = bitcast<u32>(biases);
    }
  }
}

// Takes the states back through a layer, and writes V and E. Returns V^T V, Z^T V and Q^T E.
fn undo(f: Factor, layer: u32) -> mat3x4f {
  var sum = mat3x4f();
  for (var slot = 0u; slot < SLOTS; slot++) {
    let block = blockOf(slot);
    let z = normalRows(block, layer);
    let h = preactivations(f, z);
    let inside = coordinates(block) <= vec4u(WIDTH);
    let activations = mat2x4f(activated(h[0]), activated(h[1]));
    let within = coordinates(block) < vec4u(WIDTH);
    x[slot][0] -= select(vec4f(), activations[0], within);
    x[slot][1] -= select(vec4f(), activations[1], within);
    back[slot] = mat2x4f(
      slopes(h[0], activations[0]) * gradient[slot][0],
      slopes(h[1], activations[1]) * gradient[slot][1],
    );
    let e = normalRows(block, 2u * DEPTH - 1u - layer);
    fresh[slot] = mat2x4f(select(vec4f(), e[0], inside), select(vec4f(), e[1], inside));
    let v = back[slot];
    let q = orthonormal(f, slot);
    sum += mat3x4f(
      products(v[0], v[1]),
      vec4f(dot(z[0], v[0]), dot(z[1], v[0]), dot(z[0], v[1]), dot(z[1], v[1])),
      vec4f(dot(q[0], fresh[slot][0]), dot(q[1], fresh[slot][0]), dot(q[0], fresh[slot][1]), dot(q[1], fresh[slot][1])),
    );
  }
  return totals(sum, thread);
}

fn backRest(f: Factor) -> f32 {
  var sum = vec4f();
  for (var slot = 0u; slot < SLOTS; slot++) {
    let rest = difference(f, back[slot]);
    sum.x += dot(rest, rest);
  }
  return total(sum, thread).x;
}

// Layers are counted from the last.
@compute @workgroup_size(THREADS)
fn backwards(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  thread = index;
  let row = group.x;
  draw = parameters.firstDraw + row;
  let home = row * WORDS;
  if (thread == 0u) {
    earlier = output[home];
  }
  var diverged = workgroupUniformLoad(&earlier);
  resume(row);
  for (var done = parameters.firstLayer; done < parameters.endLayer && diverged == 0u; done++) {
    let layer = DEPTH - 1u - done;
    let factor = recall(row, layer);
    let sums = undo(factor, layer);
    let gram = sums[0].xyz;
    if (!isFiniteGram(gram)) {
      diverged = layer + 1u;
      continue;
    }
    accumulate(home, gram, recallGram(row, layer));
    var backFactor = lengths(gram);
    backFactor.rest = restOf(backFactor, gram, backRest(backFactor));
    let s = rows(backFactor);
    // A column an input: Z^T V - Q^T E S^T, then S^T.
    let projected = mat2x2f(sums[1].xy, sums[1].zw);
    let overlap = mat2x2f(sums[2].xy, sums[2].zw);
    let coefficients = SCALE_W * (projected - overlap * s);
    for (var slot = 0u; slot < SLOTS; slot++) {
      let inside = coordinates(blockOf(slot)) < vec4u(WIDTH);
      let moved = orthonormal(factor, slot) * coefficients + fresh[slot] * (SCALE_W * s);
      gradient[slot][0] += select(vec4f(), moved[0], inside);
      gradient[slot][1] += select(vec4f(), moved[1], inside);
    }
  }
  if (parameters.endLayer == DEPTH && diverged == 0u) {
    var sum = vec4f();
    for (var slot = 0u; slot < SLOTS; slot++) {
      sum += products(gradient[slot][0], gradient[slot][1]);
    }
    let gram = total(sum, thread).xyz;
    if (!isFiniteGram(gram)) {
      diverged = 1u;
    }
    if (thread == 0u) {
      for (var i = 0u; i < 3u; i++) {
        output[home + 9u + i] = bitcast<u32>(gram[i]);
      }
    }
  }
  suspend(row);
  if (thread == 0u) {
    output[home] = diverged;
  }
}
`;
}
