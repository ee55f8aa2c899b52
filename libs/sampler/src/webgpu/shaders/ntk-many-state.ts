/** Where a draw of a tangent kernel of any inputs has its numbers, and products of its rows. */
export const ntkManyState = /* wgsl */ `
// Rows of inputs, from these multiples of \`matrix\` on.
const STATES = 0u;
const RESTS = 1u;
const GRADIENTS = 2u;
const BACK = 3u;
const ORTHONORMAL = 4u;
const NORMALS = 5u;

var<workgroup> remembered: u32;

fn section(number: u32) -> u32 {
  return row * constants.floats + number * constants.matrix;
}

// A coordinate of the thread's row.
fn own(number: u32, d: u32) -> u32 {
  return section(number) + input * constants.padded + d;
}

fn state(d: u32) -> u32 {
  return own(STATES, d);
}

// What rounding took from the state.
fn rest(d: u32) -> u32 {
  return own(RESTS, d);
}

fn normal(n: u32) -> u32 {
  return section(NORMALS) + n;
}

fn residual(row: u32, at: u32) -> f32 {
  return states[section(BACK) + at];
}

fn setResidual(row: u32, at: u32, value: f32) {
  states[section(BACK) + at] = value;
}

// Small matrices, N x N: what is projected, and overlaps.
fn projected() -> u32 {
  return row * constants.floats + constants.scratch;
}

fn overlap() -> u32 {
  return projected() + constants.inputs * constants.inputs;
}

// Of a layer: R by columns, X^T X, the pivots, the rank.
fn tapeFactor(layer: u32) -> u32 {
  return row * constants.floats + constants.tape + layer * constants.layerFloats;
}

fn tapeGram(layer: u32) -> u32 {
  return tapeFactor(layer) + constants.inputs * constants.inputs;
}

fn tapePivots(layer: u32) -> u32 {
  return tapeGram(layer) + constants.inputs * constants.inputs;
}

fn tapeRank(layer: u32) -> u32 {
  return tapePivots(layer) + constants.inputs;
}

fn remember(layer: u32, rank: u32) {
  sync();
  for (var i = thread; i < rank * constants.inputs; i += THREADS) {
    let k = i / constants.inputs;
    states[tapeFactor(layer) + i] = factor[k * CAPACITY + i % constants.inputs];
  }
  for (var k = thread; k < rank; k += THREADS) {
    states[tapePivots(layer) + k] = f32(pivots[k]);
  }
  if (thread == 0u) {
    states[tapeRank(layer)] = f32(rank);
  }
}

// Puts R and the pivots of a layer back in place. Returns the rank.
fn recall(layer: u32) -> u32 {
  if (thread == 0u) {
    remembered = u32(states[tapeRank(layer)]);
  }
  let rank = workgroupUniformLoad(&remembered);
  for (var i = thread; i < rank * constants.inputs; i += THREADS) {
    let k = i / constants.inputs;
    factor[k * CAPACITY + i % constants.inputs] = states[tapeFactor(layer) + i];
  }
  for (var k = thread; k < rank; k += THREADS) {
    pivots[k] = u32(states[tapePivots(layer) + k]);
  }
  sync();
  return rank;
}

// The inner products of the first rows of two sections over \`length\` coordinates, as a matrix in
// \`states\` with a row of N for each row of the first.
fn products(a: u32, countA: u32, b: u32, countB: u32, length: u32, to: u32) {
  sync();
  let entries = countA * countB;
  var threads = 1u;
  while (2u * threads * max(entries, 1u) <= THREADS) {
    threads *= 2u;
  }
  let first = thread / threads;
  for (var base = 0u; base < entries; base += THREADS / threads) {
    let entry = base + first;
    let i = entry / max(countB, 1u);
    let j = entry % max(countB, 1u);
    var sum = 0f;
    if (entry < entries) {
      for (var d = thread % threads; d < length; d += threads) {
        sum += states[section(a) + i * constants.padded + d]
          * states[section(b) + j * constants.padded + d];
      }
    }
    partial[thread] = sum;
    workgroupBarrier();
    if (entry < entries && thread % threads == 0u) {
      sum = 0f;
      for (var part = 0u; part < threads; part++) {
        sum += partial[thread + part];
      }
      states[to + i * constants.inputs + j] = sum;
    }
    workgroupBarrier();
  }
  sync();
}
`;
