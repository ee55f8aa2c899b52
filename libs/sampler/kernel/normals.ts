/** Independent N(0, 1) numbers, f32, four at a time: libs/random defines which. */
import { words } from './philox';
import { mulAdd, splat } from './vector';

/**
 * Constants are read from memory before a loop, since V8 rebuilds a v128.const inside every loop
 * that uses it; a loop has few enough of them to keep them all in registers, which is why radii and
 * angles are two passes.
 * Minimax fits: log m = 2 s + 2 s^3 (...) with s = (m - 1) / (m + 1), |s| <= 0.1716, relative error
 * 8e-10; sin t = t (...), error 3e-9, and cos t, error 5e-8, for |t| <= pi / 2.
 */
const C = memory.data<f32>([
  1, 4.656612873077393e-10, 2.3283064365386963e-10, // 2^-31, 2^-32
  -1.3862943611198906, -4, 0.333333881908, 0.199887707894, 0.14935863841,
  7.314590396335049e-10, // pi / 2^32
  0.99999997659, -0.166666476347, 0.00833289982366, -0.00019800897778, 2.59048852649e-6,
  0.999999953493, -0.499999053614, 0.0416635849024, -0.00138537054403, 2.31539520674e-5,
]);
const I = memory.data<i32>([0x3f3504f3, 0x007fffff, <i32>0x80000000]); // sqrt(1/2); mantissa; sign

/** No normal lies further out, nor does a Box-Muller pair. */
export const REACH: f64 = 6.66044;

@inline
function float(index: i32): v128 {
  return splat(C, index);
}

@inline
function integer(index: i32): v128 {
  return splat(I, index);
}

/** Writes the first 16 `groups` normals of the layer (`groups` is even). */
export function normals(out: usize, groups: i32): void {
  words(out, groups);
  boxMuller(out, groups);
}

/** Turns groups of 16 words into normals in place: (u, v) pairs stand 16 bytes apart. */
export function boxMuller(at: usize, groups: i32): void {
  const end = at + (<usize>groups << 6);
  radii(at, end);
  angles(at, end);
}

/** Turns each first word u of a pair into r = sqrt(-2 log((floor(u / 2) + 1/2) / 2^31)). */
function radii(at: usize, end: usize): void {
  const scale = float(1), offset = float(2), one = float(0);
  const root = integer(0), mantissa = integer(1);
  const perOctave = float(3), four = float(4), l0 = float(5), l1 = float(6), l2 = float(7);
  for (; at < end; at += 32) {
    const u = mulAdd(f32x4.convert_i32x4_s(i32x4.shr_u(v128.load(at), 1)), scale, offset);
    const bits = i32x4.sub(u, root);
    const octave = f32x4.convert_i32x4_s(i32x4.shr_s(bits, 23));
    const m = i32x4.add(v128.and(bits, mantissa), root);
    const s = f32x4.div(f32x4.sub(m, one), f32x4.add(m, one));
    const s2 = f32x4.mul(s, s);
    const p = mulAdd(s2, mulAdd(s2, l2, l1), l0);
    const log = mulAdd(f32x4.mul(s2, s), p, s);
    v128.store(at, f32x4.sqrt(f32x4.add(f32x4.mul(octave, perOctave), f32x4.mul(log, four))));
  }
}

/** Turns each pair (r, v) into the normals r cos and r sin of the angle of v. */
function angles(at: usize, end: usize): void {
  const scale = float(8), sign = integer(2);
  const s0 = float(9), s1 = float(10), s2 = float(11), s3 = float(12), s4 = float(13);
  const c0 = float(14), c1 = float(15), c2 = float(16), c3 = float(17), c4 = float(18);
  for (; at < end; at += 32) {
    const v = v128.load(at, 16);
    const r = v128.xor(v128.load(at), v128.and(v, sign));
    const t = f32x4.mul(f32x4.convert_i32x4_s(i32x4.shl(v, 1)), scale);
    const t2 = f32x4.mul(t, t);
    const sin = mulAdd(t2, mulAdd(t2, mulAdd(t2, mulAdd(t2, s4, s3), s2), s1), s0);
    const cos = mulAdd(t2, mulAdd(t2, mulAdd(t2, mulAdd(t2, c4, c3), c2), c1), c0);
    v128.store(at, f32x4.mul(r, cos));
    v128.store(at, f32x4.mul(f32x4.mul(r, t), sin), 16);
  }
}
