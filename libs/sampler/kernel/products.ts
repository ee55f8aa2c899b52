/** Inner products of vectors of f64, all summed in the same order. */
import { sum } from './vector';

/**
 * The products of x with the rows of a matrix at `matrix`, `bytes` (a multiple of 64) apart, that are
 * listed at `rows` as i32, in their order from `out` on.
 */
export function products(x: usize, matrix: usize, bytes: usize, rows: usize, length: i32, out: usize): void {
  const end = rows + (<usize>length << 2);
  let at = rows;
  for (; at + 16 <= end; at += 16, out += 32) four(x, matrix, bytes, at, out);
  for (; at < end; at += 4, out += 8) store<f64>(out, dot(x, rowAt(matrix, bytes, at), bytes));
}

@inline
function rowAt(matrix: usize, bytes: usize, at: usize): usize {
  return matrix + <usize>load<i32>(at) * bytes;
}

/** Four products at once, each summed as `dot` sums. */
function four(x: usize, matrix: usize, bytes: usize, rows: usize, out: usize): void {
  const end = x + bytes;
  const o0 = rowAt(matrix, bytes, rows) - x, o1 = rowAt(matrix, bytes, rows + 4) - x;
  const o2 = rowAt(matrix, bytes, rows + 8) - x, o3 = rowAt(matrix, bytes, rows + 12) - x;
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
  store<f64>(out, sum(f64x2.add(s0, f64x2.add(a0, b0))));
  store<f64>(out, sum(f64x2.add(s1, f64x2.add(a1, b1))), 8);
  store<f64>(out, sum(f64x2.add(s2, f64x2.add(a2, b2))), 16);
  store<f64>(out, sum(f64x2.add(s3, f64x2.add(a3, b3))), 24);
}

export function dot(x: usize, y: usize, bytes: usize): f64 {
  let a = f64x2.splat(0), b = a, c = a, d = a;
  const end = x + bytes;
  for (; x < end; x += 64, y += 64) {
    a = f64x2.add(a, f64x2.mul(v128.load(x), v128.load(y)));
    b = f64x2.add(b, f64x2.mul(v128.load(x, 16), v128.load(y, 16)));
    c = f64x2.add(c, f64x2.mul(v128.load(x, 32), v128.load(y, 32)));
    d = f64x2.add(d, f64x2.mul(v128.load(x, 48), v128.load(y, 48)));
  }
  return sum(f64x2.add(f64x2.add(a, b), f64x2.add(c, d)));
}
