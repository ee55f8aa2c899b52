import { dt, type ResidualNetwork } from '@resdiff/networks';
import { activationKind, instantiateKernel, type Kernel } from './kernel.ts';
import type { DrawStream } from './ntk.ts';

/** What is left of a diagonal element of a Gram matrix below this part of it is a rounding error. */
const TOLERANCE = 1e-14;
/** Bytes that a kernel may take. */
const MOST_MEMORY = 2 ** 31;

/** The kernel laid out for tangent kernels of N inputs. All arrays but `normals` are the kernel's own. */
export interface NtkKernel {
  readonly exports: Kernel['exports'];
  doubles(at: number, count: number): Float64Array;
  /** x_0 of an input, length D: write it before a draw. */
  initial(input: number): Float64Array;
  /** dy/dx_T, length D, of all inputs: write it before a draw. */
  start(): Float32Array;
  /** x_T of an input, length D. */
  state(input: number): Float64Array;
  /** The first normals of a layer of a draw. */
  normals(index: number, layer: number, count: number): Float32Array;
  /** Returns 0, or the number of the layer at which the draw diverged. */
  draw(index: number): number;
  /** K_W, K_b and the Gram matrix of dy/dx_0 of the last draw, N x N. */
  weights(): Float64Array;
  biases(): Float64Array;
  gradients(): Float64Array;
}

/** @throws RangeError when the layers take more memory than WebAssembly has. */
export function ntkKernel(
  module: WebAssembly.Module,
  network: ResidualNetwork,
  inputs: number,
  { key, stream }: DrawStream,
): NtkKernel {
  const { width } = network;
  const bytes = ntkBytes(network, inputs);
  if (bytes > MOST_MEMORY) {
    throw new RangeError(
      `a tangent kernel of ${inputs} inputs, width ${width} and depth ${network.depth} takes ` +
        `${bytes} bytes; it must take at most ${MOST_MEMORY}`,
    );
  }
  const kernel = instantiateKernel(module, network.activation);
  const { exports } = kernel;
  configure(kernel, network);
  exports.setSeed(key[0], key[1]);
  const padded = exports.ntkReserve(inputs, TOLERANCE);
  const groups = evenGroups(padded * inputs);
  const normalsAt = exports.reserve(groups * 64);
  const matrix = (at: number) => kernel.doubles(at, inputs ** 2).slice();
  const row = (at: number, input: number) => kernel.doubles(at + input * padded * 8, width);
  return {
    exports,
    doubles: (at, count) => kernel.doubles(at, count),
    initial: (input) => row(exports.ntkInitial(), input),
    start: () => kernel.floats(exports.ntkStart(), width),
    state: (input) => row(exports.ntkStates(), input),
    normals(index, layer, count) {
      exports.startDraw(index, stream);
      exports.startLayer(layer);
      exports.normals(normalsAt, evenGroups(count));
      return kernel.floats(normalsAt, count).slice();
    },
    draw: (index) => exports.ntkDraw(index, stream),
    weights: () => matrix(exports.ntkWeights()),
    biases: () => matrix(exports.ntkBiases()),
    gradients: () => matrix(exports.ntkGradientGram()),
  };
}

/** Bytes of the kernel's memory, most of them for what it remembers of every layer. */
export function ntkBytes({ width, depth }: ResidualNetwork, inputs: number): number {
  const row = 32 * Math.ceil((width + 1) / 8);
  const rows = 2 * Math.ceil(inputs / 2) * row;
  const layer = 3 * rows + 8 * inputs * (inputs + 1) + 160;
  return depth * layer + 16 * rows + 64 * (inputs + 1) ** 2 + 2 ** 16;
}

/** Philox groups of 16 that hold this many normals come in pairs. */
const evenGroups = (count: number) => 2 * Math.ceil(count / 32);

/** Tells the kernel what network it draws. */
function configure(kernel: Kernel, network: ResidualNetwork): void {
  const { width, depth, sigmaW, sigmaB, activation } = network;
  const step = dt(network);
  const kind =
    activation.name === 'identity'
      ? kernel.exports.LINEAR.value
      : activationKind(kernel, activation);
  const [varianceW, varianceB] = [(sigmaW ** 2 * step) / width, sigmaB ** 2 * step];
  kernel.exports.configure(width, depth, varianceW, varianceB, kind, 1, 0);
}
