/**
 * Pivoted Cholesky factor R R^T of a covariance K = scale X^T X + shift 1 1^T, in f64. Of K only the
 * diagonal and the columns of the pivots are computed, and of a column only the rows that are not
 * pivots yet: N inputs of rank r take N r products of states, not N^2 / 2. In a convolutional network
 * X^T X is that of patches, summed from all products of sites.
 *
 * The rules are those of `pivotedCholesky`, and so are the bits.
 */
import { reserve } from './memory';
import { convolves, multiplyPatches, patchProducts } from './patches';
import { dot, products } from './products';

let count: i32 = 0;
let states: usize = 0;
let stateBytes: usize = 0;
let scale: f64 = 0;
let shift: f64 = 0;

/** K_ii by row. */
let diagonal: usize = 0;
/** The rows by their places, pivots first in their order, and the places by their rows, as i32. */
let order: usize = 0;
let places: usize = 0;
/** By place: what is left of K_ii, what it must be above, and the column of the pivot at hand. */
let residual: usize = 0;
let least: usize = 0;
let column: usize = 0;
/** R by columns of `columnBytes`, by place. */
let factor: usize = 0;
let columnBytes: usize = 0;

/** Room for `inputs` rows. */
export function factorReserve(inputs: i32): void {
  count = inputs;
  columnBytes = <usize>((inputs + 1) & ~1) << 3;
  diagonal = reserve(columnBytes);
  residual = reserve(columnBytes);
  least = reserve(columnBytes);
  column = reserve(columnBytes);
  order = reserve(<usize>inputs << 2);
  places = reserve(<usize>inputs << 2);
  factor = reserve(<usize>inputs * columnBytes);
}

/** K_ii of the covariance of which `variances` was told. */
@inline
export function variance(input: i32): f64 {
  return load<f64>(diagonal + (<usize>input << 3));
}

/** R[row][k] for k below the rank. */
@inline
export function factorEntry(row: i32, k: i32): f64 {
  return entry(load<i32>(places + (<usize>row << 2)), k);
}

/**
 * Takes the rows of X at `at`, `bytes` (a multiple of 64) apart, and computes the diagonal of K.
 * Returns the largest squared norm of a row, or of a patch, NaN if one is.
 */
export function variances(at: usize, bytes: usize, scale_: f64, shift_: f64): f64 {
  states = at;
  stateBytes = bytes;
  scale = scale_;
  shift = shift_;
  let largest: f64 = 0;
  if (convolves()) multiplyPatches(at, bytes);
  for (let i = 0; i < count; i++) {
    const square = convolves()
      ? load<f64>(patchProducts(i) + (<usize>i << 3))
      : dot(state(i), state(i), bytes);
    store<f64>(diagonal + (<usize>i << 3), scale * square + shift);
    largest = max(largest, square);
  }
  return largest;
}

/**
 * Factors K. What is left of a diagonal element counts as zero unless it is above `tolerance` times
 * that element. Returns the rank.
 */
export function factorise(tolerance: f64): i32 {
  for (let i = 0; i < count; i++) {
    store<i32>(order + (<usize>i << 2), i);
    store<f64>(residual + (<usize>i << 3), variance(i));
    store<f64>(least + (<usize>i << 3), tolerance * variance(i));
  }
  let k = 0;
  for (; k < count; k++) {
    const pivot = largestResidual(k);
    if (pivot < 0) break;
    exchange(k, pivot);
    fillColumn(k);
    subtractColumns(k);
    finish(k);
  }
  for (let i = 0; i < count; i++) store<i32>(places + (<usize>rowAt(i) << 2), i);
  return k;
}

@inline
function state(row: i32): usize {
  return states + <usize>row * stateBytes;
}

@inline
function rowAt(place: i32): i32 {
  return load<i32>(order + (<usize>place << 2));
}

@inline
function entry(place: i32, k: i32): f64 {
  return load<f64>(factor + <usize>k * columnBytes + (<usize>place << 3));
}

/** The first vector that holds a place after k. */
@inline
function after(k: i32): usize {
  return <usize>((k + 1) & ~1) << 3;
}

/** The place from k on with the largest residual that counts, of equal ones that of the first row; or -1. */
function largestResidual(k: i32): i32 {
  let pivot = -1;
  let best: f64 = 0;
  for (let i = k; i < count; i++) {
    const d = load<f64>(residual + (<usize>i << 3));
    if (d < best || !(d > load<f64>(least + (<usize>i << 3)))) continue;
    if (d == best && rowAt(i) > rowAt(pivot)) continue;
    best = d;
    pivot = i;
  }
  return pivot;
}

/** Puts the rows at two places in each other's. */
function exchange(k: i32, pivot: i32): void {
  if (k == pivot) return;
  const row = rowAt(k);
  store<i32>(order + (<usize>k << 2), rowAt(pivot));
  store<i32>(order + (<usize>pivot << 2), row);
  exchangeIn(residual, k, pivot);
  exchangeIn(least, k, pivot);
  for (let j = 0; j < k; j++) exchangeIn(factor + <usize>j * columnBytes, k, pivot);
}

@inline
function exchangeIn(values: usize, k: i32, pivot: i32): void {
  const a = values + (<usize>k << 3), b = values + (<usize>pivot << 3);
  const value = load<f64>(a);
  store<f64>(a, load<f64>(b));
  store<f64>(b, value);
}

/** The column of K of the pivot at place k, at the places after it. */
function fillColumn(k: i32): void {
  const out = column + (<usize>(k + 1) << 3);
  const rows = order + (<usize>(k + 1) << 2);
  const length = count - k - 1;
  const pivot = rowAt(k);
  if (convolves()) {
    const from = patchProducts(pivot);
    for (let i: usize = 0; i < <usize>length; i++)
      store<f64>(out + (i << 3), load<f64>(from + (<usize>load<i32>(rows + (i << 2)) << 3)));
  } else products(state(pivot), states, stateBytes, rows, length, out);
  const scales = f64x2.splat(scale), shifts = f64x2.splat(shift);
  for (let at = column + after(k); at < column + columnBytes; at += 16)
    v128.store(at, f64x2.add(f64x2.mul(scales, v128.load(at)), shifts));
}

/** Takes what the first k columns of R say off that column, four of them at once. */
function subtractColumns(k: i32): void {
  const start = column + after(k), end = column + columnBytes;
  let j = 0;
  for (; j + 4 <= k; j += 4) {
    const p0 = f64x2.splat(entry(k, j)), p1 = f64x2.splat(entry(k, j + 1));
    const p2 = f64x2.splat(entry(k, j + 2)), p3 = f64x2.splat(entry(k, j + 3));
    const o1 = columnBytes, o2 = o1 + columnBytes, o3 = o2 + columnBytes;
    let r = factor + <usize>j * columnBytes + after(k);
    for (let at = start; at < end; at += 16, r += 16) {
      let value = f64x2.sub(v128.load(at), f64x2.mul(v128.load(r), p0));
      value = f64x2.sub(value, f64x2.mul(v128.load(r + o1), p1));
      value = f64x2.sub(value, f64x2.mul(v128.load(r + o2), p2));
      v128.store(at, f64x2.sub(value, f64x2.mul(v128.load(r + o3), p3)));
    }
  }
  for (; j < k; j++) {
    const p = f64x2.splat(entry(k, j));
    let r = factor + <usize>j * columnBytes + after(k);
    for (let at = start; at < end; at += 16, r += 16)
      v128.store(at, f64x2.sub(v128.load(at), f64x2.mul(v128.load(r), p)));
  }
}

/** Column k of R, and what it leaves of the diagonal. */
function finish(k: i32): void {
  const out = factor + <usize>k * columnBytes;
  const root = sqrt(load<f64>(residual + (<usize>k << 3)));
  const roots = f64x2.splat(root), zero = f64x2.splat(0);
  memory.fill(out, 0, after(k));
  for (let at = after(k); at < columnBytes; at += 16) {
    const d = f64x2.div(v128.load(column + at), roots);
    v128.store(out + at, d);
    const left = f64x2.sub(v128.load(residual + at), f64x2.mul(d, d));
    v128.store(residual + at, f64x2.max(zero, left));
  }
  store<f64>(out + (<usize>k << 3), root);
}
