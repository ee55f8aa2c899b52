import type { Activation } from './activations/index.ts';

/**
 * Independent Gaussian parameters, [PF22] (11): weights N(0, sigmaW^2 dt / D), biases
 * N(0, sigmaB^2 dt). Both are standard deviations.
 */
export interface IidParameterLaw {
  readonly sigmaW: number;
  readonly sigmaB: number;
}

/**
 * The fully connected residual network x_{t+dt} = x_t + phi(W_t x_t + b_t) of [PF22]
 * (Peluchetti & Favaro, JMLR 22, 2021), equation (8), with independent Gaussian parameters.
 */
export interface ResidualNetwork extends IidParameterLaw {
  /** D, the number of coordinates of the state. */
  readonly width: number;
  /** L, the number of layers. */
  readonly depth: number;
  /** The time that the depth stands for: a layer is a step of T / L. */
  readonly T: number;
  readonly activation: Activation;
}

/** The time step of one layer, T / L. */
export function dt({ T, depth }: Pick<ResidualNetwork, 'T' | 'depth'>): number {
  return T / depth;
}
