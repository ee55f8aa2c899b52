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

/** K_ii; what is left of it, or -1 for a pivot; the column of the pivot at hand. */
let diagonal: usize = 0;
let residual: usize = 0;
let column: usize = 0;
/** The rows that are not pivots, in increasing order, as i32. */
let rest: usize = 0;
/** R by columns of `columnBytes`. */
let factor: usize = 0;
let columnBytes: usize = 0;

/** Room for `inputs` rows. */
export function factorReserve(inputs: i32): void {
  count = inputs;
  columnBytes = <usize>((inputs + 1) & ~1) << 3;
  diagonal = reserve(columnBytes);
  residual = reserve(columnBytes);
  column = reserve(columnBytes);
  rest = reserve(<usize>inputs << 2);
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
  return load<f64>(factor + <usize>k * columnBytes + (<usize>row << 3));
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
  memory.copy(residual, diagonal, <usize>count << 3);
  for (let i = 0; i < count; i++) store<i32>(rest + (<usize>i << 2), i);
  for (let k = 0; k < count; k++) {
    const pivot = largestResidual(tolerance);
    if (pivot < 0) return k;
    const root = sqrt(load<f64>(residual + (<usize>pivot << 3)));
    remove(pivot, count - k);
    fillColumn(pivot, count - k - 1);
    subtractColumns(pivot, k);
    finish(pivot, k, root);
  }
  return count;
}

@inline
function state(row: i32): usize {
  return states + <usize>row * stateBytes;
}

@inline
function remaining(index: i32): i32 {
  return load<i32>(rest + (<usize>index << 2));
}

/** The row with the largest residual that counts, or -1. */
function largestResidual(tolerance: f64): i32 {
  let pivot = -1;
  let best: f64 = 0;
  for (let at: usize = 0; at < (<usize>count) << 3; at += 8) {
    const d = load<f64>(residual + at);
    if (d > best && d > tolerance * load<f64>(diagonal + at)) {
      best = d;
      pivot = <i32>(at >> 3);
    }
  }
  return pivot;
}

/** Takes a row out of the `length` rows that are not pivots. */
function remove(row: i32, length: i32): void {
  let index = 0;
  while (remaining(index) != row) index++;
  const at = rest + (<usize>index << 2);
  memory.copy(at, at + 4, <usize>(length - index - 1) << 2);
}

/** The pivot's column of K at the `length` rows that are not pivots. */
function fillColumn(pivot: i32, length: i32): void {
  if (!convolves()) products(state(pivot), states, stateBytes, rest, length, column);
  const from = convolves() ? patchProducts(pivot) : column;
  for (let index = 0; index < length; index++) {
    const at = <usize>remaining(index) << 3;
    store<f64>(column + at, scale * load<f64>(from + at) + shift);
  }
}

/** Takes what the first k columns of R say off the pivot's column, four of them at once. */
function subtractColumns(pivot: i32, k: i32): void {
  const end = column + columnBytes;
  let j = 0;
  for (; j + 4 <= k; j += 4) {
    const p0 = f64x2.splat(factorEntry(pivot, j)), p1 = f64x2.splat(factorEntry(pivot, j + 1));
    const p2 = f64x2.splat(factorEntry(pivot, j + 2)), p3 = f64x2.splat(factorEntry(pivot, j + 3));
    let r0 = factor + <usize>j * columnBytes;
    const o1 = columnBytes, o2 = o1 + columnBytes, o3 = o2 + columnBytes;
    for (let at = column; at < end; at += 16, r0 += 16) {
      let value = f64x2.sub(v128.load(at), f64x2.mul(v128.load(r0), p0));
      value = f64x2.sub(value, f64x2.mul(v128.load(r0 + o1), p1));
      value = f64x2.sub(value, f64x2.mul(v128.load(r0 + o2), p2));
      v128.store(at, f64x2.sub(value, f64x2.mul(v128.load(r0 + o3), p3)));
    }
  }
  for (; j < k; j++) {
    const p = f64x2.splat(factorEntry(pivot, j));
    let r = factor + <usize>j * columnBytes;
    for (let at = column; at < end; at += 16, r += 16)
      v128.store(at, f64x2.sub(v128.load(at), f64x2.mul(v128.load(r), p)));
  }
}

/** Column k of R, and what it leaves of the diagonal. */
function finish(pivot: i32, k: i32, root: f64): void {
  const out = factor + <usize>k * columnBytes;
  const roots = f64x2.splat(root), zero = f64x2.splat(0);
  for (let at: usize = 0; at < columnBytes; at += 16) {
    const left = v128.load(residual + at);
    const isLeft = f64x2.ge(left, zero);
    const d = v128.and(f64x2.div(v128.load(column + at), roots), isLeft);
    v128.store(out + at, d);
    v128.store(residual + at, v128.bitselect(f64x2.max(zero, f64x2.sub(left, f64x2.mul(d, d))), left, isLeft));
  }
  store<f64>(out + (<usize>pivot << 3), root);
  store<f64>(residual + (<usize>pivot << 3), -1);
}
