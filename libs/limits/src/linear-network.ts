import type { IidParameterLaw } from '@resdiff/networks';
import type { Ntk } from './ntk.ts';

/** A residual network of L layers with phi(x) = a x and any width. */
export interface LinearNetwork extends IidParameterLaw {
  /** a. */
  readonly slope: number;
  readonly T: number;
  /** L. */
  readonly depth: number;
}

/**
 * The mean tangent kernel of y = x_{L,1}, exact at every width and depth: with
 * kk = a^2 sigmaW^2 dt and G = (1 + kk)^L, K_b = r (G - 1),
 * K_W = (lambda_0 + r) kk L (1 + kk)^{L-1} - r (G - 1), r = sigmaB^2/sigmaW^2.
 *
 * @param lambda <x_0, x_0'>/D of any number of pairs of inputs.
 */
export function linearNetworkNtk(lambda: Float64Array, network: LinearNetwork): Ntk {
  const { sigmaW, sigmaB, slope, T, depth } = network;
  const dt = T / depth;
  const kk = slope ** 2 * sigmaW ** 2 * dt;
  const bias = slope ** 2 * sigmaB ** 2 * dt;
  // (G - 1)/kk and L (1 + kk)^{L-1}, which are L for kk = 0; their difference over kk.
  const sum = kk === 0 ? depth : Math.expm1(depth * Math.log1p(kk)) / kk;
  const derivative = depth * Math.exp((depth - 1) * Math.log1p(kk));
  return {
    weights: lambda.map((value) => value * kk * derivative + bias * (derivative - sum)),
    biases: lambda.map(() => bias * sum),
  };
}

/**
 * The mean of |dy/dx_0|^2, y = x_{L,1}: G = (1 + a^2 sigmaW^2 dt)^L, exact at every width and depth;
 * also the factor of E g^T g = G I.
 */
export function linearNetworkGradient({ sigmaW, slope, T, depth }: LinearNetwork): number {
  return Math.exp(depth * Math.log1p((slope ** 2 * sigmaW ** 2 * T) / depth));
}
