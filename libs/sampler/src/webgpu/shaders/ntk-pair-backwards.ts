/** The way back, through the layers from the last: gradients and the kernels. */
export const pairBackwards = /* wgsl */ `
fn recall(row: u32, layer: u32) -> Factor {
  let at = row * constants.floats + constants.tape + 8u * layer;
  return Factor(states[at] > 0.5f, states[at + 1u], states[at + 2u], states[at + 3u]);
}

fn recallGram(row: u32, layer: u32) -> vec3f {
  let at = row * constants.floats + constants.tape + 8u * layer + 4u;
  return vec3f(states[at], states[at + 1u], states[at + 2u]);
}

// 1 / y, or 0 for a column that the factor does not have.
fn inverse(y: f32) -> f32 {
  return select(0f, 1f / y, y > 0f);
}

// Q of a layer at these coordinates, its last row included.
fn orthonormal(f: Factor, slot: u32) -> mat2x4f {
  let isLast = coordinates(blockOf(slot)) == vec4u(constants.width);
  let first = select(constants.scaleW * pivotOf(f, x[slot]), vec4f(constants.scaleB), isLast);
  let second = select(constants.scaleW * difference(f, x[slot]), vec4f(constants.scaleB * (1f - f.c)), isLast);
  return mat2x4f(first * inverse(f.root), second * inverse(f.rest));
}

// Adds to K_W and K_b, which only the first thread knows.
fn accumulate(home: u32, products: vec3f, gram: vec3f) {
  if (thread == 0u) {
    for (var i = 0u; i < 3u; i++) {
      let weights = bitcast<f32>(output[home + 3u + i]) + products[i] * gram[i];
      let biases = bitcast<f32>(output[home + 6u + i]) + products[i] * constants.varianceB;
      output[home + 3u + i] = bitcast<u32>(weights);
      output[home + 6u + i] = bitcast<u32>(biases);
    }
  }
}

// Takes the states back through a layer, and writes V and E. Returns V^T V, Z^T V and Q^T E.
fn undo(f: Factor, layer: u32) -> mat3x4f {
  var sum = mat3x4f();
  for (var slot = 0u; slot < SLOTS; slot++) {
    let block = blockOf(slot);
    let z = normalRows(block, layer);
    let h = preactivations(f, z);
    let inside = coordinates(block) <= vec4u(constants.width);
    let activations = mat2x4f(activated(h[0]), activated(h[1]));
    let within = coordinates(block) < vec4u(constants.width);
    x[slot][0] -= select(vec4f(), activations[0], within);
    x[slot][1] -= select(vec4f(), activations[1], within);
    back[slot] = mat2x4f(
      slopes(h[0], activations[0]) * gradient[slot][0],
      slopes(h[1], activations[1]) * gradient[slot][1],
    );
    let e = normalRows(block, 2u * constants.depth - 1u - layer);
    fresh[slot] = mat2x4f(select(vec4f(), e[0], inside), select(vec4f(), e[1], inside));
    let v = back[slot];
    let q = orthonormal(f, slot);
    sum += mat3x4f(
      products(v[0], v[1]),
      vec4f(dot(z[0], v[0]), dot(z[1], v[0]), dot(z[0], v[1]), dot(z[1], v[1])),
      vec4f(dot(q[0], fresh[slot][0]), dot(q[1], fresh[slot][0]), dot(q[0], fresh[slot][1]), dot(q[1], fresh[slot][1])),
    );
  }
  return totals(sum, thread);
}

fn backRest(f: Factor) -> f32 {
  var sum = vec4f();
  for (var slot = 0u; slot < SLOTS; slot++) {
    let rest = difference(f, back[slot]);
    sum.x += dot(rest, rest);
  }
  return total(sum, thread).x;
}

// Layers are counted from the last.
@compute @workgroup_size(THREADS)
fn backwards(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  thread = index;
  let row = group.x;
  draw = parameters.firstDraw + row;
  let home = row * WORDS;
  if (thread == 0u) {
    earlier = output[home];
  }
  var diverged = workgroupUniformLoad(&earlier);
  resume(row);
  for (var done = parameters.firstLayer; done < parameters.endLayer && diverged == 0u; done++) {
    let layer = constants.depth - 1u - done;
    let factor = recall(row, layer);
    let sums = undo(factor, layer);
    let gram = sums[0].xyz;
    if (!isFiniteGram(gram)) {
      diverged = layer + 1u;
      continue;
    }
    accumulate(home, gram, recallGram(row, layer));
    var backFactor = lengths(gram);
    backFactor.rest = restOf(backFactor, gram, backRest(backFactor));
    let s = rows(backFactor);
    // A column an input: Z^T V - Q^T E S^T, then S^T.
    let projected = mat2x2f(sums[1].xy, sums[1].zw);
    let overlap = mat2x2f(sums[2].xy, sums[2].zw);
    let coefficients = constants.scaleW * (projected - overlap * s);
    for (var slot = 0u; slot < SLOTS; slot++) {
      let inside = coordinates(blockOf(slot)) < vec4u(constants.width);
      let moved = orthonormal(factor, slot) * coefficients + fresh[slot] * (constants.scaleW * s);
      gradient[slot][0] += select(vec4f(), moved[0], inside);
      gradient[slot][1] += select(vec4f(), moved[1], inside);
    }
  }
  if (parameters.endLayer == constants.depth && diverged == 0u) {
    var sum = vec4f();
    for (var slot = 0u; slot < SLOTS; slot++) {
      sum += products(gradient[slot][0], gradient[slot][1]);
    }
    let gram = total(sum, thread).xyz;
    if (!isFiniteGram(gram)) {
      diverged = 1u;
    }
    if (thread == 0u) {
      for (var i = 0u; i < 3u; i++) {
        output[home + 9u + i] = bitcast<u32>(gram[i]);
      }
    }
  }
  suspend(row);
  if (thread == 0u) {
    output[home] = diverged;
  }
}
`;
