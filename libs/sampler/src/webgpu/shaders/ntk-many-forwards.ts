/** The way forwards: states and, of every layer, the factor R and X^T X. */
export const ntkManyForwards = /* wgsl */ `
// The rows of x_0 = F Z, with Z from the normals of a layer that the network does not have.
fn startCompleted(draw: u32) {
  drawNormals(constants.priorRank * constants.width, 2u * constants.depth, draw);
  if (busy) {
    for (var d = lane; d < constants.width; d += constants.lanes) {
      states[state(d)] = 0f;
      states[rest(d)] = 0f;
      for (var k = 0u; k < constants.priorRank; k++) {
        shift(d, initial[input * constants.priorRank + k] * states[normal(k * constants.width + d)]);
      }
    }
  }
  sync();
  drawNormals(constants.width, 2u * constants.depth + 1u, draw);
  if (busy) {
    for (var d = lane; d < constants.width; d += constants.lanes) {
      states[own(GRADIENTS, d)] = constants.outputScale * states[normal(d)];
    }
  }
  sync();
}

fn start() {
  if (busy) {
    for (var d = lane; d < constants.width; d += constants.lanes) {
      states[state(d)] = initial[input * constants.width + d];
      states[rest(d)] = 0f;
      states[own(GRADIENTS, d)] = select(0f, 1f, d == 0u);
    }
  }
  sync();
}

// Residuals before any pivot: [scaleW X; scaleB 1^T]. Whether all is finite.
fn prepareStates() -> bool {
  var square = 0f;
  if (busy) {
    for (var d = lane; d < constants.width; d += constants.lanes) {
      let x = states[state(d)];
      square += x * x;
      states[own(BACK, d)] = constants.scaleW * x;
    }
  }
  let norm = laneSum(square);
  if (busy && lane == 0u) {
    diagonal[input] = constants.varianceW * norm + constants.varianceB;
    left[input] = diagonal[input];
    last[input] = constants.scaleB;
    along[input] = norm;
  }
  return areFinite();
}

fn step(rank: u32) {
  if (busy) {
    for (var d = lane; d < constants.width; d += constants.lanes) {
      shift(d, phi(preactivation(rank, d)));
    }
  }
  sync();
}

// The outputs, the kernels so far, and the Gram matrix of the last states.
fn giveStates(home: u32) {
  var sum = 0f;
  if (busy) {
    for (var d = lane; d < constants.width; d += constants.lanes) {
      sum += states[own(GRADIENTS, d)] * states[state(d)];
    }
  }
  let value = laneSum(sum);
  if (busy && lane == 0u) {
    output[home + 1u + input] = bitcast<u32>(value);
  }
  let size = constants.inputs * constants.inputs;
  let matrices = home + 1u + constants.inputs;
  products(STATES, constants.inputs, STATES, constants.inputs, constants.width, projected());
  for (var i = thread; i < size; i += THREADS) {
    output[matrices + i] = 0u;
    output[matrices + size + i] = 0u;
    output[matrices + 3u * size + i] = bitcast<u32>(states[projected() + i]);
  }
}

@compute @workgroup_size(THREADS)
fn forwards(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  share(group.x, index);
  let draw = parameters.firstDraw + row;
  let home = row * constants.words;
  var diverged = divergedEarlier(home, thread);
  if (parameters.firstLayer == 0u) {
    if (constants.completed == 1u) {
      startCompleted(draw);
    } else {
      start();
    }
  }
  for (var layer = parameters.firstLayer; diverged == 0u; layer++) {
    if (!prepareStates()) {
      diverged = max(1u, layer);
    } else if (layer == parameters.endLayer) {
      break;
    } else {
      products(STATES, constants.inputs, STATES, constants.inputs, constants.width, tapeGram(layer));
      let rank = factorise();
      remember(layer, rank);
      drawNormals(rank * constants.padded, layer, draw);
      step(rank);
    }
  }
  if (parameters.endLayer == constants.depth) {
    giveStates(home);
  }
  if (thread == 0u) {
    output[home] = diverged;
  }
}
`;
