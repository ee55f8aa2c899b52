import type { NetworkDraws } from '../../sampler.ts';
import { f32, u32 } from './literals.ts';
import { networkShader } from './network.ts';

/** The most inputs: the factor of their covariance and more stand in 16 KiB. */
export const MOST_INPUTS = 48;

/** How the kernel lays a draw of N inputs out. */
export interface ManyLayout {
  /** Of a workgroup, which is a draw. */
  readonly threads: number;
  /** Threads that share an input. */
  readonly lanes: number;
  /** Coordinates with padding. */
  readonly padded: number;
  /** Whether the residuals stand in workgroup memory, or with the states. */
  readonly shared: boolean;
  /** Floats that a draw keeps: states, what rounding took from them, normals, residuals. */
  readonly floats: number;
}

/** @param workgroupBytes that the device has for a workgroup. */
export function manyLayout(width: number, inputs: number, workgroupBytes: number): ManyLayout {
  const threads = inputs <= 16 ? 128 : 256;
  const lanes = 2 ** Math.floor(Math.log2(threads / inputs));
  const padded = 8 * Math.ceil(width / 8);
  const matrix = inputs * padded;
  const small = 4 * (threads + inputs * (inputs + 5) + 8);
  const shared = small + 4 * matrix <= workgroupBytes;
  const floats = 2 * matrix + 16 * Math.ceil(matrix / 16) + (shared ? 0 : matrix);
  return { threads, lanes, padded, shared, floats };
}

/** Draws of N inputs: what is left of a diagonal element counts as zero below `tolerance` times it. */
export interface ManyDraws extends NetworkDraws {
  readonly tolerance: number;
}

/**
 * Draws of a network of N inputs, a workgroup each: H = Z R^T with R R^T = K and Z (D x rank) iid
 * N(0, 1), R by pivots as in `pivotedCholesky`.
 *
 * K's factor comes from a pivoted Gram-Schmidt of [SCALE_W X; SCALE_B 1^T]: it knows norms of
 * residuals to the rounding of f32, where differences of squares would know them to its root only.
 * States are f32, and what rounding takes from their sums is carried along.
 */
export function manyShader(draws: ManyDraws, layout: ManyLayout): string {
  const { network, increment, initial, keep, tolerance } = draws;
  const { threads, lanes, padded, shared, floats } = layout;
  const inputs = initial.length;
  const matrix = inputs * padded;
  const residuals = shared
    ? `var<workgroup> residuals: array<f32, ${matrix}>;
fn residual(row: u32, at: u32) -> f32 { return residuals[at]; }
fn setResidual(row: u32, at: u32, value: f32) { residuals[at] = value; }`
    : `fn residual(row: u32, at: u32) -> f32 { return states[(row + 1u) * FLOATS - MATRIX + at]; }
fn setResidual(row: u32, at: u32, value: f32) { states[(row + 1u) * FLOATS - MATRIX + at] = value; }`;
  return /* wgsl */ `${networkShader(network, increment)}
const THREADS = ${u32(threads)};
const LANES = ${u32(lanes)};
const INPUTS = ${u32(inputs)};
const PADDED = ${u32(padded)};
const MATRIX = ${u32(matrix)};
const FLOATS = ${u32(floats)};
const KEEP = ${u32(keep)};
const WORDS = ${u32(1 + inputs * keep)};
const TOLERANCE = ${f32(tolerance)};
${residuals}

var<workgroup> partial: array<f32, THREADS>;
// K_ii; what is left of it, or -1 for a pivot; the last entry of a residual; its part along the pivot.
var<workgroup> diagonal: array<f32, INPUTS>;
var<workgroup> left: array<f32, INPUTS>;
var<workgroup> last: array<f32, INPUTS>;
var<workgroup> along: array<f32, INPUTS>;
// R by columns.
var<workgroup> factor: array<f32, ${inputs * inputs}>;
var<workgroup> pivot: i32;
var<workgroup> finite: u32;

var<private> thread: u32;
var<private> row: u32;
// Of the threads that share an input; those that have none take part in barriers only.
var<private> input: u32;
var<private> lane: u32;
var<private> busy: bool;

fn state(d: u32) -> u32 {
  return row * FLOATS + input * PADDED + d;
}

// What rounding took from the state.
fn rest(d: u32) -> u32 {
  return state(d) + MATRIX;
}

fn normal(n: u32) -> u32 {
  return row * FLOATS + 2u * MATRIX + n;
}

fn sync() {
  storageBarrier();
  workgroupBarrier();
}

// The sum over the threads of an input, for the first of them.
fn laneSum(value: f32) -> f32 {
  partial[thread] = value;
  workgroupBarrier();
  var sum = 0f;
  if (busy && lane == 0u) {
    for (var i = 0u; i < LANES; i++) {
      sum += partial[thread + i];
    }
  }
  return sum;
}

// Residuals before any pivot: the states themselves, times \`scale\`. Whether all is finite.
fn prepare(scale: f32) -> bool {
  var square = 0f;
  if (busy) {
    for (var d = lane; d < WIDTH; d += LANES) {
      let x = scale * states[state(d)];
      square += x * x;
      setResidual(row, input * PADDED + d, SCALE_W * x);
    }
  }
  let norm = laneSum(square);
  if (busy && lane == 0u) {
    let bias = SCALE_B * scale;
    diagonal[input] = VARIANCE_W * norm + bias * bias;
    left[input] = diagonal[input];
    last[input] = bias;
    // A square that is not finite shows here even where VARIANCE_W is small.
    along[input] = norm;
  }
  workgroupBarrier();
  if (thread == 0u) {
    finite = 1u;
    for (var i = 0u; i < INPUTS; i++) {
      if (!isFinite(along[i]) || !isFinite(diagonal[i])) {
        finite = 0u;
      }
    }
  }
  return workgroupUniformLoad(&finite) == 1u;
}

// The input with the largest residual that counts, or -1.
fn choosePivot() -> i32 {
  sync();
  if (thread == 0u) {
    pivot = -1;
    var best = 0f;
    for (var i = 0u; i < INPUTS; i++) {
      if (left[i] > best && left[i] > TOLERANCE * diagonal[i]) {
        best = left[i];
        pivot = i32(i);
      }
    }
  }
  return workgroupUniformLoad(&pivot);
}

// Writes R, of K times the square of the residuals' scale. Returns its rank.
fn factorise() -> u32 {
  for (var k = 0u; k < INPUTS; k++) {
    let chosen = choosePivot();
    if (chosen < 0) {
      return k;
    }
    let p = u32(chosen);
    let square = left[p];
    let open = busy && left[input] >= 0f;
    var product = 0f;
    if (open) {
      for (var d = lane; d < WIDTH; d += LANES) {
        product += residual(row, p * PADDED + d) * residual(row, input * PADDED + d);
      }
    }
    let whole = laneSum(product);
    if (busy && lane == 0u) {
      along[input] = select(0f, (whole + last[p] * last[input]) / square, open);
    }
    workgroupBarrier();
    let c = along[min(input, INPUTS - 1u)];
    var norm = 0f;
    if (open && input != p) {
      for (var d = lane; d < WIDTH; d += LANES) {
        let at = input * PADDED + d;
        let value = residual(row, at) - c * residual(row, p * PADDED + d);
        setResidual(row, at, value);
        norm += value * value;
      }
    }
    let rest = laneSum(norm);
    if (busy && lane == 0u) {
      factor[k * INPUTS + input] = select(c, 1f, input == p) * sqrt(square);
      if (input == p) {
        left[input] = -1f;
      } else if (open) {
        last[input] -= c * last[p];
        left[input] = rest + last[input] * last[input];
      }
    }
  }
  return INPUTS;
}

fn drawNormals(count: u32, layer: u32, draw: u32) {
  for (var block = thread; 4u * block < ((count + 15u) & ~15u); block += THREADS) {
    let z = blockNormals(block, layer, draw);
    let at = normal(16u * (block >> 2u) + (block & 3u));
    states[at] = z.x;
    states[at + 4u] = z.y;
    states[at + 8u] = z.z;
    states[at + 12u] = z.w;
  }
  sync();
}

// Moves the states: x + rest is carried on in two parts (Knuth's sum of two numbers).
fn step(rank: u32, scale: f32) {
  if (busy) {
    let variance = diagonal[input] / scale / scale;
    for (var d = lane; d < WIDTH; d += LANES) {
      var h = 0f;
      for (var k = 0u; k < rank; k++) {
        h += factor[k * INPUTS + input] * states[normal(k * PADDED + d)];
      }
      let x = states[state(d)];
      let y = held(increment(h / scale, variance) + states[rest(d)]);
      let sum = held(x + y);
      let taken = held(sum - x);
      states[state(d)] = sum;
      states[rest(d)] = held(x - held(sum - taken)) + held(y - taken);
    }
  }
}

fn start() {
  if (busy) {
    for (var d = lane; d < WIDTH; d += LANES) {
      states[state(d)] = initial[input * WIDTH + d];
      states[rest(d)] = 0f;
    }
  }
}

fn give(at: u32) {
  if (busy) {
    for (var d = lane; d < KEEP; d += LANES) {
      output[at + input * KEEP + d] = bitcast<u32>(states[state(d)]);
    }
  }
}

@compute @workgroup_size(THREADS)
fn advance(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  thread = index;
  row = group.x;
  input = thread / LANES;
  lane = thread % LANES;
  busy = input < INPUTS;
  let draw = parameters.firstDraw + row;
  let home = row * WORDS;
  var diverged = divergedEarlier(home, thread);
  if (parameters.firstLayer == 0u) {
    start();
  }
  for (var layer = parameters.firstLayer; diverged == 0u; layer++) {
    var scale = 1f;
    var canFollow: bool;
    loop {
      canFollow = prepare(scale);
      if (canFollow || scale == SHRINK) {
        break;
      }
      scale = SHRINK;
    }
    if (!canFollow) {
      diverged = max(1u, layer);
    } else if (layer == parameters.endLayer) {
      break;
    } else {
      let rank = factorise();
      drawNormals(rank * PADDED, layer, draw);
      step(rank, scale);
    }
  }
  if (parameters.endLayer == DEPTH) {
    give(home + 1u);
  }
  if (thread == 0u) {
    output[home] = diverged;
  }
}
`;
}
