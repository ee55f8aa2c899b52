import {
  copiedInputsMeanField,
  feedforwardMaps,
  iidJacobianLaw,
  networkMeanField,
} from '@resdiff/limits';
import { diffusionLimit, dt } from '@resdiff/networks';
import type { FeedforwardNetwork } from '@resdiff/sampler';
import { logNormalSkewness } from '../near-normal.ts';
import { meanLogSquare } from './mean-log-square.ts';
import { networkOf, type JacobianSettings, type Process } from './settings.ts';
import {
  logSkewness,
  relativeRowVariance,
  relativeVariances,
  type MatrixProduct,
} from './tails.ts';

/** The quantities that theory knows, after a layer. */
export const predicted = [
  'trace',
  'squaredNorm',
  'inverseSquaredNorm',
  'logDeterminant',
  'logDeterminantVariance',
  'gradientSquare',
  'logGradient',
] as const;
export type Predicted = (typeof predicted)[number];

/** What a theory says of a process, layer by layer. */
export interface Prediction {
  /** What the theory takes to infinity, or else the depth that it holds at. */
  readonly theory: 'limit' | 'finite depth';
  readonly source: string;
  /** Undefined for what it does not know. */
  readonly at: (quantity: Predicted, layer: number) => number | undefined;
  /**
   * The skewness of what is averaged over draws, or that of a log-normal number of the same relative
   * variance; of a theory that is exact at the width and depth of the run, which the verdict rests on
   * where means are near normal.
   */
  readonly skewness?: (quantity: Predicted, layer: number) => number;
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
 * E |dy/dx_t|^2 = e^{C_T - C_t}, E log|dy/dx_t| = (C_T - C_t)(1/2 - 1/D), as a row v of g has
 * d|v|^2 = C' |v|^2 dt + 2 (C'/D)^{1/2} |v|^2 dB.
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
        case 'logGradient':
          return law(depth - layer).logDeterminant.variance * (1 / 2 - 1 / width);
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
  const { width, depth } = settings;
  const variance = layerVariance(settings, p1);
  const centre = process === 'euler' ? 1 : 1 + variance / width;
  return {
    theory: 'finite depth',
    source: `the Euler scheme at this width and L = ${depth}`,
    ...productPrediction({ width, centre, variance }, depth),
  };
}

/**
 * A product of l independent c I + A: E tr g/D = c^l and E |g|^2/D = (c^2 + k)^l; at width 1
 * E log|det g| too, that of a sum.
 */
function productPrediction(product: MatrixProduct, depth: number) {
  const { width, centre, variance } = product;
  const logGrowth = width === 1 ? meanLogSquare(product) / 2 : undefined;
  const relative = relativeVariances(product, depth);
  return {
    at(quantity: Predicted, layer: number) {
      if (quantity === 'trace') return centre ** layer;
      if (quantity === 'squaredNorm') return (centre ** 2 + variance) ** layer;
      return quantity === 'logDeterminant' && logGrowth !== undefined
        ? logGrowth * layer
        : undefined;
    },
    skewness: (quantity: Predicted, layer: number) =>
      quantity === 'trace' || quantity === 'squaredNorm'
        ? logNormalSkewness(relative[quantity][layer])
        : logSkewness(width, layer),
  };
}

/**
 * |dy/dx_l|^2 of a product of L independent c I + A: a row is one of independent |c e + s z|^2, whose
 * mean is (c^2 + k)^{L-l} and whose logarithm is a sum.
 */
function rowPrediction(product: MatrixProduct, depth: number) {
  const { width, centre, variance } = product;
  const logGrowth = meanLogSquare(product) / 2;
  return {
    at(quantity: Predicted, layer: number) {
      if (quantity === 'gradientSquare') return (centre ** 2 + variance) ** (depth - layer);
      return quantity === 'logGradient' ? logGrowth * (depth - layer) : undefined;
    },
    skewness: (quantity: Predicted, layer: number) =>
      quantity === 'gradientSquare'
        ? logNormalSkewness(relativeRowVariance(product, depth - layer))
        : logSkewness(width, depth - layer),
  };
}

/** k: the variance of an entry of W times phi'(0), over 1/D. */
function layerVariance(settings: JacobianSettings, slope: number): number {
  return (slope * settings.sigmaW) ** 2 * dt(networkOf(settings));
}

/** Exact at every width where phi is the identity, else the mean field. */
function networkPrediction(settings: JacobianSettings): Prediction {
  const { width, depth, sigmaW } = settings;
  if (settings.activation === 'identity') {
    const factor = { width, centre: 1, variance: layerVariance(settings, 1) };
    const [matrix, row] = [productPrediction(factor, depth), rowPrediction(factor, depth)];
    const of = (quantity: Predicted) => (isGradient(quantity) ? row : matrix);
    return {
      theory: 'finite depth',
      source: `phi = identity at this width and L = ${depth}`,
      at: (quantity, layer) => of(quantity).at(quantity, layer),
      skewness: (quantity, layer) => of(quantity).skewness(quantity, layer),
    };
  }
  const factors = networkFactors(settings);
  return {
    theory: 'finite depth',
    source: `mean field of the network, D = infinity (here ${width}), L = ${depth}, sigmaW = ${sigmaW}`,
    at(quantity, layer) {
      if (quantity === 'squaredNorm') return product(factors.slice(0, layer));
      return quantity === 'gradientSquare' ? product(factors.slice(layer)) : undefined;
    },
  };
}

/** Whether it is of a gradient at a layer, from which y is so many layers away. */
export function isGradient(quantity: string): boolean {
  return quantity === 'gradientSquare' || quantity === 'logGradient';
}

/**
 * Gradients of a feedforward network. The mean field: E |dy/dx_l|^2 is sigmaW^2 for the last weights, and
 * sigmaW^2 E phi'(x)^2 = chi_1 for each layer before them. Of phi = identity these are exact at every
 * width, as is E log|dy/dx_l|: a row of a product of Gaussian matrices.
 */
export function feedforwardPrediction(network: FeedforwardNetwork, input: number): Prediction {
  const { activation, width, sigmaW, sigmaB, depth } = network;
  if (activation.name === 'identity') {
    return {
      theory: 'finite depth',
      source: `the feedforward network of phi = identity at this width and L = ${depth}`,
      ...rowPrediction({ width, centre: 0, variance: sigmaW ** 2 }, depth),
    };
  }
  const { variance, chi1 } = feedforwardMaps(activation, network);
  const factors = [sigmaW ** 2];
  let q = sigmaB ** 2 + sigmaW ** 2 * input ** 2;
  for (let layer = 1; layer < depth; layer++) {
    factors.push(chi1(q));
    q = variance(q);
  }
  return {
    theory: 'finite depth',
    source: `mean field of the feedforward network, D = infinity (here ${width}), L = ${depth}`,
    // The factors are those of the layers l to L - 1, each from x_l: one does not depend on the weights.
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
