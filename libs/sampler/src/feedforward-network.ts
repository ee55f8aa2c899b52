import type { Activation, IidParameterLaw } from '@resdiff/networks';

/**
 * The fully connected feedforward network of depth L in terms of its preactivations:
 * x_1 = W_1 x_0 + b_1 of the input x_0, then x_{l+1} = W_{l+1} phi(x_l) + b_{l+1}, with weights
 * N(0, sigmaW^2 / D) and biases N(0, sigmaB^2) ([PF22], figure 1). On the edge of chaos tanh has, for
 * one, sigmaW = 1.30414584 and sigmaB = 0.2; ReLU has sigmaW = sqrt 2 and sigmaB = 0.
 */
export interface FeedforwardNetwork extends IidParameterLaw {
  /** D, of the input as of every layer. */
  readonly width: number;
  /** L, the number of weight matrices. */
  readonly depth: number;
  /** phi. */
  readonly activation: Activation;
}
