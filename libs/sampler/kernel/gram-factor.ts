/**
 * Pivoted Cholesky factor R R^T of a covariance K = scale X^T X + shift 1 1^T, in f64. Of K only the
 * diagonal and the columns of the pivots are computed, and of a column only the rows that are not
 * pivots yet: N inputs of rank r take N r products of states, not N^2 / 2.
 *
 * The rules are those of `pivotedCholesky`, and so are the bits.
 */
import { reserve } from './memory';
import { sum } from './vector';

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
 * Returns the largest squared norm of a row, NaN if one is.
 */
export function variances(at: usize, bytes: usize, scale_: f64, shift_: f64): f64 {
  states = at;
  stateBytes = bytes;
  scale = scale_;
  shift = shift_;
  let largest: f64 = 0;
  for (let i = 0; i < count; i++) {
    const x = state(i);
    const square = dot(x, x);
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
    products(pivot, count - k - 1);
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
function products(pivot: i32, length: i32): void {
  const x = state(pivot);
  let index = 0;
  for (; index + 4 <= length; index += 4)
    four(x, remaining(index), remaining(index + 1), remaining(index + 2), remaining(index + 3));
  for (; index < length; index++) put(remaining(index), dot(x, state(remaining(index))));
}

@inline
function put(row: i32, product: f64): void {
  store<f64>(column + (<usize>row << 3), scale * product + shift);
}

/** Four products at once, each summed as `dot` sums. */
function four(x: usize, i0: i32, i1: i32, i2: i32, i3: i32): void {
  const end = x + stateBytes;
  const o0 = state(i0) - x, o1 = state(i1) - x, o2 = state(i2) - x, o3 = state(i3) - x;
  const zero = f64x2.splat(0);
  let a0 = zero, a1 = zero, a2 = zero, a3 = zero, b0 = zero, b1 = zero, b2 = zero, b3 = zero;
  for (let at = x; at < end; at += 64) {
    const u = v128.load(at), v = v128.load(at, 16);
    a0 = f64x2.add(a0, f64x2.mul(u, v128.load(at + o0)));
    b0 = f64x2.add(b0, f64x2.mul(v, v128.load(at + o0, 16)));
    a1 = f64x2.add(a1, f64x2.mul(u, v128.load(at + o1)));
    b1 = f64x2.add(b1, f64x2.mul(v, v128.load(at + o1, 16)));
    a2 = f64x2.add(a2, f64x2.mul(u, v128.load(at + o2)));
    b2 = f64x2.add(b2, f64x2.mul(v, v128.load(at + o2, 16)));
    a3 = f64x2.add(a3, f64x2.mul(u, v128.load(at + o3)));
    b3 = f64x2.add(b3, f64x2.mul(v, v128.load(at + o3, 16)));
  }
  const s0 = f64x2.add(a0, b0), s1 = f64x2.add(a1, b1), s2 = f64x2.add(a2, b2), s3 = f64x2.add(a3, b3);
  a0 = a1 = a2 = a3 = b0 = b1 = b2 = b3 = zero;
  for (let at = x; at < end; at += 64) {
    const u = v128.load(at, 32), v = v128.load(at, 48);
    a0 = f64x2.add(a0, f64x2.mul(u, v128.load(at + o0, 32)));
    b0 = f64x2.add(b0, f64x2.mul(v, v128.load(at + o0, 48)));
    a1 = f64x2.add(a1, f64x2.mul(u, v128.load(at + o1, 32)));
    b1 = f64x2.add(b1, f64x2.mul(v, v128.load(at + o1, 48)));
    a2 = f64x2.add(a2, f64x2.mul(u, v128.load(at + o2, 32)));
    b2 = f64x2.add(b2, f64x2.mul(v, v128.load(at + o2, 48)));
    a3 = f64x2.add(a3, f64x2.mul(u, v128.load(at + o3, 32)));
    b3 = f64x2.add(b3, f64x2.mul(v, v128.load(at + o3, 48)));
  }
  put(i0, sum(f64x2.add(s0, f64x2.add(a0, b0))));
  put(i1, sum(f64x2.add(s1, f64x2.add(a1, b1))));
  put(i2, sum(f64x2.add(s2, f64x2.add(a2, b2))));
  put(i3, sum(f64x2.add(s3, f64x2.add(a3, b3))));
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

/** Takes what the first k columns of R say off the pivot's column. */
function subtractColumns(pivot: i32, k: i32): void {
  const end = column + columnBytes;
  for (let j = 0; j < k; j++) {
    const p = f64x2.splat(factorEntry(pivot, j));
    let r = factor + <usize>j * columnBytes;
    for (let at = column; at < end; at += 16, r += 16)
      v128.store(at, f64x2.sub(v128.load(at), f64x2.mul(v128.load(r), p)));
  }
}

/** Column k of R, and what it leaves of the diagonal. */
function finish(pivot: i32, k: i32, root: f64): void {
  const out = factor + <usize>k * columnBytes;
  for (let at: usize = 0; at < (<usize>count) << 3; at += 8) {
    const left = load<f64>(residual + at);
    let d: f64 = 0;
    if (left >= 0) {
      d = load<f64>(column + at) / root;
      store<f64>(residual + at, max(0, left - d * d));
    }
    store<f64>(out + at, d);
  }
  store<f64>(out + (<usize>pivot << 3), root);
  store<f64>(residual + (<usize>pivot << 3), -1);
}
