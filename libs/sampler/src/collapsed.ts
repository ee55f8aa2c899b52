import { EXACT, kernelOf, manyInputs, type ImagePatches } from './many.ts';
import { checkNetworkDraws, type Draw, type FeedforwardDraws } from './sampler.ts';
import type { NetworkDraws, ResidualDraws, Sampler } from './sampler.ts';

/** Closer pairs of inputs than this, relative to their norm, need states in f64. */
const SEPARATION = 0.1;

/**
 * The collapsed sampler: exact draws at every finite width and depth without ever making the
 * weights. Given the states X (D x N), the preactivations of a layer have iid rows N(0, K) with
 * K = (sigmaW^2 dt / D) X^T X + sigmaB^2 dt, so D rank(K) normals stand in for D^2.
 *
 * Two inputs that are well apart take a path with states in f32; any other number goes through a
 * pivoted Cholesky factor of K, with states in f64. K is f64 and preactivations are f32 in both, so
 * the difference of two inputs at a relative distance of r is known to about 1e-7 / r.
 *
 * @param module the compiled kernel (`kernelUrl`).
 * @throws RangeError when the shapes do not agree or a number is out of range.
 */
export function collapsedSampler(module: WebAssembly.Module, draws: ResidualDraws): Sampler {
  checkNetworkDraws(draws);
  const { initial, psi } = draws;
  const linear = psi === undefined || psi.name === 'identity';
  return linear && usesPair(initial) ? pairSampler(module, draws) : manySampler(module, draws);
}

/** Whether these initial states take the path for two inputs. */
export function usesPair(initial: readonly Float64Array[]): boolean {
  const [x, y] = initial;
  if (initial.length !== 2 || !x || !y) return false;
  const distance = norm(x.map((value, d) => value - y[d]));
  return distance > 0 && distance >= SEPARATION * Math.max(norm(x), norm(y));
}

function norm(x: Float64Array): number {
  return Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
}

function pairSampler(module: WebAssembly.Module, draws: NetworkDraws): Sampler {
  const kernel = kernelOf(module, draws);
  const { exports } = kernel;
  const { initial, stream, keep } = draws;
  const padded = exports.pairReserve();
  // Four coordinates of input 0, the same four of input 1, and so on.
  const place = (input: number, d: number) => 8 * (d >> 2) + 4 * input + (d & 3);
  const start = kernel.floats(exports.pairInitial(), 2 * padded);
  initial.forEach((x, input) => x.forEach((value, d) => (start[place(input, d)] = value)));
  const end = kernel.floats(exports.pairStates(), 2 * padded);
  return {
    draw: (index) =>
      read(exports.pairDraw(index, stream), 2, keep, (input, d) => end[place(input, d)]),
  };
}

/**
 * Any network and any number of inputs, through the pivoted Cholesky factor.
 *
 * @param convolution that of a convolutional network, whose inputs are the sites of images.
 */
export function manySampler(
  module: WebAssembly.Module,
  draws: ResidualDraws | FeedforwardDraws,
  convolution?: ImagePatches,
): Sampler {
  const { initial, stream, keep, network } = draws;
  const many = manyInputs(module, draws, initial.length, EXACT, convolution);
  many.setInitial(initial);
  const states = initial.map((_, input) => many.state(input));
  return {
    draw(index) {
      many.start(index, stream);
      const divergedAt = many.advance(network.depth);
      return read(divergedAt, initial.length, keep, (input, d) => states[input][d]);
    },
  };
}

function read(
  divergedAt: number,
  inputs: number,
  keep: number,
  state: (input: number, coordinate: number) => number,
): Draw {
  const states = new Float32Array(inputs * keep);
  if (divergedAt > 0) return { states: states.fill(NaN), divergedAt };
  for (let input = 0; input < inputs; input++) {
    for (let d = 0; d < keep; d++) states[input * keep + d] = state(input, d);
  }
  return { states };
}
