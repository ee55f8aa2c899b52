import { dt } from '@resdiff/networks';
import { activationKind, instantiateKernel, type Kernel } from './kernel.ts';
import { checkNetworkDraws, type Draw, type NetworkDraws, type Sampler } from './sampler.ts';

/** What is left of a diagonal element of the covariance below this part of it is a rounding error. */
const TOLERANCE = 1e-14;
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
export function collapsedSampler(module: WebAssembly.Module, draws: NetworkDraws): Sampler {
  checkNetworkDraws(draws);
  const kernel = instantiateKernel(module, draws.network.activation);
  kernel.exports.setSeed(draws.key[0], draws.key[1]);
  return usesPair(draws.initial) ? pairSampler(kernel, draws) : manySampler(kernel, draws);
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

function pairSampler(kernel: Kernel, draws: NetworkDraws): Sampler {
  const { exports } = kernel;
  const { initial, stream, keep } = draws;
  configure(kernel, draws);
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

function manySampler(kernel: Kernel, draws: NetworkDraws): Sampler {
  const { exports } = kernel;
  const { initial, stream, keep } = draws;
  const count = initial.length;
  configure(kernel, draws);
  const padded = exports.manyReserve(count, TOLERANCE);
  const start = kernel.doubles(exports.manyInitial(), count * padded);
  initial.forEach((x, input) => start.set(x, input * padded));
  const end = kernel.doubles(exports.manyStates(), count * padded);
  return {
    draw: (index) =>
      read(exports.manyDraw(index, stream), count, keep, (input, d) => end[input * padded + d]),
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

/** Tells the kernel what network it draws. */
function configure(kernel: Kernel, draws: NetworkDraws): void {
  const { width, depth, sigmaW, sigmaB } = draws.network;
  const step = dt(draws.network);
  const varianceW = (sigmaW ** 2 * step) / width;
  const varianceB = sigmaB ** 2 * step;
  const { kind, slope, curvature } = layer(kernel, draws);
  kernel.exports.configure(width, depth, varianceW, varianceB, kind, slope, curvature);
}

/** How the kernel turns preactivations into increments: by an activation, or linearly. */
function layer(kernel: Kernel, { network: { activation }, increment }: NetworkDraws) {
  const linear = kernel.exports.LINEAR.value;
  if (increment === 'euler') {
    const { dphi, ddphi } = activation.atZero;
    return { kind: linear, slope: dphi, curvature: ddphi / 2 };
  }
  if (activation.name === 'identity') return { kind: linear, slope: 1, curvature: 0 };
  return { kind: activationKind(kernel, activation), slope: 0, curvature: 0 };
}
