import type { CompletedNetwork } from '@resdiff/networks';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs';
import type { Loss } from '../../model.ts';
import type { TensorActivation } from './activations.ts';
import type { Tensorflow } from './package.ts';

/** Tensors by the names of `parameterTensors`. */
export type Tensors = Record<string, Tensor>;

/** Rows of a training set. */
export interface TensorRows {
  /** rows x inputs. */
  readonly images: Tensor2D;
  /** rows x outputs. */
  readonly targets: Tensor2D;
  /** rows x outputs: subtracted from the outputs. */
  readonly offsets?: Tensor2D;
}

export type LossAndGradients = { readonly loss: Scalar; readonly gradients: Tensors };

/** A network's depth, and its activation in tensor operations. */
export interface NetworkForm {
  readonly depth: number;
  readonly activation: TensorActivation;
}

/**
 * The completed network: x_0 = A z, x_{l+1} = x_l + phi(W_l x_l + b_l), y = G x_L.
 *
 * @param weights the parameters with their scales.
 * @param images rows x inputs.
 * @returns rows x outputs.
 */
export function networkOutputs(
  tf: Tensorflow,
  { depth, activation }: NetworkForm,
  weights: Tensors,
  images: Tensor2D,
): Tensor2D {
  let x: Tensor = tf.matMul(images, weights.A, false, true);
  for (let layer = 0; layer < depth; layer++) {
    const state = x;
    x = tf.tidy(() => {
      const Wx = tf.matMul(state, weights[`W.${layer}`], false, true);
      return tf.add(state, activation(tf, tf.add(Wx, weights[`b.${layer}`])));
    });
  }
  return tf.matMul(x, weights.G, false, true);
}

/**
 * The loss of some rows and its gradients with respect to weights, both as sums over the rows, so
 * that those of a batch in parts add up.
 *
 * @param weights the parameters with their scales.
 * @param trained the names of the weights to differentiate by.
 */
export function summedGradients(
  tf: Tensorflow,
  { loss, ...form }: NetworkForm & { readonly loss: Loss },
  weights: Tensors,
  trained: readonly string[],
  { images, targets, offsets }: TensorRows,
): LossAndGradients {
  const { value, grads } = tf.valueAndGrads((...variables) => {
    const own = Object.fromEntries(trained.map((name, i) => [name, variables[i]]));
    const y = networkOutputs(tf, form, { ...weights, ...own }, images);
    return summedLoss(tf, loss, offsets ? tf.sub(y, offsets) : y, targets);
  })(trained.map((name) => weights[name]));
  return {
    loss: value,
    gradients: Object.fromEntries(trained.map((name, i) => [name, grads[i]])),
  };
}

function summedLoss(tf: Tensorflow, loss: Loss, y: Tensor2D, targets: Tensor2D): Scalar {
  if (loss === 'mse') return tf.div(tf.sum(tf.square(tf.sub(y, targets))), y.shape[1]);
  return tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(y))));
}

/**
 * How many rows can go through a network and back in so many bytes. Automatic differentiation holds
 * up to 20 numbers a coordinate and layer: 6 with tanh, 20 with gelu.
 */
export function rowsInMemory({ width, depth, inputs }: CompletedNetwork, bytes: number): number {
  return Math.max(1, Math.floor(bytes / (4 * (inputs + 20 * width * (depth + 1)))));
}
