import type { AffineKernel, CompletedNetwork } from '@resdiff/networks';
import { limitNtk } from './ntk.ts';
import { limitParameters, requireNoCurvature } from './parameters.ts';

/** What the doubly infinite limit knows of a completed network. */
export type CompletedLimit = Pick<
  CompletedNetwork,
  'activation' | 'T' | 'sigmaW' | 'sigmaB' | 'sigmaZ' | 'sigmaY'
>;

/** What each group of parameters adds to the tangent kernel, if it is trained. */
export interface TangentKernelParts {
  /** The input layer A. */
  readonly input: AffineKernel;
  /** The weights of the residual layers. */
  readonly weights: AffineKernel;
  /** Their biases. */
  readonly biases: AffineKernel;
  /** The output layer G. */
  readonly output: AffineKernel;
}

/**
 * The completed network at infinite width and depth as a Bayesian linear model: every output is
 * alpha + <beta, z>, alpha ~ N(0, sigmaAlpha^2), the coordinates of beta independent
 * N(0, sigmaBeta^2).
 */
export interface BayesianLinearModel {
  readonly sigmaAlpha: number;
  readonly sigmaBeta: number;
}

/**
 * The covariance of a coordinate of x_T at two inputs, [PF22] (35):
 * sigmaZ^2 E <z, z'> + (sigmaB^2 / sigmaW^2)(E - 1), E = exp(phi'(0)^2 sigmaW^2 T).
 *
 * @throws {NoDiffusionLimitError | CurvatureError}
 */
export function completedStateKernel(network: CompletedLimit): AffineKernel {
  const { biases, growth } = interior(network);
  return { constant: biases, slope: network.sigmaZ ** 2 * Math.exp(growth) };
}

/**
 * The covariance of an output at two inputs, [PF22] (36): sigmaY^2 times that of x_T. It is the
 * tangent kernel of the output layer alone.
 *
 * @throws {NoDiffusionLimitError | CurvatureError}
 */
export function completedPriorKernel(network: CompletedLimit): AffineKernel {
  return scaled(completedStateKernel(network), network.sigmaY ** 2);
}

/**
 * The tangent kernel of an output with every layer trained, [PF22] (37): with r = sigmaB^2 / sigmaW^2
 * and C = phi'(0)^2 sigmaW^2 T, E = e^C, it is
 * sigmaY^2 (sigmaZ^2 (C + 2) E <z, z'> + r (C E + E - 1)).
 *
 * @throws {NoDiffusionLimitError | CurvatureError}
 */
export function completedTangentKernel(network: CompletedLimit): AffineKernel {
  const { input, weights, biases, output } = completedTangentKernelParts(network);
  return [input, weights, biases].reduce(added, output);
}

/**
 * The parts of the tangent kernel, for parameters that are standard normal numbers times their
 * standard deviations. The kernel of a network with frozen layers is the sum of the others' parts.
 *
 * @throws {NoDiffusionLimitError | CurvatureError}
 */
export function completedTangentKernelParts(network: CompletedLimit): TangentKernelParts {
  const { weights, biases, growth } = interior(network);
  const variance = network.sigmaY ** 2;
  const slope = variance * network.sigmaZ ** 2 * Math.exp(growth);
  return {
    input: { constant: 0, slope },
    weights: { constant: variance * weights, slope: growth * slope },
    biases: { constant: variance * biases, slope: 0 },
    output: completedPriorKernel(network),
  };
}

/** @throws {NoDiffusionLimitError | CurvatureError} */
export function bayesianLinearModel(network: CompletedLimit): BayesianLinearModel {
  const { constant, slope } = completedPriorKernel(network);
  return { sigmaAlpha: Math.sqrt(constant), sigmaBeta: Math.sqrt(slope) };
}

function added(a: AffineKernel, b: AffineKernel): AffineKernel {
  return { constant: a.constant + b.constant, slope: a.slope + b.slope };
}

function scaled({ constant, slope }: AffineKernel, factor: number): AffineKernel {
  return { constant: factor * constant, slope: factor * slope };
}

/** C = phi'(0)^2 sigmaW^2 T, and the interior parts of the tangent kernel of x_T at <z, z'> = 0. */
function interior({ activation, T, sigmaW, sigmaB }: CompletedLimit) {
  const parameters = limitParameters(activation, { sigmaW, sigmaB });
  requireNoCurvature(parameters, `The kernel of a completed network of ${activation.name}`);
  const { weights, biases } = limitNtk(new Float64Array(1), parameters, T);
  return { weights: weights[0], biases: biases[0], growth: (parameters.p1 * sigmaW) ** 2 * T };
}
