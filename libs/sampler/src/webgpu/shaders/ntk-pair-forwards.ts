/** The way forwards: states and, of every layer, the factor R and X^T X. */
export const pairForwards = /* wgsl */ `
fn stateGram() -> vec3f {
  var sum = vec4f();
  for (var slot = 0u; slot < SLOTS; slot++) {
    sum += products(x[slot][0], x[slot][1]);
  }
  return total(sum, thread).xyz;
}

fn squaredRest(f: Factor) -> f32 {
  var sum = vec4f();
  for (var slot = 0u; slot < SLOTS; slot++) {
    let rest = difference(f, x[slot]);
    sum.x += dot(rest, rest);
  }
  return total(sum, thread).x;
}

fn isFiniteGram(gram: vec3f) -> bool {
  return isFinite(gram.x) && isFinite(gram.z);
}

@compute @workgroup_size(THREADS)
fn forwards(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  thread = index;
  let row = group.x;
  draw = parameters.firstDraw + row;
  let home = row * WORDS;
  var diverged = divergedEarlier(home, thread);
  if (parameters.firstLayer == 0u) {
    start();
  } else {
    resume(row);
  }
  for (var layer = parameters.firstLayer; diverged == 0u; layer++) {
    let gram = stateGram();
    if (!isFiniteGram(gram)) {
      diverged = max(1u, layer);
      continue;
    }
    if (layer == parameters.endLayer) {
      break;
    }
    let k = constants.varianceW * gram + vec3f(constants.varianceB);
    var factor = lengths(k);
    let biasRest = constants.scaleB * (1f - factor.c);
    factor.rest = restOf(factor, k, constants.varianceW * squaredRest(factor) + biasRest * biasRest);
    remember(row, layer, factor, gram);
    for (var slot = 0u; slot < SLOTS; slot++) {
      let block = blockOf(slot);
      x[slot] += increments(preactivations(factor, normalRows(block, layer)), block);
    }
  }
  if (parameters.endLayer == constants.depth) {
    for (var slot = 0u; slot < SLOTS; slot++) {
      if (blockOf(slot) == 0u) {
        output[home + 1u] = bitcast<u32>(x[slot][0].x);
        output[home + 2u] = bitcast<u32>(x[slot][1].x);
        gradient[slot] = mat2x4f(vec4f(1f, 0f, 0f, 0f), vec4f(1f, 0f, 0f, 0f));
      }
    }
    for (var i = thread; i < 6u; i += THREADS) {
      output[home + 3u + i] = 0u;
    }
  }
  suspend(row);
  if (thread == 0u) {
    output[home] = diverged;
  }
}
`;
