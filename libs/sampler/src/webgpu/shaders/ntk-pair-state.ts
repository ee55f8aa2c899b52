/**
 * What both ways through a network of two inputs share: the states and gradients of a thread's
 * coordinates, its normals, and what is remembered of every layer. A block of Philox has coordinates
 * 16 g + l, 16 g + 4 + l, 16 g + 8 + l and 16 g + 12 + l.
 */
export const pairState = /* wgsl */ `
// A column an input: states, gradients, V; E has a column a row of normals.
var<private> x: array<mat2x4f, SLOTS>;
var<private> gradient: array<mat2x4f, SLOTS>;
var<private> back: array<mat2x4f, SLOTS>;
var<private> fresh: array<mat2x4f, SLOTS>;
var<private> thread: u32;
var<private> draw: u32;

fn products(a: vec4f, b: vec4f) -> vec4f {
  return vec4f(dot(a, a), dot(a, b), dot(b, b), 0f);
}

fn blockOf(slot: u32) -> u32 {
  return slot * THREADS + thread;
}

fn coordinates(block: u32) -> vec4u {
  return vec4u(0u, 4u, 8u, 12u) + 16u * (block >> 2u) + (block & 3u);
}

// The normals of a layer at these coordinates, of both rows.
fn normalRows(block: u32, layer: u32) -> mat2x4f {
  let first = blockNormals(block, layer, draw);
  let second = blockNormals(block + constants.row, layer, draw);
  if (BETWEEN) {
    return mat2x4f(first, vec4f(second.zw, blockNormals(block + constants.row + 4u, layer, draw).xy));
  }
  return mat2x4f(first, second);
}

fn preactivations(f: Factor, z: mat2x4f) -> mat2x4f {
  return z * rows(f);
}

fn activated(h: vec4f) -> vec4f {
  return vec4f(phi(h.x), phi(h.y), phi(h.z), phi(h.w));
}

fn slopes(h: vec4f, p: vec4f) -> vec4f {
  return vec4f(slopeOf(h.x, p.x), slopeOf(h.y, p.y), slopeOf(h.z, p.z), slopeOf(h.w, p.w));
}

// The increments of the coordinates that there are.
fn increments(h: mat2x4f, block: u32) -> mat2x4f {
  let inside = coordinates(block) < vec4u(constants.width);
  let zero = vec4f();
  return mat2x4f(select(zero, activated(h[0]), inside), select(zero, activated(h[1]), inside));
}

fn remember(row: u32, layer: u32, f: Factor, gram: vec3f) {
  if (thread == 0u) {
    let at = row * constants.floats + constants.tape + 8u * layer;
    states[at] = select(0f, 1f, f.swapped);
    states[at + 1u] = f.root;
    states[at + 2u] = f.c;
    states[at + 3u] = f.rest;
    states[at + 4u] = constants.varianceW * gram.x;
    states[at + 5u] = constants.varianceW * gram.y;
    states[at + 6u] = constants.varianceW * gram.z;
  }
}

fn resume(row: u32) {
  for (var slot = 0u; slot < SLOTS; slot++) {
    for (var n = 0u; n < 2u; n++) {
      let at = row * constants.floats + 16u * blockOf(slot) + 4u * n;
      x[slot][n] = vec4f(states[at], states[at + 1u], states[at + 2u], states[at + 3u]);
      gradient[slot][n] = vec4f(states[at + 8u], states[at + 9u], states[at + 10u], states[at + 11u]);
    }
  }
}

fn suspend(row: u32) {
  for (var slot = 0u; slot < SLOTS; slot++) {
    for (var n = 0u; n < 2u; n++) {
      let at = row * constants.floats + 16u * blockOf(slot) + 4u * n;
      for (var i = 0u; i < 4u; i++) {
        states[at + i] = x[slot][n][i];
        states[at + 8u + i] = gradient[slot][n][i];
      }
    }
  }
}

fn start() {
  for (var slot = 0u; slot < SLOTS; slot++) {
    let d = coordinates(blockOf(slot));
    for (var i = 0u; i < 4u; i++) {
      if (d[i] < constants.width) {
        x[slot][0][i] = initial[d[i]];
        x[slot][1][i] = initial[constants.width + d[i]];
      }
    }
  }
}
`;
