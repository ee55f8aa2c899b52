import { copiedInput } from '@resdiff/networks';
import { normals, streams } from '@resdiff/random';
import { chebyshevCoefficients, chebyshevPoints, interpolationMatrix } from './chebyshev.ts';
import { lost } from './direct.ts';
import {
  applied,
  checkInterval,
  checkTolerance,
  largest,
  roughActivation,
  spaced,
  type FunctionMethod,
} from './functions.ts';
import { manyInputs, type ManySettings, type SeededNetwork } from './many.ts';
import { checkNetworkDraws, type Sampler } from './sampler.ts';

/** Draws of the first coordinate of x_T as a function of z in a square, x_0 = A z. */
export type SurfaceDraws = SeededNetwork & {
  /** One of `streams` of libs/random. */
  readonly stream: number;
  /** The entries of A, D x 2, are N(0, sigmaZ^2): the network F-bar of [PF22] section 4.3. */
  readonly sigmaZ: number;
  /** Where both coordinates of z lie, by default [-2, 2]. */
  readonly interval?: readonly [number, number];
  /** How many evenly spaced values of either coordinate a draw has values at, by default 50. */
  readonly points?: number;
  /** As for functions of one variable. */
  readonly tolerance?: number;
};

/** How a sampler of surfaces comes to its values. */
export type SurfaceMethod = Exclude<FunctionMethod, { kind: 'homogeneous' }>;

/** A draw's states are points x points: the value at (inputs[i], inputs[j]) at i points + j. */
export interface SurfaceSampler extends Sampler {
  readonly inputs: Float64Array;
  /** `nodes` are those of one coordinate. */
  readonly method: SurfaceMethod;
}

const PILOTS = 4;
const PILOT_NODES = [13, 21, 33];
/** Room for the part of the pilot's coefficients that must be small. */
const SPARE = 2;

/**
 * Exact draws of functions of two inputs, each with an embedding A of its own (stream
 * `streams.embedding`). Where phi and psi are smooth a draw is made exactly on a square of Chebyshev
 * nodes and interpolated along either coordinate, as functions of one input are; where they are not,
 * or more than 31 nodes would be needed, at all points at once.
 *
 * @param module the compiled kernel (`kernelUrl`).
 * @throws RangeError when a number is out of range.
 */
export function surfaceSampler(module: WebAssembly.Module, draws: SurfaceDraws): SurfaceSampler {
  const { interval = [-2, 2], points = 50, tolerance = 1e-5, network, sigmaZ, stream } = draws;
  checkInterval(interval);
  checkTolerance(tolerance);
  if (!Number.isInteger(points) || points < 2 || points > 128) {
    throw new RangeError(`points must be a whole number from 2 to 128, not ${points}`);
  }
  if (!(sigmaZ >= 0 && sigmaZ < Infinity)) {
    throw new RangeError(`sigmaZ must be finite and not negative, not ${sigmaZ}`);
  }
  const initial = new Array<Float64Array>(points ** 2).fill(copiedInput(0, network.width));
  checkNetworkDraws({ network, initial, keep: 1 });
  const inputs = spaced(interval, points);
  const rounded = { tolerance: (tolerance / 10) ** 2, scanned: true };
  const method = chooseMethod(module, draws, inputs, interval, tolerance);
  if (method.kind === 'direct') {
    return { inputs, method, ...onSquare(module, draws, inputs, stream, rounded) };
  }
  const { nodes } = method;
  const exact = onSquare(module, draws, chebyshevPoints(interval, nodes), stream, rounded);
  const matrix = interpolationMatrix(interval, nodes, inputs);
  return {
    inputs,
    method,
    draw(index) {
      const { states, divergedAt } = exact.draw(index);
      if (divergedAt !== undefined) return lost(points ** 2, divergedAt);
      return { states: onBothAxes(matrix, states, nodes) };
    },
  };
}

/** Draws at every pair of these values. */
function onSquare(
  module: WebAssembly.Module,
  draws: SeededNetwork & Pick<SurfaceDraws, 'sigmaZ'>,
  values: Float64Array,
  stream: number,
  settings: ManySettings,
): Sampler {
  const { width, depth } = draws.network;
  const { key, sigmaZ } = draws;
  const count = values.length ** 2;
  const many = manyInputs(module, draws, count, settings);
  return {
    draw(index) {
      const a = normals({ key, stream: streams.embedding, draw: index, layer: stream }, 2 * width);
      const initial = Array.from({ length: count }, (_, input) => {
        const [z0, z1] = [values[Math.floor(input / values.length)], values[input % values.length]];
        return Float64Array.from(
          { length: width },
          (_, d) => sigmaZ * (a[2 * d] * z0 + a[2 * d + 1] * z1),
        );
      });
      many.setInitial(initial);
      many.start(index, stream);
      const divergedAt = many.advance(depth);
      if (divergedAt > 0) return lost(count, divergedAt);
      return { states: Float32Array.from({ length: count }, (_, input) => many.state(input)[0]) };
    },
  };
}

function chooseMethod(
  module: WebAssembly.Module,
  draws: SurfaceDraws,
  inputs: Float64Array,
  interval: readonly [number, number],
  tolerance: number,
): SurfaceMethod {
  const rough = roughActivation(draws);
  if (rough) return { kind: 'direct', reason: `${rough.name} is not smooth` };
  const settings = { tolerance: (tolerance / 100) ** 2, scanned: true };
  for (const nodes of PILOT_NODES) {
    if (nodes >= inputs.length) break;
    const values = chebyshevPoints(interval, nodes);
    const sampler = onSquare(module, draws, values, streams.functionPilot, settings);
    const pilots = pilotDraws(sampler, nodes, tolerance);
    if (pilots === undefined) continue;
    if (pilots.length === 0) return { kind: 'direct', reason: 'every pilot draw diverged' };
    const enough = nodesFor(pilots, nodes, tolerance)!;
    const error = interpolationError(pilots, interval, nodes, enough, inputs);
    return { kind: 'interpolated', nodes: enough, error, pilots: pilots.length };
  }
  return { kind: 'direct', reason: 'interpolation would need too many nodes' };
}

/** Pilot draws but those that diverged; undefined as soon as one is not resolved by so many nodes. */
function pilotDraws(
  sampler: Sampler,
  nodes: number,
  tolerance: number,
): Float32Array[] | undefined {
  const pilots: Float32Array[] = [];
  for (let index = 0; index < PILOTS; index++) {
    const { states, divergedAt } = sampler.draw(index);
    if (divergedAt !== undefined) continue;
    if (nodesFor([states], nodes, tolerance) === undefined) return undefined;
    pilots.push(states);
  }
  return pilots;
}

/** The least number of nodes on a side beyond which no coefficient adds up to the tolerance. */
function nodesFor(
  pilots: readonly Float32Array[],
  count: number,
  tolerance: number,
): number | undefined {
  const tails = pilots.map((states) => squareTails(states, count));
  for (let m = 2; m <= count - SPARE; m++) {
    if (tails.every((tail) => 2 * tail[m] <= tolerance)) return m;
  }
  return undefined;
}

/** For each m, the sum of the coefficients (i, j) with i >= m or j >= m, relative to the largest value. */
function squareTails(states: Float32Array, count: number): Float64Array {
  const scale = largest(states);
  const rows = Array.from({ length: count }, (_, i) =>
    chebyshevCoefficients(states.subarray(i * count, (i + 1) * count)),
  );
  const tails = new Float64Array(count);
  for (let j = 0; j < count; j++) {
    chebyshevCoefficients(rows.map((row) => row[j])).forEach((c, i) => {
      for (let m = 0; m <= Math.max(i, j) && scale > 0; m++) tails[m] += Math.abs(c) / scale;
    });
  }
  return tails;
}

function interpolationError(
  pilots: readonly Float32Array[],
  interval: readonly [number, number],
  all: number,
  nodes: number,
  inputs: Float64Array,
): number {
  const toNodes = interpolationMatrix(interval, all, chebyshevPoints(interval, nodes));
  const toInputs = interpolationMatrix(interval, all, inputs);
  const fromNodes = interpolationMatrix(interval, nodes, inputs);
  return Math.max(
    ...pilots.map((states) => {
      const exact = onBothAxes(toInputs, states, all);
      const found = onBothAxes(fromNodes, onBothAxes(toNodes, states, all), nodes);
      const scale = largest(exact);
      return scale > 0 ? largest(found.map((x, i) => x - exact[i])) / scale : 0;
    }),
  );
}

/** M S M^T for the square of values S. */
function onBothAxes(matrix: Float64Array, square: Float32Array, side: number): Float32Array {
  const half = applied(matrix, square, side);
  return transposed(
    applied(matrix, transposed(half, side), half.length / side),
    half.length / side,
  );
}

/** Of rows of `columns` values each. */
function transposed(values: Float32Array, columns: number): Float32Array {
  const rows = values.length / columns;
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      out[column * rows + row] = values[row * columns + column];
    }
  }
  return out;
}
