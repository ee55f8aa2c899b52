/** Activations in f32, applied in place to a buffer of preactivations: one pass each. */
import { clamp, errorFunction, expm1, log1p, sine } from './elementary';
import { mulAdd, splat } from './vector';

export const LINEAR: i32 = 0;
export const RELU: i32 = 1;
export const TANH: i32 = 2;
export const SWISH: i32 = 3;
export const SIGMOID_CENTRED: i32 = 4;
export const ERF: i32 = 5;
export const SIN: i32 = 6;
export const GELU: i32 = 7;
export const SOFTPLUS_SHIFTED: i32 = 8;
/** Any other: the host applies it, in f64. */
export const HOST: i32 = 9;
/** The same of psi, the activation of the states. */
export const HOST_FEATURES: i32 = 10;

/** Applies the host's activation to `count` f32 numbers at `at`. */
@external('host', 'activate')
declare function activateOnHost(at: usize, count: i32): void;

@external('host', 'featurise')
declare function featuriseOnHost(at: usize, count: i32): void;

/** Up to this bound on |h|, the sine's argument can be reduced in f32. */
const REDUCIBLE: f64 = 1e4;
/** Up to this bound on |h|, a short polynomial serves. */
const SHORT: f64 = 0.75;
/** Up to this one, a longer polynomial serves tanh and swish. */
const MIDDLE: f64 = 1.5;

/**
 * Minimax fits for |h| <= 0.75, relative errors below 4e-8: the slope at 0, then the coefficients of
 * 1, h^2, h^4, ... of what is left, over h^3 for odd activations and over h^2 for the others.
 */
const TANH_SHORT = memory.data<f32>([
  1, -0.333330683812, 0.133265211759, -0.0533902587865, 0.0196649138845, -0.00476949044796,
]);
const SIGMOID_CENTRED_SHORT = memory.data<f32>([
  0.25, -0.0208333201778, 0.00208310449969, -0.000209567840777, 1.86424250578e-5, 0,
]);
const ERF_SHORT = memory.data<f32>([
  1.1283791670955126, -0.376126247372, 0.112834370433, -0.026837096256, 0.0051187499019, -0.000677800807967,
]);
const SIN_SHORT = memory.data<f32>([
  1, -0.166666666488, 0.00833333028145, -0.000198396424566, 2.72143126488e-6, 0,
]);
const SWISH_SHORT = memory.data<f32>([
  0.5, 0.249999998688, -0.020833289307, 0.00208290792219, -0.000209103537404, 1.82765355544e-5,
]);
const GELU_SHORT = memory.data<f32>([
  0.5, 0.398942273485, -0.0664901601492, 0.00997150757269, -0.00117932298911, 0.000101408155132,
]);
const SOFTPLUS_SHIFTED_SHORT = memory.data<f32>([
  0.5, 0.124999992831, -0.00520816724799, 0.00034616485224, -2.38134508998e-5, 0,
]);

/** The same for |h| <= 1.5; relative errors below 2e-8 and 4e-8. */
const TANH_MIDDLE = memory.data<f32>([
  1, -0.333332246682, 0.133313294572, -0.0538386661508, 0.0214484723793, -0.00806101413371,
  0.00261389133432, -0.000643689407646, 0.000101587361365, -7.46520127602e-6,
]);
const SWISH_MIDDLE = memory.data<f32>([
  0.5, 0.249999936861, -0.0208326282622, 0.00208095735885, -0.000207244292511, 1.86278703423e-5, -1.0721304119e-6,
]);

/** 2; 1/2; sqrt(1/2); log 2; 0.75; where tanh is 1 and where exp still is finite; 1. */
const C = memory.data<f32>([2, 0.5, 0.7071067811865476, 0.6931471805599453, 0.75, 10, 80, 1]);

@inline
function constant(index: i32): v128 {
  return splat(C, index);
}

/**
 * Applies activation `kind` to the f32 numbers from `at` to `end` (a multiple of 16 bytes), of which
 * none exceeds `bound` in absolute value.
 */
export function activate(kind: i32, at: usize, end: usize, bound: f64): void {
  if (kind == RELU) relu(at, end);
  else if (kind == HOST) activateOnHost(at, <i32>((end - at) >> 2));
  else if (kind == HOST_FEATURES) featuriseOnHost(at, <i32>((end - at) >> 2));
  else if (bound <= SHORT) activateShort(kind, at, end);
  else if (kind == TANH) tanh(at, end);
  else if (kind == SWISH) swish(at, end);
  else if (kind == SIGMOID_CENTRED) sigmoidCentred(at, end);
  else if (kind == ERF) erf(at, end);
  else if (kind == SIN && bound <= REDUCIBLE) sin(at, end);
  else if (kind == SIN) activateOnHost(at, <i32>((end - at) >> 2));
  else if (kind == GELU) gelu(at, end);
  else if (kind == SOFTPLUS_SHIFTED) softplusShifted(at, end);
}

/**
 * Does the same, and finds a bound itself: the largest |h|, which is well below one that holds for
 * every draw, so polynomials serve more often.
 */
export function activateScanned(kind: i32, at: usize, end: usize): void {
  const bound = <f64>largest(at, end);
  if (bound > SHORT && bound <= MIDDLE && kind == TANH) oddMiddle(at, end, TANH_MIDDLE);
  else if (bound > SHORT && bound <= MIDDLE && kind == SWISH) mixedMiddle(at, end, SWISH_MIDDLE);
  else activate(kind, at, end, bound);
}

/** The largest |h|; a NaN among them is passed over. */
function largest(at: usize, end: usize): f32 {
  let a = f32x4.splat(0);
  for (; at < end; at += 16) a = f32x4.pmax(a, f32x4.abs(v128.load(at)));
  const b = f32x4.pmax(a, v128.shuffle<i32>(a, a, 2, 3, 0, 1));
  return max(f32x4.extract_lane(b, 0), f32x4.extract_lane(b, 1));
}

function activateShort(kind: i32, at: usize, end: usize): void {
  if (kind == TANH) odd(at, end, TANH_SHORT);
  else if (kind == SWISH) mixed(at, end, SWISH_SHORT);
  else if (kind == SIGMOID_CENTRED) odd(at, end, SIGMOID_CENTRED_SHORT);
  else if (kind == ERF) odd(at, end, ERF_SHORT);
  else if (kind == SIN) odd(at, end, SIN_SHORT);
  else if (kind == GELU) mixed(at, end, GELU_SHORT);
  else if (kind == SOFTPLUS_SHIFTED) mixed(at, end, SOFTPLUS_SHIFTED_SHORT);
}

/** c0 + c1 s + ... + c4 s^4 */
@inline
function quartic(s: v128, c0: v128, c1: v128, c2: v128, c3: v128, c4: v128): v128 {
  return mulAdd(s, mulAdd(s, mulAdd(s, mulAdd(s, c4, c3), c2), c1), c0);
}

/** slope h + h^3 (...) */
function odd(at: usize, end: usize, table: usize): void {
  const slope = splat(table, 0);
  const c0 = splat(table, 1), c1 = splat(table, 2), c2 = splat(table, 3), c3 = splat(table, 4), c4 = splat(table, 5);
  for (; at < end; at += 16) {
    const h = v128.load(at);
    const s = f32x4.mul(h, h);
    const p = quartic(s, c0, c1, c2, c3, c4);
    v128.store(at, mulAdd(f32x4.mul(h, s), p, f32x4.mul(h, slope)));
  }
}

/** slope h + h^2 (...) */
function mixed(at: usize, end: usize, table: usize): void {
  const slope = splat(table, 0);
  const c0 = splat(table, 1), c1 = splat(table, 2), c2 = splat(table, 3), c3 = splat(table, 4), c4 = splat(table, 5);
  for (; at < end; at += 16) {
    const h = v128.load(at);
    const s = f32x4.mul(h, h);
    const p = quartic(s, c0, c1, c2, c3, c4);
    v128.store(at, mulAdd(s, p, f32x4.mul(h, slope)));
  }
}

/** `odd` with four coefficients more. */
function oddMiddle(at: usize, end: usize, table: usize): void {
  const slope = splat(table, 0);
  const c0 = splat(table, 1), c1 = splat(table, 2), c2 = splat(table, 3), c3 = splat(table, 4);
  const c4 = splat(table, 5), c5 = splat(table, 6), c6 = splat(table, 7), c7 = splat(table, 8), c8 = splat(table, 9);
  for (; at < end; at += 16) {
    const h = v128.load(at);
    const s = f32x4.mul(h, h);
    const p = mulAdd(s, mulAdd(s, mulAdd(s, mulAdd(s, quartic(s, c4, c5, c6, c7, c8), c3), c2), c1), c0);
    v128.store(at, mulAdd(f32x4.mul(h, s), p, f32x4.mul(h, slope)));
  }
}

/** `mixed` with one coefficient more. */
function mixedMiddle(at: usize, end: usize, table: usize): void {
  const slope = splat(table, 0), c0 = splat(table, 1);
  const c1 = splat(table, 2), c2 = splat(table, 3), c3 = splat(table, 4), c4 = splat(table, 5), c5 = splat(table, 6);
  for (; at < end; at += 16) {
    const h = v128.load(at);
    const s = f32x4.mul(h, h);
    const p = mulAdd(s, quartic(s, c1, c2, c3, c4, c5), c0);
    v128.store(at, mulAdd(s, p, f32x4.mul(h, slope)));
  }
}

function relu(at: usize, end: usize): void {
  const zero = f32x4.splat(0);
  for (; at < end; at += 16) v128.store(at, f32x4.pmax(v128.load(at), zero));
}

/** expm1(2 h) / (2 + expm1(2 h)) */
function tanh(at: usize, end: usize): void {
  const two = constant(0);
  for (; at < end; at += 16) {
    const e = expm1(f32x4.mul(clamp(v128.load(at), constant(5)), two));
    v128.store(at, f32x4.div(e, f32x4.add(e, two)));
  }
}

/** h sigmoid(h) = h / (2 + expm1(-h)) */
function swish(at: usize, end: usize): void {
  const two = constant(0);
  for (; at < end; at += 16) {
    const h = v128.load(at);
    v128.store(at, f32x4.div(h, f32x4.add(expm1(f32x4.neg(clamp(h, constant(6)))), two)));
  }
}

/** sigmoid(h) - 1/2 = tanh(h / 2) / 2 */
function sigmoidCentred(at: usize, end: usize): void {
  const two = constant(0), half = constant(1);
  for (; at < end; at += 16) {
    const e = expm1(clamp(v128.load(at), constant(6)));
    v128.store(at, f32x4.mul(f32x4.div(e, f32x4.add(e, two)), half));
  }
}

function erf(at: usize, end: usize): void {
  for (; at < end; at += 16) v128.store(at, errorFunction(v128.load(at)));
}

function sin(at: usize, end: usize): void {
  for (; at < end; at += 16) v128.store(at, sine(v128.load(at)));
}

/** (h / 2) (1 + erf(h / sqrt 2)) */
function gelu(at: usize, end: usize): void {
  for (; at < end; at += 16) {
    const h = v128.load(at);
    const half = f32x4.mul(h, constant(1));
    v128.store(at, mulAdd(half, errorFunction(f32x4.mul(h, constant(2))), half));
  }
}

/** max(h, 0) + log(1 + exp(-|h|)) - log 2, and its polynomial where that would cancel. */
function softplusShifted(at: usize, end: usize): void {
  const T = SOFTPLUS_SHIFTED_SHORT;
  for (; at < end; at += 16) {
    const h = v128.load(at);
    const size = f32x4.abs(h);
    const e = f32x4.add(expm1(f32x4.neg(f32x4.pmin(size, constant(6)))), constant(7));
    const rest = f32x4.sub(log1p(e), constant(3));
    const far = f32x4.add(f32x4.pmax(h, f32x4.splat(0)), rest);
    const s = f32x4.mul(h, h);
    const p = quartic(s, splat(T, 1), splat(T, 2), splat(T, 3), splat(T, 4), splat(T, 5));
    const near = mulAdd(s, p, f32x4.mul(h, splat(T, 0)));
    v128.store(at, v128.bitselect(near, far, f32x4.lt(size, constant(4))));
  }
}
