import type { CompletedNetwork, ResidualNetwork } from '@resdiff/networks';
import type { Key } from '@resdiff/random';
import { ntkKernel } from './ntk-kernel.ts';

/** The seed's numbers that draws are made of. */
export interface DrawStream {
  /** The Philox key of the run's seed. */
  readonly key: Key;
  /** One of `streams` of libs/random. */
  readonly stream: number;
}

export interface NtkDraws extends DrawStream {
  readonly network: ResidualNetwork;
  /** The initial states x_0: N arrays of length D. */
  readonly initial: readonly Float64Array[];
}

export interface CompletedNtkDraws extends DrawStream {
  /** One of its outputs is drawn: all have one law. */
  readonly network: CompletedNetwork;
  /** The inputs z: N arrays of as many coordinates as the network has inputs. */
  readonly inputs: readonly Float64Array[];
}

/**
 * One draw of a tangent kernel, by the parameters that are trained. Matrices are N x N, row-major,
 * for parameters scaled to N(0, 1); NaN throughout where the draw diverged.
 */
export interface NtkDraw {
  /** The output y at every input. */
  readonly outputs: Float64Array;
  /** K_W, of the weights eps^W. */
  readonly weights: Float64Array;
  /** K_b, of the biases eps^b. */
  readonly biases: Float64Array;
  /** <dy/dx_0, dy'/dx_0>. */
  readonly gradients: Float64Array;
  /** The number (from 1 to L) of the layer at which states or gradients left f32's finite numbers. */
  readonly divergedAt?: number;
}

/** The tangent kernel of a completed network is the sum of its four parts ([PF22] (37)). */
export interface CompletedNtkDraw extends Omit<NtkDraw, 'gradients'> {
  /** The part of the input layer A. */
  readonly input: Float64Array;
  /** The part of the output layer G. */
  readonly output: Float64Array;
}

/** Draws number 0, 1, ...: each depends on the seed and its index only. */
export interface NtkSampler<Draw = NtkDraw> {
  draw(index: number): Draw;
}

/**
 * Empirical tangent kernels of y = x_{T,1} without ever making the weights: exact in law at every
 * finite width and depth.
 *
 * Forwards, a layer's weights are known only where the states of the N inputs look; what they do
 * elsewhere is drawn on the way back, where each is used once more. That takes 2 D N normals a layer
 * in place of D^2. States are f64, gradients and slopes f32.
 *
 * @param module the compiled kernel (`kernelUrl`).
 * @throws RangeError when the shapes do not agree, a number is out of range, or the L layers, all of
 *   which a draw remembers, take more memory than WebAssembly has.
 */
export function ntkSampler(module: WebAssembly.Module, draws: NtkDraws): NtkSampler {
  const { network, initial } = draws;
  checkNtkInputs(network, initial, network.width);
  const kernel = ntkKernel(module, network, initial.length, draws);
  initial.forEach((x, n) => kernel.initial(n).set(x));
  kernel.start()[0] = 1;
  return {
    draw(index) {
      const divergedAt = kernel.draw(index);
      const draw = {
        outputs: Float64Array.from(initial, (_, n) => kernel.state(n)[0]),
        weights: kernel.weights(),
        biases: kernel.biases(),
        gradients: kernel.gradients(),
      };
      return divergedAt > 0 ? { ...lost(draw), divergedAt } : draw;
    },
  };
}

/** The same draw with NaN throughout. */
export function lost<Parts extends Readonly<Record<string, Float64Array>>>(parts: Parts): Parts {
  for (const part of Object.values(parts)) part.fill(NaN);
  return parts;
}

/** @throws RangeError when the shapes do not agree or a number is out of range. */
export function checkNtkInputs(
  network: ResidualNetwork,
  inputs: readonly Float64Array[],
  length: number,
): void {
  const { width, depth, T, sigmaW, sigmaB } = network;
  const whole = (name: string, value: number, most: number) => {
    if (!Number.isInteger(value) || value < 1 || value > most) {
      throw new RangeError(`${name} must be a whole number from 1 to ${most}, not ${value}`);
    }
  };
  whole('width', width, 2 ** 24);
  whole('depth', depth, 2 ** 30);
  whole('the number of inputs', inputs.length, 2 ** 10);
  for (const [name, value] of Object.entries({ T, sigmaW, sigmaB })) {
    if (!(value >= 0 && value < Infinity)) {
      throw new RangeError(`${name} must be finite and not negative, not ${value}`);
    }
  }
  for (const [n, input] of inputs.entries()) {
    if (input.length !== length) {
      throw new RangeError(`input ${n} has ${input.length} coordinates; it must have ${length}`);
    }
  }
}
