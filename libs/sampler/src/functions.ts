import { copiedInput, type Activation } from '@resdiff/networks';
import { streams } from '@resdiff/random';
import { chebyshevCoefficients, chebyshevPoints, interpolationMatrix } from './chebyshev.ts';
import { lost } from './direct.ts';
import { EXACT, manyInputs, type ManySettings, type SeededNetwork } from './many.ts';
import { checkNetworkDraws, type Draw, type Sampler } from './sampler.ts';

/** Draws of kept coordinates of x_T as functions of a scalar input z that x_0 = z 1 copies. */
export type FunctionDraws = SeededNetwork & {
  /** One of `streams` of libs/random. */
  readonly stream: number;
  /** Where z lies, by default [-2, 2] as in [PF22]. */
  readonly interval?: readonly [number, number];
  /** How many evenly spaced z a draw has values at, by default 400. */
  readonly points?: number;
  /** How many coordinates a draw keeps, from the first; by default 1. */
  readonly keep?: number;
  /** The error that interpolation may make, relative to the largest |x_T| of a draw; 1e-5 by default. */
  readonly tolerance?: number;
};

/** How a sampler of functions comes to its values. */
export type FunctionMethod =
  | {
      readonly kind: 'interpolated';
      /** At how many Chebyshev nodes a draw is exact. */
      readonly nodes: number;
      /** The error of interpolating the pilot draws from that many, relative to their largest |x_T|. */
      readonly error: number;
      /** How many pilot draws that is the largest of. */
      readonly pilots: number;
    }
  | {
      /** phi and psi are homogeneous and there is no bias: x_T(z) = |z| x_T(z / |z|), drawn at -1 and 1. */
      readonly kind: 'homogeneous';
    }
  | {
      readonly kind: 'direct';
      /** Why it does not interpolate. */
      readonly reason: string;
    };

/** A draw's states are points x keep: a point's kept coordinates after another's. */
export interface FunctionSampler extends Sampler {
  /** The inputs z in increasing order. */
  readonly inputs: Float64Array;
  readonly method: FunctionMethod;
}

const PILOTS = 16;
/** Pilot draws take these numbers of nodes, one after another, until one resolves their functions. */
const PILOT_NODES = [25, 49, 97];
/** Of the nodes of a pilot: a function is resolved if so many of its last coefficients are small. */
const TRAILING = 1 / 6;

/**
 * Exact draws of x_T as a function of z. Where phi and psi are smooth a draw is made exactly at the
 * nodes of Chebyshev's and interpolated to the points: their number is the least with which the
 * trailing coefficients of 16 pilot draws, and the error of interpolating them, are below the
 * tolerance. Where they are not, or where a pilot needs more than 80 nodes, or as many as there are
 * points, a draw is made at all points at once. Homogeneous networks (ReLU without bias) are drawn at
 * -1 and 1 alone.
 *
 * What is left of a diagonal element of the covariance counts as zero below (tolerance / 10)^2 of
 * it, which moves a function by a tenth of the tolerance.
 *
 * @param module the compiled kernel (`kernelUrl`).
 * @throws RangeError when a number is out of range.
 */
export function functionSampler(module: WebAssembly.Module, draws: FunctionDraws): FunctionSampler {
  const { interval = [-2, 2], points = 400, keep = 1, tolerance = 1e-5 } = draws;
  checkFunctionDraws(draws, interval, points, keep, tolerance);
  const inputs = spaced(interval, points);
  const rounded = { tolerance: (tolerance / 10) ** 2, scanned: true };
  const method = chooseMethod(module, draws, inputs, interval, tolerance);
  if (method.kind === 'direct') {
    return { inputs, method, ...atInputs(module, draws, inputs, keep, rounded) };
  }
  const homogeneous = method.kind === 'homogeneous';
  const nodes = homogeneous ? Float64Array.of(-1, 1) : chebyshevPoints(interval, method.nodes);
  const exact = atInputs(module, draws, nodes, keep, homogeneous ? EXACT : rounded);
  const matrix = homogeneous
    ? scalingMatrix(inputs)
    : interpolationMatrix(interval, method.nodes, inputs);
  return {
    inputs,
    method,
    draw(index) {
      const { states, divergedAt } = exact.draw(index);
      if (divergedAt !== undefined) return lost(points * keep, divergedAt);
      return { states: applied(matrix, states, keep) };
    },
  };
}

function checkFunctionDraws(
  { network }: SeededNetwork,
  interval: readonly [number, number],
  points: number,
  keep: number,
  tolerance: number,
): void {
  checkInterval(interval);
  if (!Number.isInteger(points) || points < 2 || points > 2 ** 14) {
    throw new RangeError(`points must be a whole number from 2 to ${2 ** 14}, not ${points}`);
  }
  checkTolerance(tolerance);
  // The size alone: every initial state has the width of the network.
  const initial = new Array<Float64Array>(points).fill(copiedInput(0, network.width));
  checkNetworkDraws({ network, initial, keep });
}

export function checkInterval([a, b]: readonly [number, number]): void {
  if (!(Number.isFinite(a) && Number.isFinite(b) && a < b)) {
    throw new RangeError(`the interval must go from a number to a larger one, not ${a} to ${b}`);
  }
}

export function checkTolerance(tolerance: number): void {
  if (!(tolerance >= 1e-6 && tolerance < 1)) {
    throw new RangeError(
      `tolerance must be from 1e-6, to which f32 is good, to below 1, not ${tolerance}`,
    );
  }
}

/** Draws at these z, all exact. */
function atInputs(
  module: WebAssembly.Module,
  draws: SeededNetwork & { readonly stream: number },
  z: Float64Array,
  keep: number,
  settings: ManySettings,
): Sampler {
  const { width, depth } = draws.network;
  const many = manyInputs(module, draws, z.length, settings);
  many.setInitial(Array.from(z, (value) => copiedInput(value, width)));
  const states = Array.from(z, (_, input) => many.state(input));
  return {
    draw(index): Draw {
      many.start(index, draws.stream);
      const divergedAt = many.advance(depth);
      if (divergedAt > 0) return lost(z.length * keep, divergedAt);
      const kept = new Float32Array(z.length * keep);
      states.forEach((x, input) => kept.set(x.subarray(0, keep), input * keep));
      return { states: kept };
    },
  };
}

function chooseMethod(
  module: WebAssembly.Module,
  draws: FunctionDraws,
  inputs: Float64Array,
  interval: readonly [number, number],
  tolerance: number,
): FunctionMethod {
  if (isHomogeneous(draws)) return { kind: 'homogeneous' };
  const rough = roughActivation(draws);
  if (rough) return { kind: 'direct', reason: `${rough.name} is not smooth` };
  for (const nodes of PILOT_NODES) {
    if (nodes >= inputs.length) break;
    const pilots = pilotDraws(module, draws, interval, nodes, tolerance);
    if (pilots === undefined) continue;
    if (pilots.length === 0) return { kind: 'direct', reason: 'every pilot draw diverged' };
    const enough = nodesFor(pilots, tolerance)!;
    const error = interpolationError(pilots, interval, enough, inputs);
    return { kind: 'interpolated', nodes: enough, error, pilots: pilots.length };
  }
  return { kind: 'direct', reason: 'interpolation would need nearly as many nodes as points' };
}

/** Whether a network takes a x_0 to a x_T for every a > 0. */
function isHomogeneous(draws: SeededNetwork): boolean {
  const { activation, sigmaB } = draws.network;
  const psi = draws.increment === 'feedforward' ? undefined : draws.psi;
  const isScaling = activation.homogeneous && (psi?.homogeneous ?? true);
  return isScaling && sigmaB === 0 && draws.increment !== 'euler';
}

/** Takes values at -1 and 1 to those of a homogeneous function at the targets. */
function scalingMatrix(targets: Float64Array): Float64Array {
  return Float64Array.from({ length: 2 * targets.length }, (_, at) => {
    const z = targets[at >> 1];
    return Math.max(0, at % 2 === 0 ? -z : z);
  });
}

/** phi or psi if it is not smooth. Increments of the Euler scheme are linear in h. */
export function roughActivation(draws: SeededNetwork): Activation | undefined {
  const psi = draws.increment === 'feedforward' ? undefined : draws.psi;
  const phi = draws.increment === 'euler' ? undefined : draws.network.activation;
  return [phi, psi].find((activation) => activation && !activation.smooth);
}

/**
 * First coordinates of pilot draws at the Chebyshev nodes, without those that diverged; undefined as
 * soon as one is not resolved by so many.
 */
function pilotDraws(
  module: WebAssembly.Module,
  draws: SeededNetwork,
  interval: readonly [number, number],
  nodes: number,
  tolerance: number,
): Float32Array[] | undefined {
  const own = { ...draws, stream: streams.functionPilot };
  const settings = { ...EXACT, scanned: true };
  const sampler = atInputs(module, own, chebyshevPoints(interval, nodes), 1, settings);
  const pilots: Float32Array[] = [];
  for (let index = 0; index < PILOTS; index++) {
    const { states, divergedAt } = sampler.draw(index);
    if (divergedAt !== undefined) continue;
    if (nodesFor([states], tolerance) === undefined) return undefined;
    pilots.push(states);
  }
  return pilots;
}

/** The least number of nodes whose trailing coefficients are small; undefined if none resolves a pilot. */
function nodesFor(pilots: readonly Float32Array[], tolerance: number): number | undefined {
  const coefficients = pilots.map((values) => {
    const scale = largest(values);
    return chebyshevCoefficients(values).map((c) => (scale > 0 ? Math.abs(c) / scale : 0));
  });
  const count = pilots[0].length;
  const spare = Math.ceil(count * TRAILING);
  // Coefficient n of what is interpolated at m <= n nodes errs twice by itself: once where it is
  // missing, once where it is taken for another.
  const tail = (m: number) =>
    Math.max(...coefficients.map((c) => 2 * c.subarray(m).reduce((sum, value) => sum + value, 0)));
  for (let m = 2; m <= count - spare; m++) if (tail(m) <= tolerance) return m;
  return undefined;
}

/** The largest error of the polynomial through fewer nodes, beside that through all of a pilot's. */
function interpolationError(
  pilots: readonly Float32Array[],
  interval: readonly [number, number],
  nodes: number,
  inputs: Float64Array,
): number {
  const all = pilots[0].length;
  const toNodes = interpolationMatrix(interval, all, chebyshevPoints(interval, nodes));
  const toInputs = interpolationMatrix(interval, all, inputs);
  const fromNodes = interpolationMatrix(interval, nodes, inputs);
  return Math.max(
    ...pilots.map((values) => {
      const exact = applied(toInputs, values, 1);
      const found = applied(fromNodes, applied(toNodes, values, 1), 1);
      const scale = largest(exact);
      return scale > 0 ? largest(found.map((x, i) => x - exact[i])) / scale : 0;
    }),
  );
}

/** The product of a matrix and values of `columns` columns, row-major. */
export function applied(matrix: Float64Array, values: Float32Array, columns: number): Float32Array {
  const nodes = values.length / columns;
  const product = new Float32Array((matrix.length / nodes) * columns);
  for (let row = 0; row < matrix.length / nodes; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let k = 0; k < nodes; k++) sum += matrix[row * nodes + k] * values[k * columns + column];
      product[row * columns + column] = sum;
    }
  }
  return product;
}

export function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}

/** Evenly spaced over the interval, both ends included. */
export function spaced([a, b]: readonly [number, number], count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => a + ((b - a) * i) / (count - 1));
}
