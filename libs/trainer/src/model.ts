import type { CompletedNetwork } from '@resdiff/networks';

/**
 * What is minimised over N images with O outputs:
 * - `mse`: the average over images and outputs of (y - target)^2, as PyTorch's `MSELoss`. A rate eta
 *   is a rate 2 eta / O on half the sum of squares, averaged over images alone.
 * - `cross-entropy`: the average over images of -sum_o target_o log softmax(y)_o.
 */
export type Loss = 'mse' | 'cross-entropy';

/**
 * With respect to what the gradients are taken: the standard normals eps of the reparametrisation
 * W = s eps ([PF22] section 6.3), or the parameters W themselves. A rate eta on eps is the rate
 * eta s^2 on W.
 */
export type Gradients = 'reparametrised' | 'standard';

/** A network to be trained, and how its gradients are defined. */
export interface Model {
  readonly network: CompletedNetwork;
  readonly loss: Loss;
  readonly gradients: Gradients;
  /** Which of the outer layers are trained; the residual layers always are. */
  readonly trains: { readonly input: boolean; readonly output: boolean };
}

/** One parameter tensor of a completed network. */
export interface ParameterTensor {
  /** `A`, `W.<layer>`, `b.<layer>` or `G`; layers count from 0. */
  readonly name: string;
  readonly shape: readonly number[];
  /** s: the parameter that the network applies is s times the tensor that is stored. */
  readonly scale: number;
  readonly trained: boolean;
}

/** Tensors by name, row-major, in units of their scale: N(0, 1) before training. */
export type Parameters = Readonly<Record<string, Float32Array>>;
