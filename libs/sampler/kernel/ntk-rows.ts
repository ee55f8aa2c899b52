/**
 * Matrices as rows of `bytes` bytes, one after another, of which two are taken at a time: a matrix
 * with an odd number of rows has a row of zeros after its last.
 */
import { demote, lower, mulAdd, splat, sum, upper } from './vector';

@inline
function entry(matrix: usize, columns: i32, i: i32, j: i32): usize {
  return matrix + (<usize>(i * columns + j) << 3);
}

@inline
function sum32(a: v128): f64 {
  const b = f32x4.add(a, v128.shuffle<i32>(a, a, 2, 3, 0, 1));
  return <f64>(f32x4.extract_lane(b, 0) + f32x4.extract_lane(b, 1));
}

/** Rows that hold `count` rows. */
@inline
export function evenRows(count: i32): i32 {
  return (count + 1) & ~1;
}

/** Zeros the row after an odd number of rows. */
export function zeroSpareRow(rows: usize, count: i32, bytes: usize): void {
  if (count & 1) memory.fill(rows + <usize>count * bytes, 0, bytes);
}

/**
 * Adds sum over k of coefficients[n][k] rows[k] to row n of `out`, all of f32; the matrix of
 * coefficients has evenRows(outputs) rows and evenRows(count) columns, with zeros for what is spare.
 */
export function addCombinations(
  out: usize,
  outputs: i32,
  rows: usize,
  count: i32,
  coefficients: usize,
  bytes: usize,
): void {
  const columns = evenRows(count);
  for (let n = 0; n < outputs; n += 2) {
    for (let k = 0; k < count; k += 2) {
      const c0 = coefficients + (<usize>(n * columns + k) << 2), c1 = c0 + (<usize>columns << 2);
      addPair(out + <usize>n * bytes, rows + <usize>k * bytes, bytes, splat(c0, 0), splat(c0, 1), splat(c1, 0), splat(c1, 1));
    }
  }
}

/** Adds c00 x0 + c01 x1 to the first and c10 x0 + c11 x1 to the second of two rows. */
function addPair(y: usize, x: usize, bytes: usize, c00: v128, c01: v128, c10: v128, c11: v128): void {
  for (const end = y + bytes; y < end; y += 32, x += 32) {
    const x0 = v128.load(x), x1 = v128.load(x + bytes);
    v128.store(y, mulAdd(c01, x1, mulAdd(c00, x0, v128.load(y))));
    v128.store(y + bytes, mulAdd(c11, x1, mulAdd(c10, x0, v128.load(y + bytes))));
    const u0 = v128.load(x, 16), u1 = v128.load(x + bytes, 16);
    v128.store(y, mulAdd(c01, u1, mulAdd(c00, u0, v128.load(y, 16))), 16);
    v128.store(y + bytes, mulAdd(c11, u1, mulAdd(c10, u0, v128.load(y + bytes, 16))), 16);
  }
}

/** Adds c0 x0 + c1 x1, of f64, to a row of `bytes` bytes. */
export function addPair64(y: usize, x0: usize, x1: usize, bytes: usize, c0: f64, c1: f64): void {
  const a = f64x2.splat(c0), b = f64x2.splat(c1);
  for (const end = y + bytes; y < end; y += 32, x0 += 32, x1 += 32) {
    const u = f64x2.add(f64x2.mul(a, v128.load(x0)), f64x2.mul(b, v128.load(x1)));
    const v = f64x2.add(f64x2.mul(a, v128.load(x0, 16)), f64x2.mul(b, v128.load(x1, 16)));
    v128.store(y, f64x2.add(v128.load(y), u));
    v128.store(y, f64x2.add(v128.load(y, 16), v), 16);
  }
}

/** Rounds c00 x0 to the first and c10 x0 + c11 x1 to the second of two f32 rows of `bytes` bytes. */
export function combinePair(y: usize, x0: usize, x1: usize, bytes: usize, c00: f64, c10: f64, c11: f64): void {
  const a = f64x2.splat(c00), b = f64x2.splat(c10), c = f64x2.splat(c11);
  for (const end = y + bytes; y < end; y += 16, x0 += 32, x1 += 32) {
    const u0 = v128.load(x0), v0 = v128.load(x0, 16);
    v128.store(y, demote(f64x2.mul(a, u0), f64x2.mul(a, v0)));
    const u1 = f64x2.add(f64x2.mul(b, u0), f64x2.mul(c, v128.load(x1)));
    const v1 = f64x2.add(f64x2.mul(b, v0), f64x2.mul(c, v128.load(x1, 16)));
    v128.store(y + bytes, demote(u1, v1));
  }
}

/** Rounds f64 numbers to f32. */
export function demoteRows(from: usize, to: usize, end: usize): void {
  for (; to < end; to += 16, from += 32) {
    v128.store(to, demote(v128.load(from), v128.load(from, 16)));
  }
}

/** The inner products <a_i, b_j> of rows of f32, as a matrix of f64 with evenRows(countB) columns. */
export function products(a: usize, countA: i32, b: usize, countB: i32, bytes: usize, out: usize): void {
  const columns = evenRows(countB);
  const zero = f32x4.splat(0);
  for (let i = 0; i < countA; i += 2) {
    for (let j = 0; j < countB; j += 2) {
      let s00 = zero, s01 = zero, s10 = zero, s11 = zero;
      let t00 = zero, t01 = zero, t10 = zero, t11 = zero;
      let x = a + <usize>i * bytes, y = b + <usize>j * bytes;
      for (const end = x + bytes; x < end; x += 32, y += 32) {
        const x0 = v128.load(x), x1 = v128.load(x + bytes), y0 = v128.load(y), y1 = v128.load(y + bytes);
        s00 = mulAdd(x0, y0, s00);
        s01 = mulAdd(x0, y1, s01);
        s10 = mulAdd(x1, y0, s10);
        s11 = mulAdd(x1, y1, s11);
        const u0 = v128.load(x, 16), u1 = v128.load(x + bytes, 16);
        const v0 = v128.load(y, 16), v1 = v128.load(y + bytes, 16);
        t00 = mulAdd(u0, v0, t00);
        t01 = mulAdd(u0, v1, t01);
        t10 = mulAdd(u1, v0, t10);
        t11 = mulAdd(u1, v1, t11);
      }
      store<f64>(entry(out, columns, i, j), sum32(f32x4.add(s00, t00)));
      store<f64>(entry(out, columns, i, j + 1), sum32(f32x4.add(s01, t01)));
      store<f64>(entry(out, columns, i + 1, j), sum32(f32x4.add(s10, t10)));
      store<f64>(entry(out, columns, i + 1, j + 1), sum32(f32x4.add(s11, t11)));
    }
  }
}

/** The Gram matrix of `count` rows of f64, count x count. */
export function gram(rows: usize, count: i32, bytes: usize, out: usize): void {
  const zero = f64x2.splat(0);
  for (let i = 0; i < count; i += 2) {
    gramOfPair(rows, count, bytes, out, i);
    for (let j = 0; j < i; j += 2) {
      let s00 = zero, s01 = zero, s10 = zero, s11 = zero;
      let t00 = zero, t01 = zero, t10 = zero, t11 = zero;
      let x = rows + <usize>i * bytes, y = rows + <usize>j * bytes;
      for (const end = x + bytes; x < end; x += 32, y += 32) {
        const x0 = v128.load(x), x1 = v128.load(x + bytes), y0 = v128.load(y), y1 = v128.load(y + bytes);
        s00 = f64x2.add(s00, f64x2.mul(x0, y0));
        s01 = f64x2.add(s01, f64x2.mul(x0, y1));
        s10 = f64x2.add(s10, f64x2.mul(x1, y0));
        s11 = f64x2.add(s11, f64x2.mul(x1, y1));
        const u0 = v128.load(x, 16), u1 = v128.load(x + bytes, 16);
        const v0 = v128.load(y, 16), v1 = v128.load(y + bytes, 16);
        t00 = f64x2.add(t00, f64x2.mul(u0, v0));
        t01 = f64x2.add(t01, f64x2.mul(u0, v1));
        t10 = f64x2.add(t10, f64x2.mul(u1, v0));
        t11 = f64x2.add(t11, f64x2.mul(u1, v1));
      }
      setSymmetric(out, count, i, j, sum(f64x2.add(s00, t00)));
      setSymmetric(out, count, i, j + 1, sum(f64x2.add(s01, t01)));
      setSymmetric(out, count, i + 1, j, sum(f64x2.add(s10, t10)));
      setSymmetric(out, count, i + 1, j + 1, sum(f64x2.add(s11, t11)));
    }
  }
}

/** The Gram matrix of rows i and i + 1. */
function gramOfPair(rows: usize, count: i32, bytes: usize, out: usize, i: i32): void {
  const zero = f64x2.splat(0);
  let s00 = zero, s10 = zero, s11 = zero, t00 = zero, t10 = zero, t11 = zero;
  let x = rows + <usize>i * bytes;
  for (const end = x + bytes; x < end; x += 32) {
    const x0 = v128.load(x), x1 = v128.load(x + bytes), u0 = v128.load(x, 16), u1 = v128.load(x + bytes, 16);
    s00 = f64x2.add(s00, f64x2.mul(x0, x0));
    s10 = f64x2.add(s10, f64x2.mul(x1, x0));
    s11 = f64x2.add(s11, f64x2.mul(x1, x1));
    t00 = f64x2.add(t00, f64x2.mul(u0, u0));
    t10 = f64x2.add(t10, f64x2.mul(u1, u0));
    t11 = f64x2.add(t11, f64x2.mul(u1, u1));
  }
  setSymmetric(out, count, i, i, sum(f64x2.add(s00, t00)));
  setSymmetric(out, count, i + 1, i, sum(f64x2.add(s10, t10)));
  setSymmetric(out, count, i + 1, i + 1, sum(f64x2.add(s11, t11)));
}

/** Leaves spare rows out. */
@inline
function setSymmetric(matrix: usize, count: i32, i: i32, j: i32, value: f64): void {
  if (max(i, j) >= count) return;
  store<f64>(entry(matrix, count, i, j), value);
  store<f64>(entry(matrix, count, j, i), value);
}

/** Adds f32 numbers to as many f64 numbers. */
export function addPromoted(to: usize, from: usize, end: usize): void {
  for (; from < end; from += 16, to += 32) {
    const h = v128.load(from);
    v128.store(to, f64x2.add(v128.load(to), lower(h)));
    v128.store(to, f64x2.add(v128.load(to, 16), upper(h)), 16);
  }
}

/** The products of f32 numbers, elementwise, in f32 and the same in f64. */
export function multiply(a: usize, b: usize, end: usize, out: usize, promoted: usize): void {
  for (; a < end; a += 16, b += 16, out += 16, promoted += 32) {
    const value = f32x4.mul(v128.load(a), v128.load(b));
    v128.store(out, value);
    v128.store(promoted, lower(value));
    v128.store(promoted, upper(value), 16);
  }
}

/** Copies f32 numbers. Returns the largest of their absolute values. */
export function copyBounded(from: usize, end: usize, to: usize): f64 {
  let largest = f32x4.splat(0);
  for (; from < end; from += 16, to += 16) {
    const value = v128.load(from);
    v128.store(to, value);
    largest = f32x4.pmax(largest, f32x4.abs(value));
  }
  const half = f32x4.pmax(largest, v128.shuffle<i32>(largest, largest, 2, 3, 0, 1));
  return <f64>max(f32x4.extract_lane(half, 0), f32x4.extract_lane(half, 1));
}
