/** Activations in f32, applied in place to a buffer of preactivations: one pass each. */
import { mulAdd, splat } from './vector';

export const LINEAR: i32 = 0;
export const RELU: i32 = 1;
export const TANH: i32 = 2;
export const SWISH: i32 = 3;
export const SIGMOID_CENTRED: i32 = 4;
/** Any other: the host applies it, in f64. */
export const HOST: i32 = 5;

/** Applies the host's activation to `count` f32 numbers at `at`. */
@external('host', 'activate')
declare function activateOnHost(at: usize, count: i32): void;

/** Below this bound on |h|, tanh is its short polynomial. */
const SHORT: f64 = 0.75;

/**
 * Minimax fits. tanh h = h + h^3 (...) for |h| <= 0.75, relative error 4e-8;
 * expm1 f = f + f^2 (...) for |f| <= log(2) / 2, relative error 2e-8.
 */
const C = memory.data<f32>([
  -0.333330683812, 0.133265211759, -0.0533902587865, 0.0196649138845, -0.00476949044796,
  0.499999981552, 0.166665436701, 0.0416671996464, 0.00836651394254, 0.00138825227476,
  1.4426950408889634, 0.693359375, -2.12194440054690583e-4, // 1 / log 2; log 2 in two parts
  1, 2, 0.5, 10, 80,
]);
const BIAS = memory.data<i32>([127]);

@inline
function constant(index: i32): v128 {
  return splat(C, index);
}

/**
 * Applies activation `kind` to the f32 numbers from `at` to `end` (a multiple of 16 bytes), of which
 * none exceeds `bound` in absolute value.
 */
export function activate(kind: i32, at: usize, end: usize, bound: f64): void {
  if (kind == TANH) {
    if (bound <= SHORT) tanhShort(at, end);
    else tanh(at, end);
  } else if (kind == SWISH) {
    if (bound <= 2 * SHORT) swishShort(at, end);
    else swish(at, end);
  } else if (kind == SIGMOID_CENTRED) sigmoidCentred(at, end);
  else if (kind == RELU) relu(at, end);
  else if (kind == HOST) activateOnHost(at, <i32>((end - at) >> 2));
}

function relu(at: usize, end: usize): void {
  const zero = f32x4.splat(0);
  for (; at < end; at += 16) v128.store(at, f32x4.pmax(v128.load(at), zero));
}

function tanhShort(at: usize, end: usize): void {
  const t0 = constant(0), t1 = constant(1), t2 = constant(2), t3 = constant(3), t4 = constant(4);
  for (; at < end; at += 16) {
    const h = v128.load(at);
    const s = f32x4.mul(h, h);
    const p = mulAdd(s, mulAdd(s, mulAdd(s, mulAdd(s, t4, t3), t2), t1), t0);
    v128.store(at, mulAdd(f32x4.mul(h, s), p, h));
  }
}

/** h sigmoid(h) = (h / 2) (1 + tanh(h / 2)). */
function swishShort(at: usize, end: usize): void {
  const half = constant(15);
  const t0 = constant(0), t1 = constant(1), t2 = constant(2), t3 = constant(3), t4 = constant(4);
  for (; at < end; at += 16) {
    const h = f32x4.mul(v128.load(at), half);
    const s = f32x4.mul(h, h);
    const p = mulAdd(s, mulAdd(s, mulAdd(s, mulAdd(s, t4, t3), t2), t1), t0);
    v128.store(at, mulAdd(h, mulAdd(f32x4.mul(h, s), p, h), h));
  }
}

function tanh(at: usize, end: usize): void {
  const two = constant(14);
  for (; at < end; at += 16) {
    const e = expm1(f32x4.mul(clamp(v128.load(at), constant(16)), two));
    v128.store(at, f32x4.div(e, f32x4.add(e, two)));
  }
}

/** h sigmoid(h) = h / (2 + expm1(-h)). */
function swish(at: usize, end: usize): void {
  const two = constant(14);
  for (; at < end; at += 16) {
    const h = v128.load(at);
    v128.store(at, f32x4.div(h, f32x4.add(expm1(f32x4.neg(clamp(h, constant(17)))), two)));
  }
}

/** sigmoid(h) - 1/2 = tanh(h / 2) / 2. */
function sigmoidCentred(at: usize, end: usize): void {
  const two = constant(14), half = constant(15);
  for (; at < end; at += 16) {
    const e = expm1(clamp(v128.load(at), constant(17)));
    v128.store(at, f32x4.mul(f32x4.div(e, f32x4.add(e, two)), half));
  }
}

/** The operands stand so that NaN stays NaN. */
@inline
function clamp(h: v128, bound: v128): v128 {
  return f32x4.pmax(f32x4.pmin(h, bound), f32x4.neg(bound));
}

/** exp(x) - 1 for |x| <= 80. */
@inline
function expm1(x: v128): v128 {
  const one = constant(13);
  const n = f32x4.nearest(f32x4.mul(x, constant(10)));
  const f = f32x4.sub(f32x4.sub(x, f32x4.mul(n, constant(11))), f32x4.mul(n, constant(12)));
  let p = mulAdd(f, constant(9), constant(8));
  p = mulAdd(f, p, constant(7));
  p = mulAdd(f, p, constant(6));
  p = mulAdd(f, p, constant(5));
  p = mulAdd(f32x4.mul(f, f), p, f);
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), splat(BIAS, 0)), 23);
  return mulAdd(power, p, f32x4.sub(power, one));
}
