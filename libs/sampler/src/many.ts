import { dt, siteCount, type Activation, type Convolution } from '@resdiff/networks';
import { activationKind, instantiateKernel, type Kernel } from './kernel.ts';
import type { FeedforwardDraws, ResidualDraws } from './sampler.ts';

/** A network and its seed, without its inputs. */
export type SeededNetwork =
  | Pick<ResidualDraws, 'network' | 'increment' | 'psi' | 'key'>
  | Pick<FeedforwardDraws, 'network' | 'increment' | 'key'>;

/** A network of any kind and any number of inputs, in the kernel. */
export interface ManyInputs {
  /** Puts the initial states (N arrays of length D) in place for the draws to come. */
  setInitial(initial: readonly Float64Array[]): void;
  /** Begins a draw. */
  start(index: number, stream: number): void;
  /** Goes on to this many layers in all; 0, or the layer after which states were not finite in f32. */
  advance(layers: number): number;
  /** The state of an input at the layer reached: D numbers, seen in place. */
  state(input: number): Float64Array;
}

export interface ManySettings {
  /** What is left of a diagonal element of the covariance below this part of it counts as zero. */
  readonly tolerance: number;
  /** Whether activations look for the largest preactivation first: faster, and rounded otherwise. */
  readonly scanned: boolean;
}

/** What the products of patches depend on. */
export type ImagePatches = Omit<Convolution, 'patchScaling'>;

/** Rounding errors alone count as zero. */
export const EXACT: ManySettings = { tolerance: 1e-14, scanned: false };

/**
 * @param count the number of inputs.
 * @param convolution that of a convolutional network, whose inputs are the sites of images.
 */
export function manyInputs(
  module: WebAssembly.Module,
  draws: SeededNetwork,
  count: number,
  { tolerance, scanned }: ManySettings,
  convolution?: ImagePatches,
): ManyInputs {
  const kernel = kernelOf(module, draws);
  const { exports } = kernel;
  const { width } = draws.network;
  const padded = exports.manyReserve(count, tolerance, scanned);
  if (convolution) {
    const { rows, columns, kernel: side } = convolution;
    exports.patchesReserve(count / siteCount(convolution), rows, columns, side);
  }
  const view = (at: number) => {
    const all = kernel.doubles(at, count * padded);
    return Array.from({ length: count }, (_, input) =>
      all.subarray(input * padded, input * padded + width),
    );
  };
  const start = view(exports.manyInitial());
  const states = view(exports.manyStates());
  return {
    setInitial: (initial) => initial.forEach((x, input) => start[input].set(x)),
    start: (index, stream) => exports.manyStart(index, stream),
    advance: (layers) => exports.manyAdvance(layers),
    state: (input) => states[input],
  };
}

/** A kernel that is told of the network and the seed. */
export function kernelOf(module: WebAssembly.Module, draws: SeededNetwork): Kernel {
  const kernel =
    draws.increment === 'feedforward' ? feedforward(module, draws) : residual(module, draws);
  kernel.exports.setSeed(draws.key[0], draws.key[1]);
  return kernel;
}

function feedforward(
  module: WebAssembly.Module,
  { network }: Pick<FeedforwardDraws, 'network'>,
): Kernel {
  const { width, depth, sigmaW, sigmaB, activation } = network;
  const kernel = instantiateKernel(module, undefined, activation);
  const { exports } = kernel;
  const linear = exports.LINEAR.value;
  exports.configure(width, depth, sigmaW ** 2 / width, sigmaB ** 2, linear, 1, 0);
  exports.configureFeatures(featureKind(kernel, activation), true);
  return kernel;
}

function residual(
  module: WebAssembly.Module,
  draws: Pick<ResidualDraws, 'network' | 'increment' | 'psi'>,
): Kernel {
  const { network, psi } = draws;
  const { width, depth, sigmaW, sigmaB, activation } = network;
  const kernel = instantiateKernel(module, activation, psi);
  const step = dt(network);
  const varianceW = (sigmaW ** 2 * step) / width;
  const varianceB = sigmaB ** 2 * step;
  const { kind, slope, curvature } = layer(kernel, draws);
  kernel.exports.configure(width, depth, varianceW, varianceB, kind, slope, curvature);
  if (psi) kernel.exports.configureFeatures(featureKind(kernel, psi), false);
  return kernel;
}

/** How the kernel turns preactivations into increments: by an activation, or linearly. */
function layer(
  kernel: Kernel,
  { network: { activation }, increment }: Pick<ResidualDraws, 'network' | 'increment'>,
) {
  const linear = kernel.exports.LINEAR.value;
  if (increment === 'euler') {
    const { dphi, ddphi } = activation.atZero;
    return { kind: linear, slope: dphi, curvature: ddphi / 2 };
  }
  if (activation.name === 'identity') return { kind: linear, slope: 1, curvature: 0 };
  return { kind: activationKind(kernel, activation), slope: 0, curvature: 0 };
}

/** How the kernel turns states into features. The sine asks the host for large arguments. */
function featureKind(kernel: Kernel, psi: Activation): number {
  const { exports } = kernel;
  if (psi.name === 'identity') return exports.LINEAR.value;
  const kind = activationKind(kernel, psi);
  const asks = kind === exports.HOST.value || kind === exports.SIN.value;
  return asks ? exports.HOST_FEATURES.value : kind;
}
