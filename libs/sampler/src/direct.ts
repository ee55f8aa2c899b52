import { dt, type ResidualNetwork } from '@resdiff/networks';
import { normals } from '@resdiff/random';
import { checkNetworkDraws, type Draw, type ResidualDraws, type Sampler } from './sampler.ts';

/**
 * The direct sampler: makes the weights and biases of every layer (for the Euler scheme, its Brownian
 * increments) and multiplies, in f64. D^2 + D normals a layer: slow, plain, the oracle of the
 * collapsed sampler, with which it shares a law but no numbers.
 *
 * @throws RangeError when the shapes do not agree or a number is out of range.
 */
export function directSampler(draws: ResidualDraws): Sampler {
  checkNetworkDraws(draws);
  const { network, initial, key, stream, keep } = draws;
  const { width, depth } = network;
  const move = draws.increment === 'recursion' ? recursion(network) : euler(network);
  const psi = draws.psi?.phi ?? ((x: number) => x);
  return {
    draw(index) {
      const states = initial.map((x) => Float64Array.from(x));
      for (let layer = 0; layer < depth; layer++) {
        const z = normals({ key, stream, draw: index, layer }, width * width + width);
        for (const x of states) move(x, x.map(psi), z);
        if (!states.every(isFinite32)) return lost(initial.length * keep, layer + 1);
      }
      const kept = new Float32Array(initial.length * keep);
      states.forEach((x, input) => kept.set(x.subarray(0, keep), input * keep));
      return { states: kept };
    },
  };
}

/** A draw of `count` numbers that were not finite after this layer. */
export function lost(count: number, divergedAt: number): Draw {
  return { states: new Float32Array(count).fill(NaN), divergedAt };
}

/**
 * Moves a state x by one layer, given its features psi(x) and the layer's normals: D x D of the
 * weights, then D of the biases.
 */
type Move = (x: Float64Array, features: Float64Array, z: Float64Array) => void;

/** x + phi(W psi(x) + b), [PF22] (8). */
function recursion(network: ResidualNetwork): Move {
  const { phi } = network.activation;
  const preactivation = increments(network);
  return (x, features, z) => {
    const h = preactivation(features, z);
    for (let d = 0; d < x.length; d++) x[d] += phi(h[d]);
  };
}

/**
 * x + phi''(0)/2 (sigmaB^2 + sigmaW^2 |psi(x)|^2 / D) dt 1 + phi'(0) (dW psi(x) + db), [PF22] (6) of
 * (29).
 */
function euler(network: ResidualNetwork): Move {
  const { sigmaW, sigmaB, activation, width } = network;
  const { dphi, ddphi } = activation.atZero;
  const preactivation = increments(network);
  return (x, features, z) => {
    const square = features.reduce((sum, value) => sum + value * value, 0);
    const drift = (ddphi / 2) * (sigmaB ** 2 + (sigmaW ** 2 * square) / width) * dt(network);
    const h = preactivation(features, z);
    for (let d = 0; d < x.length; d++) x[d] += drift + dphi * h[d];
  };
}

/** W x + b with the law [PF22] (11). */
function increments(network: ResidualNetwork) {
  const { width, sigmaW, sigmaB } = network;
  const step = dt(network);
  return affine(width, sigmaW * Math.sqrt(step / width), sigmaB * Math.sqrt(step));
}

/** W x + b with entries of these standard deviations, from D x D and then D standard normals. */
export function affine(width: number, scaleW: number, scaleB: number) {
  return (x: Float64Array, z: Float64Array): Float64Array => {
    const h = new Float64Array(width);
    for (let row = 0; row < width; row++) {
      let sum = 0;
      for (let column = 0; column < width; column++) sum += z[row * width + column] * x[column];
      h[row] = scaleW * sum + scaleB * z[width * width + row];
    }
    return h;
  };
}

/** Whether every number of a state is finite in f32. */
export function isFinite32(x: Float64Array): boolean {
  return x.every((value) => Number.isFinite(Math.fround(value)));
}
