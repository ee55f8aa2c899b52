/**
 * Draws of a network of any number N of inputs. Given the features psi(X) of the states X (D x N), the
 * preactivations of a layer are H = Z R^T with R R^T = varianceW psi(X)^T psi(X) + varianceB 1 1^T and
 * Z (D x rank) iid N(0, 1). A residual network adds its increments to the states; a feedforward
 * network has its preactivations as states, and the inputs themselves as first features.
 *
 * States and features are f64, an input's D coordinates after another's, and so is the factor of the
 * covariance; normals, preactivations, increments and psi are f32.
 */
import { activate, activateScanned, LINEAR } from './activations';
import { factorEntry, factorise, factorReserve, variance, variances } from './gram-factor';
import { reserve } from './memory';
import { curvature, depth, feedforward, kind, psi, slope, varianceB, varianceW, width } from './network';
import { normals, REACH } from './normals';
import { reserveGroups, startDraw, startLayer } from './philox';
import { demote, isFinite32, lower, mulAdd, splat, upper } from './vector';

/** Coordinates are padded to two vectors of f32. */
const PADDING = 8;
/** Inputs are padded to as many as are computed side by side. */
const BLOCK = 4;

let inputs: i32 = 0;
let blocks: i32 = 0;
let tolerance: f64 = 0;
let scanned: bool = false;

/** How many layers of the draw at hand are done, and whether another can follow. */
let done: i32 = 0;
let finite: bool = false;

/** Bytes of one input's states (f64), and of its increments (f32). */
let stateBytes: usize = 0;
let incrementBytes: usize = 0;
let initial: usize = 0;
let states: usize = 0;
let draws: usize = 0;
let increments: usize = 0;
let features: usize = 0;
let weights: usize = 0;

/**
 * Lays out the buffers of the network.
 *
 * @param tolerance_ relative size below which a pivot of the covariance counts as zero
 * @param scanned_ whether activations take the largest preactivation of an input for their bound: it
 *   is faster than the bound that holds always, and rounds otherwise
 * @returns the number of coordinates with padding
 */
export function manyReserve(inputs_: i32, tolerance_: f64, scanned_: bool): i32 {
  inputs = inputs_;
  tolerance = tolerance_;
  scanned = scanned_;
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
  features = psi == LINEAR ? states : reserve(n * stateBytes);
  factorReserve(inputs);
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
  manyStart(draw, stream);
  return manyAdvance(depth);
}

/** Puts the initial states in place. */
export function manyStart(draw: u32, stream: u32): void {
  memory.copy(states, initial, <usize>inputs * stateBytes);
  startDraw(draw, stream);
  done = 0;
  finite = feedforward ? vary(states) : featurise();
}

/** Goes on to the end of this many layers in all; returns as `manyDraw` does. */
export function manyAdvance(layers: i32): i32 {
  for (; done < layers; done++) {
    if (!finite) return max(1, done);
    const rank = factorise(tolerance);
    startLayer(done);
    if (rank > 0) normals(draws, evenGroups(rank * <i32>(incrementBytes >> 2)));
    step(rank);
    accumulate();
    finite = featurise();
  }
  return finite ? 0 : max(1, done);
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
      store<f32>(weights + (<usize>(i * rank + k) << 2), <f32>(scale * factorEntry(i, k)));
    }
  for (let block = 0; block < blocks; block++) correlate(block * BLOCK, rank);
  const end = increments + <usize>inputs * incrementBytes;
  if (kind == LINEAR) shift();
  else if (scanned) {
    for (let at = increments; at < end; at += incrementBytes) activateScanned(kind, at, at + incrementBytes);
  } else activate(kind, increments, end, REACH * sqrt(<f64>rank * largest));
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

/** Moves the states; coordinates that are only padding stay zero. */
function accumulate(): void {
  if (feedforward) memory.fill(states, 0, <usize>inputs * stateBytes);
  for (let i = 0; i < inputs; i++) {
    const y = increments + <usize>i * incrementBytes;
    clearPadding(y);
    let x = states + <usize>i * stateBytes;
    for (let at = y; at < y + incrementBytes; at += 16, x += 32) {
      const h = v128.load(at);
      v128.store(x, f64x2.add(v128.load(x), lower(h)));
      v128.store(x, f64x2.add(v128.load(x, 16), upper(h)), 16);
    }
  }
}

function clearPadding(row: usize): void {
  for (let d = <usize>width << 2; d < incrementBytes; d += 4) store<f32>(row + d, 0);
}

/** The features of the states and their variances. Returns whether a layer can follow. */
function featurise(): bool {
  const square = variances(states, stateBytes, varianceW, varianceB);
  if (psi == LINEAR) return canFollow(square);
  if (!isFinite32(square, 0)) return false;
  const bound = sqrt(square);
  for (let i = 0; i < inputs; i++) {
    let x = states + <usize>i * stateBytes;
    const end = increments + incrementBytes;
    for (let at = increments; at < end; at += 16, x += 32)
      v128.store(at, demote(v128.load(x), v128.load(x, 16)));
    activate(psi, increments, end, bound);
    clearPadding(increments);
    let f = features + <usize>i * stateBytes;
    for (let at = increments; at < end; at += 16, f += 32) {
      const value = v128.load(at);
      v128.store(f, lower(value));
      v128.store(f, upper(value), 16);
    }
  }
  return vary(features);
}

/** Takes these features for the next layer. Returns whether it can follow. */
function vary(at: usize): bool {
  return canFollow(variances(at, stateBytes, varianceW, varianceB));
}

function canFollow(square: f64): bool {
  return isFinite32(square, varianceW * square + varianceB);
}
