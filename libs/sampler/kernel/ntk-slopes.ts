/** Derivatives of the activations in f32, from preactivations and what the activation made of them. */
import { ERF, GELU, HOST, LINEAR, RELU, SIGMOID_CENTRED, SIN, SOFTPLUS_SHIFTED, SWISH, TANH } from './activations';
import { clamp, errorFunction, expm1, sine } from './elementary';
import { slope } from './network';
import { mulAdd, splat } from './vector';

/** Applies the derivative of the host's activation to `count` f32 numbers at `at`. */
@external('host', 'differentiate')
declare function differentiateOnHost(at: usize, count: i32): void;

/** Up to this bound on |h|, the sine's argument can be reduced in f32. */
const REDUCIBLE: f64 = 1e4;

/** 1; 1/4; 1/2; sqrt(1/2); 2; where exp still is finite; pi / 2; 2 / sqrt(pi); 1 / sqrt(2 pi). */
const C = memory.data<f32>([
  1, 0.25, 0.5, 0.7071067811865476, 2, 80, 1.5707963267948966, 1.1283791670955126, 0.3989422804014327,
]);

@inline
function constant(index: i32): v128 {
  return splat(C, index);
}

/**
 * Turns the preactivations h from `at` to `end` into phi'(h).
 *
 * @param phi where phi(h) stands
 * @param bound none of |h| exceeds it
 */
export function differentiate(kind: i32, at: usize, end: usize, phi: usize, bound: f64): void {
  if (kind == LINEAR) fill(at, end);
  else if (kind == RELU) relu(at, end);
  else if (kind == TANH) lessSquare(at, end, phi, constant(0));
  else if (kind == SIGMOID_CENTRED) lessSquare(at, end, phi, constant(1));
  else if (kind == SWISH) swish(at, end, phi);
  else if (kind == ERF) erf(at, end);
  else if (kind == SIN && bound <= REDUCIBLE) sin(at, end);
  else if (kind == SIN || kind == HOST) differentiateOnHost(at, <i32>((end - at) >> 2));
  else if (kind == GELU) gelu(at, end);
  else if (kind == SOFTPLUS_SHIFTED) softplusShifted(at, end);
}

function fill(at: usize, end: usize): void {
  const value = f32x4.splat(<f32>slope);
  for (; at < end; at += 16) v128.store(at, value);
}

/** 0 at the kink, and NaN where h is. */
function relu(at: usize, end: usize): void {
  const one = constant(0), zero = f32x4.splat(0);
  for (; at < end; at += 16) {
    const h = v128.load(at);
    v128.store(at, v128.bitselect(v128.and(one, f32x4.gt(h, zero)), h, f32x4.eq(h, h)));
  }
}

/** tanh' = 1 - tanh^2; that of sigmoid - 1/2 is 1/4 less its square. */
function lessSquare(at: usize, end: usize, phi: usize, top: v128): void {
  for (; at < end; at += 16, phi += 16) {
    const value = v128.load(phi);
    v128.store(at, f32x4.sub(top, f32x4.mul(value, value)));
  }
}

/** exp(-y), y <= 80 or cut there. */
@inline
function decay(y: v128): v128 {
  return f32x4.add(expm1(f32x4.neg(f32x4.pmin(y, constant(5)))), constant(0));
}

@inline
function sigmoid(h: v128): v128 {
  return f32x4.div(constant(0), f32x4.add(expm1(f32x4.neg(clamp(h, constant(5)))), constant(4)));
}

/** s + phi (1 - s) with s = sigmoid(h) */
function swish(at: usize, end: usize, phi: usize): void {
  for (; at < end; at += 16, phi += 16) {
    const s = sigmoid(v128.load(at));
    v128.store(at, mulAdd(v128.load(phi), f32x4.sub(constant(0), s), s));
  }
}

/** (2 / sqrt pi) exp(-h^2) */
function erf(at: usize, end: usize): void {
  for (; at < end; at += 16) {
    const h = v128.load(at);
    v128.store(at, f32x4.mul(decay(f32x4.mul(h, h)), constant(7)));
  }
}

/** cos h = sin(pi / 2 - |h|) */
function sin(at: usize, end: usize): void {
  for (; at < end; at += 16) v128.store(at, sine(f32x4.sub(constant(6), f32x4.abs(v128.load(at)))));
}

/** (1 + erf(h / sqrt 2)) / 2 + h exp(-h^2 / 2) / sqrt(2 pi) */
function gelu(at: usize, end: usize): void {
  for (; at < end; at += 16) {
    const h = v128.load(at);
    const y = f32x4.mul(h, constant(3));
    const cumulative = mulAdd(errorFunction(y), constant(2), constant(2));
    const density = f32x4.mul(decay(f32x4.mul(y, y)), constant(8));
    v128.store(at, mulAdd(h, density, cumulative));
  }
}

function softplusShifted(at: usize, end: usize): void {
  for (; at < end; at += 16) v128.store(at, sigmoid(v128.load(at)));
}
