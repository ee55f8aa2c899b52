import type { ResidualNetwork } from './residual.ts';

/**
 * A residual network between an input and an output layer: x_0 = A z, y = G x_T, without biases
 * ([PF22] section 6.3; the network F-bar of its section 4.3).
 */
export interface CompletedNetwork extends ResidualNetwork {
  /** Coordinates of an input z. */
  readonly inputs: number;
  /** Coordinates of an output y. */
  readonly outputs: number;
  /** Standard deviation of the entries of A, width x inputs; `inputs ** -0.5` keeps |x_0|^2 / D near |z|^2 / inputs. */
  readonly sigmaZ: number;
  /** The entries of G, outputs x width, are N(0, sigmaY^2 / width); `width ** 0.5` makes them N(0, 1). */
  readonly sigmaY: number;
}
