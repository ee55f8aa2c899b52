/**
 * Tangent kernels of a network of any number N of inputs, without weights. With
 * At = [s_w X; s_b 1^T], (D + 1) x N, and K = At^T At = R R^T, a layer's preactivations are
 * H = Z R^T = Wt At, Z (D x rank) iid N(0, 1), and Q = At R^-T has orthonormal columns, Wt Q = Z. What
 * Wt^T does orthogonally to Q is fresh, so with V = phi'(H) o Delta, V^T V = S S^T, E iid N(0, 1),
 *
 *   Wt^T V = Q Z^T V + (I - Q Q^T) E S^T.
 *
 * X is f64, as are Gram matrices and their factors; Z, Q, E, preactivations, slopes phi'(H) and
 * gradients Delta are f32. A draw takes the normals of layers 0 to L - 1 of its stream on the way
 * forwards, and L to 2 L - 1 on the way back. Every matrix is stored by rows of D + 1 coordinates
 * with padding: row n of an input n, row k of a column k of R.
 */
import { activate, LINEAR } from './activations';
import { pivotedCholesky } from './cholesky';
import { reserve } from './memory';
import { depth, kind, slope, varianceB, varianceW, width } from './network';
import { normals } from './normals';
import {
  addCombinations,
  addPair64,
  addPromoted,
  combinePair,
  copyBounded,
  demoteRows,
  evenRows,
  gram,
  multiply,
  products,
  zeroSpareRow,
} from './ntk-rows';
import { differentiate } from './ntk-slopes';
import { reserveGroups, startDraw, startLayer } from './philox';
import { isFinite32 } from './vector';

/** Coordinates are padded to two vectors of f32. */
const PADDING = 8;
/** Bytes that rounding up to pairs of Philox groups may write beyond the normals asked for. */
const SLACK: usize = 128;

let inputs: i32 = 0;
let tolerance: f64 = 0;

/** Bytes of a row of f32, of the rows of all inputs, and of an N x N matrix of f64. */
let rowBytes: usize = 0;
let rowsBytes: usize = 0;
let matrixBytes: usize = 0;

let initial: usize = 0;
let states: usize = 0;
let increments: usize = 0;
let start: usize = 0;
let gradients: usize = 0;
let back: usize = 0;
let back64: usize = 0;
let fresh: usize = 0;

let covariance: usize = 0;
let factor: usize = 0;
let residual: usize = 0;
let pivots: usize = 0;
let inverse: usize = 0;
let projected: usize = 0;
let overlap: usize = 0;
let freshBias: usize = 0;
let coefficients: usize = 0;
let coefficientBytes: usize = 0;

let weightKernel: usize = 0;
let biasKernel: usize = 0;
let gradientGram: usize = 0;

/** What the way back needs of every layer: Z, Q, phi'(H), s_w^2 X^T X, the last row of Q, the rank. */
let tape: usize = 0;
let tapeBytes: usize = 0;
let tapeQ: usize = 0;
let tapeSlopes: usize = 0;
let tapeGram: usize = 0;
let tapeBias: usize = 0;
let tapeRank: usize = 0;

/**
 * Lays out the buffers of the network.
 *
 * @param tolerance_ relative size below which a pivot of a Gram matrix counts as zero
 * @returns the number of coordinates with padding
 */
export function ntkReserve(inputs_: i32, tolerance_: f64): i32 {
  inputs = inputs_;
  tolerance = tolerance_;
  const padded = (width + PADDING) & ~(PADDING - 1);
  const n = <usize>inputs;
  const rows = evenRows(inputs);
  rowBytes = <usize>padded << 2;
  rowsBytes = <usize>rows * rowBytes;
  matrixBytes = (n * n) << 3;
  const evenBytes = <usize>(rows * rows) << 3;

  initial = reserve(2 * rowsBytes);
  states = reserve(2 * rowsBytes);
  increments = reserve(rowsBytes);
  start = reserve(rowBytes);
  gradients = reserve(rowsBytes);
  back = reserve(rowsBytes);
  back64 = reserve(2 * rowsBytes);
  fresh = reserve(rowsBytes + SLACK);
  covariance = reserve(matrixBytes);
  factor = reserve(matrixBytes);
  residual = reserve(n << 3);
  pivots = reserve(n << 2);
  inverse = reserve(matrixBytes);
  projected = reserve(evenBytes);
  overlap = reserve(evenBytes);
  freshBias = reserve(n << 3);
  coefficients = reserve(evenBytes >> 1);
  coefficientBytes = evenBytes >> 1;
  weightKernel = reserve(matrixBytes);
  biasKernel = reserve(matrixBytes);
  gradientGram = reserve(matrixBytes);

  tapeQ = rowsBytes + SLACK;
  tapeSlopes = tapeQ + rowsBytes;
  tapeGram = tapeSlopes + rowsBytes;
  tapeBias = tapeGram + matrixBytes;
  tapeRank = tapeBias + (n << 3);
  tapeBytes = (tapeRank + 4 + 15) & ~15;
  tape = reserve(<usize>depth * tapeBytes);
  reserveGroups(evenGroups(padded * inputs));
  memory.fill(initial, 0, 2 * rowsBytes);
  memory.fill(back64, 0, 2 * rowsBytes);
  memory.fill(start, 0, rowBytes);
  return padded;
}

/** Where the host writes the initial states, f64. */
export function ntkInitial(): usize {
  return initial;
}

/** Where the host writes dy/dx_L, f32, one for all inputs. */
export function ntkStart(): usize {
  return start;
}

/** Where a draw leaves the final states, f64. */
export function ntkStates(): usize {
  return states;
}

/** Where a draw leaves K_W, N x N f64, for parameters scaled to N(0, 1). */
export function ntkWeights(): usize {
  return weightKernel;
}

/** Where a draw leaves K_b. */
export function ntkBiases(): usize {
  return biasKernel;
}

/** Where a draw leaves the Gram matrix of dy/dx_0. */
export function ntkGradientGram(): usize {
  return gradientGram;
}

/** Draws one network. Returns 0, or the number of the layer at which it left the finite f32 numbers. */
export function ntkDraw(draw: u32, stream: u32): i32 {
  startDraw(draw, stream);
  memory.copy(states, initial, 2 * rowsBytes);
  for (let layer = 0; layer < depth; layer++) {
    if (!forwards(layer)) return max(1, layer);
  }
  gram(states, inputs, rowBytes << 1, covariance);
  if (!isFiniteGram(covariance)) return depth;
  for (let n = 0; n < inputs; n++) memory.copy(gradients + <usize>n * rowBytes, start, rowBytes);
  if (inputs & 1) memory.fill(gradients + <usize>inputs * rowBytes, 0, rowBytes);
  memory.fill(weightKernel, 0, matrixBytes);
  memory.fill(biasKernel, 0, matrixBytes);
  for (let layer = depth - 1; layer >= 0; layer--) {
    if (!backwards(layer)) return layer + 1;
  }
  memory.fill(back64, 0, 2 * rowsBytes);
  addPromoted(back64, gradients, gradients + <usize>inputs * rowBytes);
  gram(back64, inputs, rowBytes << 1, gradientGram);
  return isFiniteGram(gradientGram) ? 0 : 1;
}

/** Philox groups that hold `count` normals, rounded up to an even number. */
@inline
function evenGroups(count: i32): i32 {
  return ((count + 31) >> 5) << 1;
}

@inline
function element(matrix: usize, columns: i32, i: i32, j: i32): f64 {
  return load<f64>(matrix + (<usize>(i * columns + j) << 3));
}

@inline
function setElement(matrix: usize, columns: i32, i: i32, j: i32, value: f64): void {
  store<f64>(matrix + (<usize>(i * columns + j) << 3), value);
}

/** The coefficient of row k out of `count` for input n; those of spare rows are zero. */
@inline
function setCoefficient(count: i32, n: i32, k: i32, value: f64): void {
  store<f32>(coefficients + (<usize>(n * evenRows(count) + k) << 2), <f32>value);
}

function isFiniteGram(matrix: usize): bool {
  for (let n = 0; n < inputs; n++) {
    const square = element(matrix, inputs, n, n);
    if (!isFinite32(square, varianceW * square + varianceB)) return false;
  }
  return true;
}

/** Writes `count` rows of the layer's normals. */
function drawRows(layer: i32, out: usize, count: i32): void {
  if (count == 0) return;
  startLayer(layer);
  normals(out, evenGroups(count * <i32>(rowBytes >> 2)));
  zeroSpareRow(out, count, rowBytes);
}

/** Moves the states by a layer and writes its tape. Returns false where the states are not finite. */
function forwards(layer: i32): bool {
  const z = tape + <usize>layer * tapeBytes;
  const slopes = z + tapeSlopes;
  gram(states, inputs, rowBytes << 1, covariance);
  if (!isFiniteGram(covariance)) return false;
  covary(z + tapeGram);
  const rank = pivotedCholesky(covariance, residual, factor, inputs, tolerance);
  store<i32>(z + tapeRank, rank);
  drawRows(layer, z, rank);
  orthonormalise(z + tapeQ, z + tapeBias, rank);

  memory.fill(coefficients, 0, coefficientBytes);
  for (let n = 0; n < inputs; n++)
    for (let k = 0; k < rank; k++) setCoefficient(rank, n, k, element(factor, inputs, n, k));
  memory.fill(slopes, 0, rowsBytes);
  addCombinations(slopes, inputs, z, rank, coefficients, rowBytes);
  const end = slopes + <usize>inputs * rowBytes;
  const bound = copyBounded(slopes, end, increments);
  if (kind == LINEAR) scale(increments, <f32>slope);
  else activate(kind, increments, increments + <usize>inputs * rowBytes, bound);
  differentiate(kind, slopes, end, increments, bound);
  for (let n = 0; n < inputs; n++) zeroPadding(increments + <usize>n * rowBytes);
  addPromoted(states, increments, increments + <usize>inputs * rowBytes);
  return true;
}

/** Turns the Gram matrix of the states into K, and keeps s_w^2 X^T X. */
function covary(products: usize): void {
  for (let at: usize = 0; at < matrixBytes; at += 8) {
    const product = varianceW * load<f64>(covariance + at);
    store<f64>(products + at, product);
    store<f64>(covariance + at, product + varianceB);
  }
}

function scale(rows: usize, by: f32): void {
  const factor = f32x4.splat(by);
  for (let at = rows; at < rows + <usize>inputs * rowBytes; at += 16)
    v128.store(at, f32x4.mul(v128.load(at), factor));
}

function zeroPadding(row: usize): void {
  for (let d = <usize>width << 2; d < rowBytes; d += 4) store<f32>(row + d, 0);
}

/**
 * Q = At R^-T from the rows P of R that were pivots, a lower triangle T: column k of Q is the
 * combination of the columns P of At with the entries of row k of T^-1.
 */
function orthonormalise(q: usize, bias: usize, rank: i32): void {
  orderPivots(rank);
  invertPivots(bias, rank);
  const s_w = sqrt(varianceW);
  const bytes = rowBytes << 1;
  if (rank == 0) return;
  if (rank <= 2) {
    const c10 = rank == 2 ? s_w * element(inverse, inputs, 1, 0) : 0;
    const c11 = rank == 2 ? s_w * element(inverse, inputs, 1, 1) : 0;
    combinePair(q, state(pivot(0)), state(pivot(rank - 1)), rowBytes, s_w * element(inverse, inputs, 0, 0), c10, c11);
    return;
  }
  memory.fill(back64, 0, 2 * rowsBytes);
  for (let k = 0; k < rank; k++) {
    for (let j = 0; j <= k; j += 2) {
      const next = min(j + 1, k);
      const last = next > j ? s_w * element(inverse, inputs, k, next) : 0;
      const first = s_w * element(inverse, inputs, k, j);
      addPair64(back64 + <usize>k * bytes, state(pivot(j)), state(pivot(next)), bytes, first, last);
    }
  }
  demoteRows(back64, q, q + rowsBytes);
}

/** T^-1, and the last row of Q: s_b times the sums of its rows. */
function invertPivots(bias: usize, rank: i32): void {
  const s_b = sqrt(varianceB);
  for (let k = 0; k < rank; k++) {
    const row = pivot(k);
    let sum: f64 = 0;
    for (let j = 0; j <= k; j++) {
      let value: f64 = j == k ? 1 : 0;
      for (let m = j; m < k; m++) value -= element(factor, inputs, row, m) * element(inverse, inputs, m, j);
      value /= element(factor, inputs, row, k);
      setElement(inverse, inputs, k, j, value);
      sum += value;
    }
    store<f64>(bias + (<usize>k << 3), s_b * sum);
  }
}

/** Lists the pivots of R in the order of their columns. */
function orderPivots(rank: i32): void {
  for (let n = 0; n < inputs; n++) {
    if (load<f64>(residual + (<usize>n << 3)) >= 0) continue;
    let k = rank - 1;
    while (element(factor, inputs, n, k) == 0) k--;
    store<i32>(pivots + (<usize>k << 2), n);
  }
}

@inline
function pivot(k: i32): i32 {
  return load<i32>(pivots + (<usize>k << 2));
}

@inline
function state(input: i32): usize {
  return states + <usize>input * (rowBytes << 1);
}

/** Takes the gradients back through a layer. Returns false where they are not finite. */
function backwards(layer: i32): bool {
  const z = tape + <usize>layer * tapeBytes;
  const q = z + tapeQ;
  const rank = load<i32>(z + tapeRank);
  multiply(z + tapeSlopes, gradients, z + tapeSlopes + <usize>inputs * rowBytes, back, back64);
  gram(back64, inputs, rowBytes << 1, covariance);
  if (!isFiniteGram(covariance)) return false;
  accumulateKernels(z + tapeGram);

  const freshRank = pivotedCholesky(covariance, residual, factor, inputs, tolerance);
  drawRows(2 * depth - 1 - layer, fresh, freshRank);
  for (let m = 0; m < freshRank; m++) {
    const row = fresh + <usize>m * rowBytes;
    store<f64>(freshBias + (<usize>m << 3), <f64>load<f32>(row + (<usize>width << 2)));
    zeroPadding(row);
  }
  products(z, rank, back, inputs, rowBytes, projected);
  products(q, rank, fresh, freshRank, rowBytes, overlap);
  alongStates(rank, freshRank, z + tapeBias);
  addCombinations(gradients, inputs, q, rank, coefficients, rowBytes);
  acrossStates(freshRank);
  addCombinations(gradients, inputs, fresh, freshRank, coefficients, rowBytes);
  return true;
}

/** K_W += (V^T V) o (s_w^2 X^T X), K_b += s_b^2 V^T V. */
function accumulateKernels(products: usize): void {
  for (let at: usize = 0; at < matrixBytes; at += 8) {
    const back = load<f64>(covariance + at);
    store<f64>(weightKernel + at, load<f64>(weightKernel + at) + back * load<f64>(products + at));
    store<f64>(biasKernel + at, load<f64>(biasKernel + at) + back * varianceB);
  }
}

/** The coefficients s_w (Z^T V - Q^T E S^T) of the columns of Q. */
function alongStates(rank: i32, freshRank: i32, bias: usize): void {
  const s_w = sqrt(varianceW);
  memory.fill(coefficients, 0, coefficientBytes);
  for (let n = 0; n < inputs; n++)
    for (let k = 0; k < rank; k++) {
      const last = load<f64>(bias + (<usize>k << 3));
      let value = element(projected, evenRows(inputs), k, n);
      for (let m = 0; m < freshRank; m++) {
        const along = element(overlap, evenRows(freshRank), k, m) + last * load<f64>(freshBias + (<usize>m << 3));
        value -= along * element(factor, inputs, n, m);
      }
      setCoefficient(rank, n, k, s_w * value);
    }
}

/** The coefficients s_w S of the columns of E. */
function acrossStates(freshRank: i32): void {
  const s_w = sqrt(varianceW);
  memory.fill(coefficients, 0, coefficientBytes);
  for (let n = 0; n < inputs; n++)
    for (let m = 0; m < freshRank; m++) setCoefficient(freshRank, n, m, s_w * element(factor, inputs, n, m));
}
