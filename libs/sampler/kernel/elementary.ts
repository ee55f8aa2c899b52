/** Elementary functions of four f32, without any function of the host's mathematics. */
import { mulAdd, splat } from './vector';

/**
 * Minimax fits, read from memory since V8 rebuilds a v128.const inside every loop that uses it.
 * expm1 f = f + f^2 (...) for |f| <= log(2) / 2, relative error 2e-8;
 * sin f = f (...) for |f| <= pi / 2, error 3e-9;
 * erf y = y (...) for y <= 1, relative error 4e-8, and 1 - exp(-y^2) (...) in 1 / (1 + y / 2) for
 * 1 <= y <= 4, error 4e-11; log(1 + e) = 2 s + 2 s^3 (...) with s = e / (2 + e) <= 1/3, error 5e-9.
 */
const C = memory.data<f32>([
  1, 2, 0.5, 4,
  1.4426950408889634, 0.693359375, -2.1219444005469058e-4, // 1 / log 2; log 2 in two parts
  0.499999981552, 0.166665436701, 0.0416671996464, 0.00836651394254, 0.00138825227476,
  0.3183098861837907, 3.140625, 9.67502593994140625e-4, 1.509957990978376e-7, // 1 / pi; pi in three
  1.5707963267948966,
  0.99999997659, -0.166666476347, 0.00833289982366, -0.00019800897778, 2.59048852649e-6,
  1.1283791225, -0.376123262065, 0.112801802212, -0.0267113137716, 0.00491755385745, -0.000563143096904,
  0.00182247741256, 0.259700651316, 0.39680194386, -0.0644604047956, 0.636679834878, -0.23080160649,
  0.333332065665, 0.20010849525, 0.139995705966, 0.140122291833,
]);
const I = memory.data<i32>([127, <i32>0x80000000]); // exponent bias; sign

@inline
function constant(index: i32): v128 {
  return splat(C, index);
}

/** h, or the nearer of -bound and bound where it exceeds them; NaN stays NaN. */
@inline
export function clamp(h: v128, bound: v128): v128 {
  return f32x4.pmax(f32x4.pmin(h, bound), f32x4.neg(bound));
}

/** exp(x) - 1 for |x| <= 80. */
@inline
export function expm1(x: v128): v128 {
  const n = f32x4.nearest(f32x4.mul(x, constant(4)));
  const f = f32x4.sub(f32x4.sub(x, f32x4.mul(n, constant(5))), f32x4.mul(n, constant(6)));
  let p = mulAdd(f, constant(11), constant(10));
  p = mulAdd(f, p, constant(9));
  p = mulAdd(f, p, constant(8));
  p = mulAdd(f, p, constant(7));
  p = mulAdd(f32x4.mul(f, f), p, f);
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), splat(I, 0)), 23);
  return mulAdd(power, p, f32x4.sub(power, constant(0)));
}

/** sin x for |x| <= 1e4, error 2e-6. */
@inline
export function sine(x: v128): v128 {
  const n = f32x4.nearest(f32x4.mul(x, constant(12)));
  let f = f32x4.sub(x, f32x4.mul(n, constant(13)));
  f = f32x4.sub(f32x4.sub(f, f32x4.mul(n, constant(14))), f32x4.mul(n, constant(15)));
  f = clamp(v128.xor(f, i32x4.shl(i32x4.trunc_sat_f32x4_s(n), 31)), constant(16));
  const s = f32x4.mul(f, f);
  let p = mulAdd(s, constant(21), constant(20));
  p = mulAdd(s, p, constant(19));
  p = mulAdd(s, p, constant(18));
  return f32x4.mul(f, mulAdd(s, p, constant(17)));
}

/** The error function. */
@inline
export function errorFunction(x: v128): v128 {
  const y = f32x4.pmin(f32x4.abs(x), constant(3));
  const s = f32x4.mul(y, y);
  let p = mulAdd(s, constant(27), constant(26));
  p = mulAdd(s, p, constant(25));
  p = mulAdd(s, p, constant(24));
  p = mulAdd(s, p, constant(23));
  const near = f32x4.mul(y, mulAdd(s, p, constant(22)));
  const one = constant(0);
  const t = f32x4.div(one, mulAdd(y, constant(2), one));
  p = mulAdd(t, constant(33), constant(32));
  p = mulAdd(t, p, constant(31));
  p = mulAdd(t, p, constant(30));
  p = mulAdd(t, p, constant(29));
  p = mulAdd(t, p, constant(28));
  const tail = f32x4.mul(f32x4.add(expm1(f32x4.neg(s)), one), p);
  const size = v128.bitselect(near, f32x4.sub(one, tail), f32x4.lt(y, one));
  return v128.or(size, v128.and(x, splat(I, 1)));
}

/** log(1 + e) for 0 <= e <= 1, to the precision of f32 relative to log 2. */
@inline
export function log1p(e: v128): v128 {
  const s = f32x4.div(e, f32x4.add(e, constant(1)));
  const q = f32x4.mul(s, s);
  let p = mulAdd(q, constant(37), constant(36));
  p = mulAdd(q, p, constant(35));
  p = mulAdd(q, p, constant(34));
  return f32x4.mul(mulAdd(f32x4.mul(q, s), p, s), constant(1));
}
