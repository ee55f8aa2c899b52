/** The way back, through the layers from the last: gradients and the kernels. */
export const ntkManyBackwards = /* wgsl */ `
// Takes the states back through a layer, and writes V.
fn undo(rank: u32) {
  if (busy) {
    for (var d = lane; d < constants.width; d += constants.lanes) {
      let h = preactivation(rank, d);
      let value = phi(h);
      shift(d, -value);
      states[own(BACK, d)] = slopeOf(h, value) * states[own(GRADIENTS, d)];
    }
  }
  sync();
}

// Q = [scaleW X; scaleB 1^T] R^-T, of which the rows of R that were pivots are a triangle.
fn orthonormalise(rank: u32) {
  for (var d = thread; d <= constants.width; d += THREADS) {
    for (var k = 0u; k < rank; k++) {
      let p = pivots[k];
      var value = constants.scaleB;
      if (d < constants.width) {
        value = constants.scaleW * states[section(STATES) + p * constants.padded + d];
      }
      for (var j = 0u; j < k; j++) {
        value -= factor[j * CAPACITY + p] * states[section(ORTHONORMAL) + j * constants.padded + d];
      }
      states[section(ORTHONORMAL) + k * constants.padded + d] = value / factor[k * CAPACITY + p];
    }
  }
  sync();
}

// Makes Q orthonormal once more: a column made of what is left of an input, a part r of it, has lost
// 1e-7 / r of that. For the law any orthonormal Q will do whose Q R^T is At to rounding.
fn orthonormaliseAgain(rank: u32) {
  for (var k = 0u; k < rank; k++) {
    let first = section(ORTHONORMAL) + k * constants.padded;
    let open = busy && input >= k && input < rank;
    var product = 0f;
    if (open) {
      for (var d = lane; d <= constants.width; d += constants.lanes) {
        product += states[first + d] * states[own(ORTHONORMAL, d)];
      }
    }
    let whole = laneSum(product);
    if (busy && lane == 0u) {
      along[input] = whole;
    }
    workgroupBarrier();
    if (open && input > k) {
      let c = along[input] / along[k];
      for (var d = lane; d <= constants.width; d += constants.lanes) {
        states[own(ORTHONORMAL, d)] -= c * states[first + d];
      }
    }
    sync();
    if (open && input == k) {
      for (var d = lane; d <= constants.width; d += constants.lanes) {
        states[first + d] *= inverseSqrt(along[k]);
      }
    }
    sync();
  }
}

// Residuals before any pivot: V. Whether all is finite.
fn prepareBack() -> bool {
  var square = 0f;
  if (busy) {
    for (var d = lane; d < constants.width; d += constants.lanes) {
      let v = states[own(BACK, d)];
      square += v * v;
    }
  }
  let norm = laneSum(square);
  if (busy && lane == 0u) {
    diagonal[input] = norm;
    left[input] = norm;
    last[input] = 0f;
    along[input] = norm;
  }
  return areFinite();
}

// Row i of S S^T at j.
fn backProduct(rank: u32, i: u32, j: u32) -> f32 {
  var sum = 0f;
  for (var m = 0u; m < rank; m++) {
    sum += factor[m * CAPACITY + i] * factor[m * CAPACITY + j];
  }
  return sum;
}

// K_W += (V^T V) o (varianceW X^T X), K_b += varianceB V^T V.
fn accumulate(home: u32, layer: u32, rank: u32) {
  let size = constants.inputs * constants.inputs;
  for (var i = thread; i < size; i += THREADS) {
    let at = home + 1u + constants.inputs + i;
    let product = backProduct(rank, i / constants.inputs, i % constants.inputs);
    let weights = product * constants.varianceW * states[tapeGram(layer) + i];
    output[at] = bitcast<u32>(bitcast<f32>(output[at]) + weights);
    output[at + size] = bitcast<u32>(bitcast<f32>(output[at + size]) + product * constants.varianceB);
  }
}

// In place of Z^T V: the coefficients scaleW (Z^T V - Q^T E S^T) of the columns of Q.
fn alongStates(rank: u32, freshRank: u32) {
  for (var i = thread; i < rank * constants.inputs; i += THREADS) {
    let k = i / constants.inputs;
    let n = i % constants.inputs;
    var value = states[projected() + i];
    for (var m = 0u; m < freshRank; m++) {
      value -= states[overlap() + k * constants.inputs + m] * factor[m * CAPACITY + n];
    }
    states[projected() + i] = constants.scaleW * value;
  }
  sync();
}

fn moveGradients(rank: u32, freshRank: u32) {
  if (busy) {
    for (var d = lane; d < constants.width; d += constants.lanes) {
      var sum = 0f;
      for (var k = 0u; k < rank; k++) {
        sum += states[projected() + k * constants.inputs + input]
          * states[section(ORTHONORMAL) + k * constants.padded + d];
      }
      states[own(GRADIENTS, d)] += sum + constants.scaleW * preactivation(freshRank, d);
    }
  }
  sync();
}

fn giveGradients(home: u32) -> bool {
  let size = constants.inputs * constants.inputs;
  products(GRADIENTS, constants.inputs, GRADIENTS, constants.inputs, constants.width, projected());
  for (var i = thread; i < size; i += THREADS) {
    output[home + 1u + constants.inputs + 2u * size + i] = bitcast<u32>(states[projected() + i]);
  }
  if (busy && lane == 0u) {
    diagonal[input] = states[projected() + input * constants.inputs + input];
    along[input] = diagonal[input];
  }
  return areFinite();
}

// Layers are counted from the last.
@compute @workgroup_size(THREADS)
fn backwards(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  share(group.x, index);
  let draw = parameters.firstDraw + row;
  let home = row * constants.words;
  if (thread == 0u) {
    earlier = output[home];
  }
  var diverged = workgroupUniformLoad(&earlier);
  for (var done = parameters.firstLayer; done < parameters.endLayer && diverged == 0u; done++) {
    let layer = constants.depth - 1u - done;
    let rank = recall(layer);
    drawNormals(rank * constants.padded, layer, draw);
    undo(rank);
    orthonormalise(rank);
    orthonormaliseAgain(rank);
    products(NORMALS, rank, BACK, constants.inputs, constants.width, projected());
    if (!prepareBack()) {
      diverged = layer + 1u;
      continue;
    }
    let freshRank = factorise();
    sync();
    accumulate(home, layer, freshRank);
    drawNormals(freshRank * constants.padded, 2u * constants.depth - 1u - layer, draw);
    products(ORTHONORMAL, rank, NORMALS, freshRank, constants.width + 1u, overlap());
    alongStates(rank, freshRank);
    moveGradients(rank, freshRank);
  }
  if (parameters.endLayer == constants.depth && diverged == 0u) {
    if (!giveGradients(home)) {
      diverged = 1u;
    }
  }
  if (thread == 0u) {
    output[home] = diverged;
  }
}
`;
