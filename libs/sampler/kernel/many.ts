/**
 * Draws of a network of any number N of inputs. Given the states X (D x N), the preactivations of a
 * layer are H = Z R^T with R R^T = varianceW X^T X + varianceB 1 1^T and Z (D x rank) iid N(0, 1).
 *
 * States are f64, an input's D coordinates after another's; the Gram matrix and its factor are f64;
 * normals, preactivations and increments are f32.
 */
import { activate, LINEAR } from './activations';
import { pivotedCholesky } from './cholesky';
import { reserve } from './memory';
import { curvature, depth, kind, slope, varianceB, varianceW, width } from './network';
import { normals, REACH } from './normals';
import { reserveGroups, startDraw, startLayer } from './philox';
import { isFinite32, lower, mulAdd, splat, sum, upper } from './vector';

/** Coordinates are padded to two vectors of f32. */
const PADDING = 8;
/** Inputs are padded to as many as are computed side by side. */
const BLOCK = 4;

let inputs: i32 = 0;
let blocks: i32 = 0;
let tolerance: f64 = 0;

/** Bytes of one input's states (f64), and of its increments (f32). */
let stateBytes: usize = 0;
let incrementBytes: usize = 0;
let initial: usize = 0;
let states: usize = 0;
let draws: usize = 0;
let increments: usize = 0;
let covariance: usize = 0;
let factor: usize = 0;
let residual: usize = 0;
let weights: usize = 0;

/**
 * Lays out the buffers of the network.
 *
 * @param tolerance_ relative size below which a pivot of the covariance counts as zero
 * @returns the number of coordinates with padding
 */
export function manyReserve(inputs_: i32, tolerance_: f64): i32 {
  inputs = inputs_;
  tolerance = tolerance_;
  const padded = (width + PADDING - 1) & ~(PADDING - 1);
  blocks = (inputs + BLOCK - 1) / BLOCK;
  stateBytes = <usize>padded << 3;
  incrementBytes = <usize>padded << 2;
  const n = <usize>inputs;
  const groups = evenGroups(padded * inputs);
  initial = reserve(n * stateBytes);
  states = reserve(n * stateBytes);
  draws = reserve(<usize>groups << 6);
  increments = reserve(<usize>(BLOCK * blocks) * incrementBytes);
  covariance = reserve(n * n * 8);
  factor = reserve(n * n * 8);
  residual = reserve(n * 8);
  weights = reserve(<usize>(BLOCK * blocks) * n * 4);
  reserveGroups(groups);
  memory.fill(initial, 0, n * stateBytes);
  return padded;
}

/** Where the host writes the initial states. */
export function manyInitial(): usize {
  return initial;
}

/** Where a draw leaves the final states. */
export function manyStates(): usize {
  return states;
}

/** Draws one network. Returns 0, or the number of the layer after which its states are not finite in f32. */
export function manyDraw(draw: u32, stream: u32): i32 {
  memory.copy(states, initial, <usize>inputs * stateBytes);
  startDraw(draw, stream);
  let finite = covary();
  for (let layer = 0; layer < depth; layer++) {
    if (!finite) return max(1, layer);
    const rank = pivotedCholesky(covariance, residual, factor, inputs, tolerance);
    startLayer(layer);
    if (rank > 0) normals(draws, evenGroups(rank * <i32>(incrementBytes >> 2)));
    step(rank);
    accumulate();
    finite = covary();
  }
  return finite ? 0 : depth;
}

/** Philox groups that hold `count` normals, rounded up to an even number. */
function evenGroups(count: i32): i32 {
  return ((count + 31) >> 5) << 1;
}

/** Turns a layer's normals into its increments. */
function step(rank: i32): void {
  let largest: f64 = 0;
  for (let i = 0; i < inputs; i++) largest = max(largest, variance(i));
  const scale = kind == LINEAR ? slope : 1;
  for (let i = 0; i < inputs; i++)
    for (let k = 0; k < rank; k++) {
      const r = scale * load<f64>(factor + (<usize>(i * inputs + k) << 3));
      store<f32>(weights + (<usize>(i * rank + k) << 2), <f32>r);
    }
  for (let block = 0; block < blocks; block++) correlate(block * BLOCK, rank);
  const end = increments + <usize>inputs * incrementBytes;
  if (kind == LINEAR) shift();
  else activate(kind, increments, end, REACH * sqrt(<f64>rank * largest));
}

@inline
function variance(input: i32): f64 {
  return load<f64>(covariance + (<usize>input * <usize>(inputs + 1) << 3));
}

/** The increments of four inputs: sums over k of R[i][k] times the k-th run of normals. */
function correlate(first: i32, rank: i32): void {
  const row = <usize>rank << 2;
  const r0 = weights + <usize>first * row, r1 = r0 + row, r2 = r1 + row, r3 = r2 + row;
  const y0 = increments + <usize>first * incrementBytes;
  const y1 = y0 + incrementBytes, y2 = y1 + incrementBytes, y3 = y2 + incrementBytes;
  const zero = f32x4.splat(0);
  for (let d: usize = 0; d < incrementBytes; d += 32) {
    let a0 = zero, a1 = zero, a2 = zero, a3 = zero, b0 = zero, b1 = zero, b2 = zero, b3 = zero;
    let z = draws + d;
    for (let k: usize = 0; k < row; k += 4, z += incrementBytes) {
      const za = v128.load(z), zb = v128.load(z, 16);
      const c0 = splat(r0 + k, 0), c1 = splat(r1 + k, 0), c2 = splat(r2 + k, 0), c3 = splat(r3 + k, 0);
      a0 = mulAdd(c0, za, a0);
      b0 = mulAdd(c0, zb, b0);
      a1 = mulAdd(c1, za, a1);
      b1 = mulAdd(c1, zb, b1);
      a2 = mulAdd(c2, za, a2);
      b2 = mulAdd(c2, zb, b2);
      a3 = mulAdd(c3, za, a3);
      b3 = mulAdd(c3, zb, b3);
    }
    v128.store(y0 + d, a0);
    v128.store(y0 + d, b0, 16);
    v128.store(y1 + d, a1);
    v128.store(y1 + d, b1, 16);
    v128.store(y2 + d, a2);
    v128.store(y2 + d, b2, 16);
    v128.store(y3 + d, a3);
    v128.store(y3 + d, b3, 16);
  }
}

/** Adds curvature K_ii to the increments of every input i. */
function shift(): void {
  for (let i = 0; i < inputs; i++) {
    const by = f32x4.splat(<f32>(curvature * variance(i)));
    const start = increments + <usize>i * incrementBytes;
    for (let at = start; at < start + incrementBytes; at += 16) v128.store(at, f32x4.add(v128.load(at), by));
  }
}

/** Adds the increments to the states; coordinates that are only padding stay zero. */
function accumulate(): void {
  for (let i = 0; i < inputs; i++) {
    const y = increments + <usize>i * incrementBytes;
    for (let d = <usize>width << 2; d < incrementBytes; d += 4) store<f32>(y + d, 0);
    let x = states + <usize>i * stateBytes;
    for (let at = y; at < y + incrementBytes; at += 16, x += 32) {
      const h = v128.load(at);
      v128.store(x, f64x2.add(v128.load(x), lower(h)));
      v128.store(x, f64x2.add(v128.load(x, 16), upper(h)), 16);
    }
  }
}

/** The covariance of the next preactivations (its lower triangle). Returns whether a layer can follow. */
function covary(): bool {
  let largest: f64 = 0;
  for (let i = 0; i < inputs; i++) {
    const row = covariance + (<usize>(i * inputs) << 3);
    const x = states + <usize>i * stateBytes;
    for (let j = 0; j <= i; j++) {
      const product = dot(x, states + <usize>j * stateBytes);
      store<f64>(row + (<usize>j << 3), varianceW * product + varianceB);
      if (j == i) largest = max(largest, product);
    }
  }
  return isFinite32(largest, varianceW * largest + varianceB);
}

function dot(x: usize, y: usize): f64 {
  let a = f64x2.splat(0), b = a, c = a, d = a;
  const end = x + stateBytes;
  for (; x < end; x += 64, y += 64) {
    a = f64x2.add(a, f64x2.mul(v128.load(x), v128.load(y)));
    b = f64x2.add(b, f64x2.mul(v128.load(x, 16), v128.load(y, 16)));
    c = f64x2.add(c, f64x2.mul(v128.load(x, 32), v128.load(y, 32)));
    d = f64x2.add(d, f64x2.mul(v128.load(x, 48), v128.load(y, 48)));
  }
  return sum(f64x2.add(f64x2.add(a, b), f64x2.add(c, d)));
}
