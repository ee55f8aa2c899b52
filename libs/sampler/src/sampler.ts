import type { Activation, ResidualNetwork } from '@resdiff/networks';
import type { FeedforwardNetwork } from './feedforward-network.ts';
import type { Key } from '@resdiff/random';

/** One draw of the states at the end of a network, of every input through the same parameters. */
export interface Draw {
  /** N x kept coordinates, row-major; NaN throughout if the states left f32's finite numbers. */
  readonly states: Float32Array;
  /** The number (from 1 to L) of the layer after which the states were not finite in f32. */
  readonly divergedAt?: number;
}

/** Draws number 0, 1, ...: each depends on the seed and its index only. */
export interface Sampler {
  draw(index: number): Draw;
}

/**
 * How a layer moves the states, given its preactivations h ~ N(0, K):
 * `recursion` is the network itself, phi(h) ([PF22] (8)); `euler` is the Euler scheme of its limiting
 * diffusion, phi'(0) h + phi''(0) K_ii / 2 ([PF22] (6) and (29)).
 */
export type Increment = 'recursion' | 'euler';

export interface NetworkDraws {
  readonly network: ResidualNetwork;
  readonly increment: Increment;
  /** The initial states x_0: N arrays of length D. */
  readonly initial: readonly Float64Array[];
  /** The Philox key of the run's seed. */
  readonly key: Key;
  /** One of `streams` of libs/random. */
  readonly stream: number;
  /** How many coordinates a draw keeps, from the first. */
  readonly keep: number;
}

/** Draws of x_{t+dt} = x_t + phi(W psi(x_t) + b), [PF22] (8), or of its limiting diffusion. */
export interface ResidualDraws extends NetworkDraws {
  /** By default the identity. */
  readonly psi?: Activation;
}

/** Draws of a feedforward network: a draw's states are the preactivations of its last layer. */
export interface FeedforwardDraws extends Omit<NetworkDraws, 'network' | 'increment'> {
  readonly network: FeedforwardNetwork;
  readonly increment: 'feedforward';
}

/** @throws RangeError when the shapes do not agree or a number is out of range. */
export function checkNetworkDraws({
  network,
  initial,
  keep,
}: Pick<NetworkDraws | FeedforwardDraws, 'network' | 'initial' | 'keep'>): void {
  const { width, depth, sigmaW, sigmaB } = network;
  const times = 'T' in network ? { T: network.T } : {};
  const whole = (name: string, value: number, most: number) => {
    if (!Number.isInteger(value) || value < 1 || value > most) {
      throw new RangeError(`${name} must be a whole number from 1 to ${most}, not ${value}`);
    }
  };
  whole('width', width, 2 ** 24);
  whole('depth', depth, 2 ** 31 - 1);
  whole('keep', keep, width);
  whole('the number of inputs', initial.length, 2 ** 14);
  whole('inputs x width', initial.length * width, 2 ** 27);
  for (const [name, value] of Object.entries({ ...times, sigmaW, sigmaB })) {
    if (!(value >= 0 && value < Infinity)) {
      throw new RangeError(`${name} must be finite and not negative, not ${value}`);
    }
  }
  for (const [input, state] of initial.entries()) {
    if (state.length !== width) {
      throw new RangeError(
        `input ${input} has ${state.length} coordinates, but the width is ${width}`,
      );
    }
  }
}
