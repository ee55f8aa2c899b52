/** The factor of a Gram matrix of two columns, and what it makes of them. */
export const pairFactor = /* wgsl */ `
// The factor of a Gram matrix [k00, k01; k01, k11] by pivots: the pivot has (root, 0), the other input
// (c root, rest). A rest that rounding may have made is 0.
struct Factor {
  swapped: bool,
  root: f32,
  c: f32,
  rest: f32,
}

fn lengths(gram: vec3f) -> Factor {
  let swapped = gram.z > gram.x;
  let square = max(gram.x, gram.z);
  return Factor(swapped, sqrt(square), select(0f, gram.y / square, square > 0f), 0f);
}

// The rows of the factor, of input 0 and of input 1.
fn rows(f: Factor) -> mat2x2f {
  let first = vec2f(f.root, 0f);
  let other = vec2f(f.c * f.root, f.rest);
  return mat2x2f(select(first, other, f.swapped), select(other, first, f.swapped));
}

// What is left of the other input's column without c times the pivot's.
fn difference(f: Factor, columns: mat2x4f) -> vec4f {
  return select(columns[1] - f.c * columns[0], columns[0] - f.c * columns[1], f.swapped);
}

fn pivotOf(f: Factor, columns: mat2x4f) -> vec4f {
  return select(columns[0], columns[1], f.swapped);
}

fn restOf(f: Factor, gram: vec3f, square: f32) -> f32 {
  return select(0f, sqrt(square), square > ROUNDING * min(gram.x, gram.z));
}
`;
