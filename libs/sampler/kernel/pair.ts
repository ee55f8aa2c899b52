/**
 * Draws of a network of two inputs: given the states X (D x 2), the preactivations of a layer have
 * iid rows N(0, K), K = varianceW X^T X + varianceB 1 1^T, so they are drawn without weights.
 *
 * States and increments lie interleaved: four coordinates of input 0, the same four of input 1.
 * States, normals and increments are f32. The Gram matrix is f64: what tells the inputs apart is the
 * difference k11 - k01^2 / k00, which is small where their preactivations are nearly proportional.
 */
import { activate, LINEAR } from './activations';
import { reserve } from './memory';
import { curvature, depth, kind, slope, varianceB, varianceW, width } from './network';
import { normals, REACH } from './normals';
import { reserveGroups, startDraw, startLayer } from './philox';
import { isFinite32, lower, mulAdd, sum, upper } from './vector';

/** Coordinates are padded to whole pairs of Philox groups. */
const PADDING = 16;

let bytes: usize = 0;
let initial: usize = 0;
let states: usize = 0;
let increments: usize = 0;

let gram00: f64 = 0;
let gram01: f64 = 0;
let gram11: f64 = 0;

/** Lays out the buffers of the network. Returns the number of coordinates with padding. */
export function pairReserve(): i32 {
  const padded = (width + PADDING - 1) & ~(PADDING - 1);
  bytes = (<usize>padded) << 3;
  initial = reserve(bytes);
  states = reserve(bytes);
  increments = reserve(bytes);
  reserveGroups(padded >> 3);
  memory.fill(initial, 0, bytes);
  return padded;
}

/** Where the host writes the initial states. */
export function pairInitial(): usize {
  return initial;
}

/** Where a draw leaves the final states. */
export function pairStates(): usize {
  return states;
}

/** Draws one network. Returns 0, or the number of the layer after which its states are not finite in f32. */
export function pairDraw(draw: u32, stream: u32): i32 {
  memory.copy(states, initial, bytes);
  memory.fill(increments, 0, bytes);
  startDraw(draw, stream);
  let finite = accumulate();
  for (let layer = 0; layer < depth; layer++) {
    if (!finite) return max(1, layer);
    startLayer(layer);
    normals(increments, <i32>(bytes >> 6));
    step();
    finite = accumulate();
  }
  return finite ? 0 : depth;
}

/** Turns a layer's normals into its increments. */
function step(): void {
  const k00 = varianceW * gram00 + varianceB;
  const k01 = varianceW * gram01 + varianceB;
  const k11 = varianceW * gram11 + varianceB;
  const r00 = sqrt(k00);
  const r10 = r00 > 0 ? k01 / r00 : 0;
  const r11 = sqrt(max(0, k11 - r10 * r10));
  if (kind == LINEAR) {
    correlate(slope * r00, slope * r10, slope * r11, curvature * k00, curvature * k11);
  } else {
    correlate(r00, r10, r11, 0, 0);
    activate(kind, increments, increments + bytes, REACH * sqrt(max(k00, k11)));
  }
  for (let i = width; i < <i32>(bytes >> 3); i++) {
    const at = increments + ((<usize>(i >> 2)) << 5) + ((<usize>(i & 3)) << 2);
    store<f32>(at, 0);
    store<f32>(at, 0, 16);
  }
}

/** Replaces normals (z0, z1) by (r00 z0 + d0, r10 z0 + r11 z1 + d1). */
function correlate(r00: f64, r10: f64, r11: f64, d0: f64, d1: f64): void {
  const a = f32x4.splat(<f32>r00),
    b = f32x4.splat(<f32>r10),
    c = f32x4.splat(<f32>r11);
  const e = f32x4.splat(<f32>d0),
    f = f32x4.splat(<f32>d1);
  const end = increments + bytes;
  for (let at = increments; at < end; at += 32) {
    const z0 = v128.load(at),
      z1 = v128.load(at, 16);
    v128.store(at, mulAdd(a, z0, e));
    v128.store(at, f32x4.add(mulAdd(b, z0, f), f32x4.mul(c, z1)), 16);
  }
}

/** Adds the increments to the states and forms the Gram matrix. Returns whether a layer can follow. */
function accumulate(): bool {
  let a00 = f64x2.splat(0),
    a01 = a00,
    a11 = a00,
    b00 = a00,
    b01 = a00,
    b11 = a00;
  const end = states + bytes;
  for (let x = states, y = increments; x < end; x += 32, y += 32) {
    const x0 = f32x4.add(v128.load(x), v128.load(y)),
      x1 = f32x4.add(v128.load(x, 16), v128.load(y, 16));
    v128.store(x, x0);
    v128.store(x, x1, 16);
    const p0 = lower(x0),
      p1 = lower(x1),
      q0 = upper(x0),
      q1 = upper(x1);
    a00 = f64x2.add(f64x2.mul(p0, p0), a00);
    a01 = f64x2.add(f64x2.mul(p0, p1), a01);
    a11 = f64x2.add(f64x2.mul(p1, p1), a11);
    b00 = f64x2.add(f64x2.mul(q0, q0), b00);
    b01 = f64x2.add(f64x2.mul(q0, q1), b01);
    b11 = f64x2.add(f64x2.mul(q1, q1), b11);
  }
  gram00 = sum(f64x2.add(a00, b00));
  gram01 = sum(f64x2.add(a01, b01));
  gram11 = sum(f64x2.add(a11, b11));
  const largest = max(gram00, gram11);
  return isFinite32(largest, varianceW * largest + varianceB);
}
