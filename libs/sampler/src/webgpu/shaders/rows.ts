/**
 * What the threads of a workgroup do with N rows of coordinates of a draw, some threads a row: sums,
 * the factor of a Gram matrix, normals, states that move.
 *
 * It asks for THREADS, CAPACITY (of N, in workgroup memory), INHERITED, the constants inputs, lanes,
 * padded, width and tolerance, and the places of numbers: `state(d)` and `rest(d)` of a thread's row,
 * `normal(n)`, `residual(row, at)` and `setResidual`.
 *
 * What is left of a row counts if it is above `tolerance` times its square; with INHERITED, above that
 * and what pivots have so uncertain, times the square of their part in the row. Such a part is large
 * where little is left of the pivot, and the row was small.
 */
export const rows = /* wgsl */ `
var<workgroup> partial: array<f32, THREADS>;
// K_ii; what is left of it, or -1 for a pivot; the last entry of a residual; its part along the pivot.
var<workgroup> diagonal: array<f32, CAPACITY>;
var<workgroup> left: array<f32, CAPACITY>;
// What counts as nothing of it.
var<workgroup> least: array<f32, CAPACITY>;
var<workgroup> last: array<f32, CAPACITY>;
var<workgroup> along: array<f32, CAPACITY>;
// R by columns.
var<workgroup> factor: array<f32, CAPACITY * CAPACITY>;
// The input of every column of R.
var<workgroup> pivots: array<u32, CAPACITY>;
var<workgroup> pivot: i32;
var<workgroup> finite: u32;

var<private> thread: u32;
var<private> row: u32;
// Of the threads that share an input; those that have none take part in barriers only.
var<private> input: u32;
var<private> lane: u32;
var<private> busy: bool;

fn share(group: u32, index: u32) {
  thread = index;
  row = group;
  input = thread / constants.lanes;
  lane = thread % constants.lanes;
  busy = input < constants.inputs;
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
    for (var i = 0u; i < constants.lanes; i++) {
      sum += partial[thread + i];
    }
  }
  return sum;
}

// Whether \`along\` and the diagonal are finite, once the first thread of every input has set them.
fn areFinite() -> bool {
  workgroupBarrier();
  if (thread == 0u) {
    finite = 1u;
    for (var i = 0u; i < constants.inputs; i++) {
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
    for (var i = 0u; i < constants.inputs; i++) {
      if (left[i] > best && left[i] > least[i]) {
        best = left[i];
        pivot = i32(i);
      }
    }
  }
  return workgroupUniformLoad(&pivot);
}

// Writes R, of K times the square of the residuals' scale. Returns its rank.
fn factorise() -> u32 {
  if (busy && lane == 0u) {
    least[input] = constants.tolerance * diagonal[input];
  }
  for (var k = 0u; k < constants.inputs; k++) {
    let chosen = choosePivot();
    if (chosen < 0) {
      return k;
    }
    let p = u32(chosen);
    let square = left[p];
    let open = busy && left[input] >= 0f;
    var product = 0f;
    if (open) {
      for (var d = lane; d < constants.width; d += constants.lanes) {
        product += residual(row, p * constants.padded + d) * residual(row, input * constants.padded + d);
      }
    }
    let whole = laneSum(product);
    if (busy && lane == 0u) {
      along[input] = select(0f, (whole + last[p] * last[input]) / square, open);
    }
    workgroupBarrier();
    let c = along[min(input, constants.inputs - 1u)];
    var norm = 0f;
    if (open && input != p) {
      for (var d = lane; d < constants.width; d += constants.lanes) {
        let at = input * constants.padded + d;
        let value = residual(row, at) - c * residual(row, p * constants.padded + d);
        setResidual(row, at, value);
        norm += value * value;
      }
    }
    let rest = laneSum(norm);
    if (busy && lane == 0u) {
      factor[k * CAPACITY + input] = select(c, 1f, input == p) * sqrt(square);
      if (input == p) {
        left[input] = -1f;
        pivots[k] = p;
      } else if (open) {
        last[input] -= c * last[p];
        left[input] = rest + last[input] * last[input];
        if (INHERITED) {
          least[input] += c * c * least[p];
        }
      }
    }
  }
  return constants.inputs;
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

// Of the thread's row, H = Z R^T at a coordinate.
fn preactivation(rank: u32, d: u32) -> f32 {
  var h = 0f;
  for (var k = 0u; k < rank; k++) {
    h += factor[k * CAPACITY + input] * states[normal(k * constants.padded + d)];
  }
  return h;
}

// Moves a coordinate of the thread's row by \`by\`: x + rest is carried on in two parts (Knuth's sum of
// two numbers).
fn shift(d: u32, by: f32) {
  let x = states[state(d)];
  let y = held(by + states[rest(d)]);
  let sum = held(x + y);
  let taken = held(sum - x);
  states[state(d)] = sum;
  states[rest(d)] = held(x - held(sum - taken)) + held(y - taken);
}
`;
