import type { Activation } from '@resdiff/networks';
import type { Tensor } from '@tensorflow/tfjs';
import type { Tensorflow } from './package.ts';

/** An activation function applied to each number of a tensor. */
export type TensorActivation = (tf: Tensorflow, x: Tensor) => Tensor;

// The error function of the cpu backend is a rational approximation, good to 1.5e-7; that of
// TensorFlow is good to f32.
const forms: Readonly<Record<string, TensorActivation>> = {
  tanh: (tf, x) => tf.tanh(x),
  swish: (tf, x) => tf.mul(x, tf.sigmoid(x)),
  relu: (tf, x) => tf.relu(x),
  identity: (_tf, x) => x,
  erf: (tf, x) => tf.erf(x),
  sin: (tf, x) => tf.sin(x),
  gelu: (tf, x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
  'softplus-shifted': (tf, x) => tf.sub(tf.softplus(x), Math.LN2),
  'sigmoid-centred': (tf, x) => tf.mul(tf.tanh(tf.mul(x, 0.5)), 0.5),
};

/** The names of the activations that the engine tfjs can train. */
export const tfjsActivations: readonly string[] = Object.keys(forms);

/** Where a form for another activation belongs, in the folder of resdiff. */
export const TFJS_FORMS = 'libs/trainer/src/engines/tfjs/activations.ts';

/** @throws {RangeError} if the activation has no form in tensor operations. */
export function tensorActivation({ name }: Activation): TensorActivation {
  if (Object.hasOwn(forms, name)) return forms[name];
  throw new RangeError(
    `the engine tfjs has no activation ${name}; it has ${tfjsActivations.join(', ')}`,
  );
}
