import type { Tensor } from '@tensorflow/tfjs';
import type { Optimizer } from '../../optimizer.ts';
import type { Tensorflow } from './package.ts';

/** A parameter tensor, with Adam's running averages of its gradient and of the gradient's square if Adam trains it. */
export type TrainedTensor = {
  readonly parameter: Tensor;
  readonly moments?: { readonly first: Tensor; readonly second: Tensor };
};

/**
 * The tensor after one step of its optimiser.
 *
 * Adam is written out because `tf.train.adam` keeps the powers of beta in f32, where a state that
 * is loaded could not restore them, and takes another epsilon unless told.
 *
 * @param step counts from 1.
 */
export function updated(
  tf: Tensorflow,
  optimizer: Optimizer,
  { parameter, moments }: TrainedTensor,
  gradient: Tensor,
  { rate, step }: { readonly rate: number; readonly step: number },
): TrainedTensor {
  if (optimizer.kind === 'gradient-descent') {
    return { parameter: tf.sub(parameter, tf.mul(gradient, rate)) };
  }
  const { beta1, beta2, epsilon } = optimizer;
  const first = tf.add(tf.mul(moments!.first, beta1), tf.mul(gradient, 1 - beta1));
  const second = tf.add(tf.mul(moments!.second, beta2), tf.mul(tf.square(gradient), 1 - beta2));
  const root = tf.sqrt(tf.div(second, 1 - beta2 ** step));
  const direction = tf.div(tf.div(first, 1 - beta1 ** step), tf.add(root, epsilon));
  return {
    parameter: tf.sub(parameter, tf.mul(direction, rate)),
    moments: { first, second },
  };
}
