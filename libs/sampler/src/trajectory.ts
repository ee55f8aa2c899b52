import type { Activation } from '@resdiff/networks';
import { EXACT, manyInputs } from './many.ts';
import { checkNetworkDraws, type FeedforwardDraws, type ResidualDraws } from './sampler.ts';

/** What is recorded of a state x (D numbers, to be read and not kept). */
export type StateStatistic = (x: Float64Array) => number;

/** The Euclidean norm |psi(x)|, by default |x|. */
export function norm(psi?: Activation): StateStatistic {
  return (x) => {
    let square = 0;
    for (const value of x) square += (psi ? psi.phi(value) : value) ** 2;
    return Math.sqrt(square);
  };
}

/** log |psi(x)|, by default log |x|: -Infinity at 0. */
export function logNorm(psi?: Activation): StateStatistic {
  const size = norm(psi);
  return (x) => Math.log(size(x));
}

export type TrajectoryDraws<Name extends string> = (
  | Omit<ResidualDraws, 'keep'>
  | Omit<FeedforwardDraws, 'keep'>
) & {
  /** After which layers states are recorded, increasing, from 0 (the initial state) to L. */
  readonly layers: readonly number[];
  readonly statistics: Readonly<Record<Name, StateStatistic>>;
};

/** One draw of statistics of the states along the depth. */
export interface Trajectory<Name extends string> {
  /** Layers x inputs, row-major; NaN from the layer on after which the states were not finite in f32. */
  readonly values: Readonly<Record<Name, Float64Array>>;
  /** The number of that layer, if it came. */
  readonly divergedAt?: number;
}

export interface TrajectorySampler<Name extends string> {
  draw(index: number): Trajectory<Name>;
}

/**
 * Exact draws of what happens along the depth of a network, of any width from 1: Hayou's networks
 * Y_l = Y_{l-1} + L^{-1/2} W_l psi(Y_{l-1}) with W_l ~ N(0, 1/n) are psi = ReLU, phi = identity,
 * sigmaW = T = 1, sigmaB = 0 ("On the infinite-depth limit of finite-width neural networks", 2022).
 *
 * @param module the compiled kernel (`kernelUrl`).
 * @throws RangeError when the shapes do not agree or a number is out of range.
 */
export function trajectorySampler<Name extends string>(
  module: WebAssembly.Module,
  draws: TrajectoryDraws<Name>,
): TrajectorySampler<Name> {
  const { network, initial, stream, layers, statistics } = draws;
  checkNetworkDraws({ network, initial, keep: network.width });
  checkLayers(layers, network.depth);
  const many = manyInputs(module, draws, initial.length, EXACT);
  many.setInitial(initial);
  const states = initial.map((_, input) => many.state(input));
  const entries = Object.entries<StateStatistic>(statistics) as [Name, StateStatistic][];
  const count = initial.length;
  return {
    draw(index) {
      const values = Object.fromEntries(
        entries.map(([name]) => [name, new Float64Array(layers.length * count).fill(NaN)]),
      ) as Record<Name, Float64Array>;
      many.start(index, stream);
      for (const [row, layer] of layers.entries()) {
        const divergedAt = many.advance(layer);
        if (divergedAt > 0) return { values, divergedAt };
        states.forEach((x, input) => {
          for (const [name, statistic] of entries) values[name][row * count + input] = statistic(x);
        });
      }
      return { values };
    },
  };
}

function checkLayers(layers: readonly number[], depth: number): void {
  layers.forEach((layer, i) => {
    const least = i === 0 ? 0 : layers[i - 1] + 1;
    if (!Number.isInteger(layer) || layer < least || layer > depth) {
      throw new RangeError(
        `layers must be increasing whole numbers from 0 to ${depth}; number ${i} is ${layer}`,
      );
    }
  });
}
