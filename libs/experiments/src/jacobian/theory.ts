import {
  copiedInputsMeanField,
  feedforwardMaps,
  iidJacobianLaw,
  linearNetworkGradient,
  networkMeanField,
} from '@resdiff/limits';
import { diffusionLimit, dt } from '@resdiff/networks';
import type { FeedforwardNetwork } from '@resdiff/sampler';
import { networkOf, type JacobianSettings, type Process } from './settings.ts';

/** The quantities that theory knows, after a layer. */
export const predicted = [
  'trace',
  'squaredNorm',
  'inverseSquaredNorm',
  'logDeterminant',
  'logDeterminantVariance',
  'gradientSquare',
] as const;
export type Predicted = (typeof predicted)[number];

/** What a theory says of a process, layer by layer. */
export interface Prediction {
  /** What the theory takes to infinity, or else the depth that it holds at. */
  readonly theory: 'limit' | 'finite depth';
  readonly source: string;
  /** Whether it holds at the width and depth of the run, so that the verdict rests on it. */
  readonly exact: boolean;
  /** Undefined for what it does not know. */
  readonly at: (quantity: Predicted, layer: number) => number | undefined;
}

/** What is known of a process of residual networks. */
export function residualPredictions(
  settings: JacobianSettings,
  process: Exclude<Process, 'feedforward'>,
): Prediction[] {
  const scheme = process === 'network' ? undefined : schemePrediction(settings, process);
  const network = process === 'network' ? networkPrediction(settings) : undefined;
  return [scheme, network, limitPrediction(settings, process)].filter(
    (each): each is Prediction => each !== undefined,
  );
}

/**
 * The limit of infinite depth at any width, for phi''(0) = 0, with C = p1^2 sigmaW^2 t: E g = I,
 * E g^T g = e^C I, E g^{-1} = e^{C/D} I, E g^{-1} g^{-T} = e^{C (1 + 2/D)} I, log det g ~ N(-C/2, C),
 * E |dy/dx_t|^2 = e^{C_T - C_t}.
 */
function limitPrediction(
  settings: JacobianSettings,
  process: Exclude<Process, 'feedforward'>,
): Prediction | undefined {
  const p1 = slopeWithoutCurvature(settings);
  if (p1 === undefined) return undefined;
  const { width, depth, T, sigmaW } = settings;
  const law = (layer: number) => iidJacobianLaw(width, { p1, sigmaW }, (T * layer) / depth);
  const inverted = process === 'inverse';
  return {
    theory: 'limit',
    source: 'L = infinity at this width ([PF22] (27), (28))',
    exact: false,
    at(quantity, layer) {
      const { gramian, inverse, inverseOuterGramian, logDeterminant } = law(layer);
      switch (quantity) {
        case 'trace':
          return inverted ? inverse : 1;
        case 'squaredNorm':
          return inverted ? inverseOuterGramian : gramian;
        case 'inverseSquaredNorm':
          return inverted ? gramian : inverseOuterGramian;
        case 'logDeterminant':
          return inverted ? -logDeterminant.mean : logDeterminant.mean;
        case 'logDeterminantVariance':
          return logDeterminant.variance;
        case 'gradientSquare':
          return law(depth - layer).gramian;
      }
    },
  };
}

/**
 * Means of the schemes at every width and depth for phi''(0) = 0, with k = p1^2 sigmaW^2 dt:
 * E g = I and E g^T g = (1 + k)^l I; of the inverse (1 + k/D)^l I and ((1 + k/D)^2 + k)^l I.
 */
function schemePrediction(
  settings: JacobianSettings,
  process: 'euler' | 'inverse',
): Prediction | undefined {
  const p1 = slopeWithoutCurvature(settings);
  if (p1 === undefined) return undefined;
  const k = (p1 * settings.sigmaW) ** 2 * dt(networkOf(settings));
  const step = 1 + k / settings.width;
  const [trace, square] = process === 'euler' ? [1, 1 + k] : [step, step ** 2 + k];
  return {
    theory: 'finite depth',
    source: `the Euler scheme at this width and L = ${settings.depth}`,
    exact: true,
    at(quantity, layer) {
      if (quantity === 'trace') return trace ** layer;
      return quantity === 'squaredNorm' ? square ** layer : undefined;
    },
  };
}

/** Exact at every width where phi is the identity, else the mean field. */
function networkPrediction(settings: JacobianSettings): Prediction {
  const { width, depth, T, sigmaW } = settings;
  if (settings.activation === 'identity') {
    const growth = (layers: number) =>
      linearNetworkGradient({ ...settings, slope: 1, T: (T * layers) / depth, depth: layers });
    return {
      theory: 'finite depth',
      source: `phi = identity at this width and L = ${depth}`,
      exact: true,
      at(quantity, layer) {
        if (quantity === 'trace') return 1;
        if (quantity === 'squaredNorm') return layer === 0 ? 1 : growth(layer);
        return quantity === 'gradientSquare' && layer < depth ? growth(depth - layer) : undefined;
      },
    };
  }
  const factors = networkFactors(settings);
  return {
    theory: 'finite depth',
    source: `mean field of the network, D = infinity (here ${width}), L = ${depth}, sigmaW = ${sigmaW}`,
    exact: false,
    at(quantity, layer) {
      if (quantity === 'squaredNorm') return product(factors.slice(0, layer));
      return quantity === 'gradientSquare' ? product(factors.slice(layer)) : undefined;
    },
  };
}

/**
 * The mean field of gradients of a feedforward network: E |dy/dx_l|^2 is sigmaW^2 for the last weights,
 * and sigmaW^2 E phi'(x)^2 = chi_1 for each layer before them.
 */
export function feedforwardPrediction(network: FeedforwardNetwork, input: number): Prediction {
  const { activation, sigmaW, sigmaB, depth } = network;
  const { variance, chi1 } = feedforwardMaps(activation, network);
  const factors = [sigmaW ** 2];
  let q = sigmaB ** 2 + sigmaW ** 2 * input ** 2;
  for (let layer = 1; layer < depth; layer++) {
    factors.push(chi1(q));
    q = variance(q);
  }
  return {
    theory: 'finite depth',
    source: `mean field of the feedforward network, D = infinity, L = ${depth}`,
    // The factors are those of the layers l to L - 1, each from x_l: one does not depend on the weights.
    exact: activation.name === 'identity',
    at: (quantity, layer) =>
      quantity === 'gradientSquare' ? product(factors.slice(layer)) : undefined,
  };
}

/** phi'(0) if there is a limit and phi''(0) = 0. */
function slopeWithoutCurvature(settings: JacobianSettings): number | undefined {
  const { activation } = networkOf(settings);
  const { dphi, ddphi } = activation.atZero;
  return diffusionLimit(activation).exists && ddphi === 0 ? dphi : undefined;
}

/** By which a layer multiplies the mean square of gradients at infinite width: 1 + sigmaW^2 dt E phi'(h)^2. */
function networkFactors(settings: JacobianSettings): number[] {
  const network = networkOf(settings);
  const { activation, depth, sigmaW, sigmaB } = network;
  const step = dt(network);
  const { chi1: meanSquareSlope } = feedforwardMaps(activation, { sigmaW: 1, sigmaB: 0 });
  let state = copiedInputsMeanField([settings.input]);
  return Array.from({ length: depth }, () => {
    const variance = step * (sigmaB ** 2 + sigmaW ** 2 * state.lambda[0]);
    state = networkMeanField(state, activation, network, step, 1);
    return 1 + sigmaW ** 2 * step * meanSquareSlope(variance);
  });
}

function product(factors: readonly number[]): number {
  return factors.reduce((all, factor) => all * factor, 1);
}
