import type { Activation } from '@resdiff/networks';
import type { Graph, Value } from './graph.ts';

/** phi(z), number by number. */
export interface ActivationValues {
  readonly h: Value;
  /** Emits phi'(z); left out where it is 1 everywhere. */
  readonly slope?: () => Value;
}

/** An activation function in ONNX operators. */
export type OnnxActivation = (g: Graph, z: Value) => ActivationValues;

/** By the names of libs/networks. Derivatives are taken from what is cheapest: z, h or a part of h. */
const forms: Readonly<Record<string, OnnxActivation>> = {
  tanh(g, z) {
    const h = g.apply('Tanh', z);
    return { h, slope: () => g.subtract(g.scalar(1), g.multiply(h, h)) };
  },
  swish(g, z) {
    const gate = g.apply('Sigmoid', z);
    const h = g.multiply(z, gate);
    return {
      h,
      slope: () => g.add(h, g.multiply(gate, g.subtract(g.scalar(1), h))),
    };
  },
  relu(g, z) {
    const h = g.apply('Relu', z);
    return { h, slope: () => g.step(h) };
  },
  identity(_g, z) {
    return { h: z };
  },
  erf(g, z) {
    const slope = () =>
      g.multiply(g.scalar(2 / Math.sqrt(Math.PI)), g.apply('Exp', g.apply('Neg', square(g, z))));
    return { h: g.apply('Erf', z), slope };
  },
  sin(g, z) {
    return { h: g.apply('Sin', z), slope: () => g.apply('Cos', z) };
  },
  gelu(g, z) {
    const error = g.apply('Erf', g.multiply(z, g.scalar(Math.SQRT1_2)));
    const cdf = g.multiply(g.scalar(1 / 2), g.add(error, g.scalar(1)));
    const density = () =>
      g.multiply(
        g.scalar(1 / Math.sqrt(2 * Math.PI)),
        g.apply('Exp', g.multiply(g.scalar(-1 / 2), square(g, z))),
      );
    return { h: g.multiply(z, cdf), slope: () => g.add(cdf, g.multiply(z, density())) };
  },
  'softplus-shifted'(g, z) {
    const h = g.subtract(g.apply('Softplus', z), g.scalar(Math.LN2));
    return { h, slope: () => g.apply('Sigmoid', z) };
  },
  'sigmoid-centred'(g, z) {
    const half = g.scalar(1 / 2);
    const h = g.multiply(half, g.apply('Tanh', g.multiply(half, z)));
    return { h, slope: () => g.subtract(g.scalar(1 / 4), g.multiply(h, h)) };
  },
};

function square(g: Graph, z: Value): Value {
  return g.multiply(z, z);
}

/** The names of the activations that the engine onnx can train. */
export const onnxActivations: readonly string[] = Object.keys(forms);

/** Where a form for another activation belongs, in the folder of resdiff. */
export const ONNX_FORMS = 'libs/trainer/src/engines/onnx/activations.ts';

/** @throws {RangeError} if the activation has no form in ONNX operators. */
export function onnxActivation({ name }: Activation): OnnxActivation {
  if (Object.hasOwn(forms, name)) return forms[name];
  throw new RangeError(
    `the engine onnx has no activation ${name}; it has ${onnxActivations.join(', ')}. ` +
      `To add one, write its value and its derivative in ONNX operators in ${ONNX_FORMS}`,
  );
}
