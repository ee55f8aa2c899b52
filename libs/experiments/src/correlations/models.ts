import { edgeOfChaosPoints } from '@resdiff/limits';
import { relu, swish, tanh, type Activation, type IidParameterLaw } from '@resdiff/networks';

/** The networks of [PF22], Figure 5, in the order of the table. */
export const models = [
  'residual-tanh',
  'residual-swish',
  'feedforward-tanh',
  'feedforward-relu',
] as const;
export type Model = (typeof models)[number];

export const modelTitles: Readonly<Record<Model, string>> = {
  'residual-tanh': 'residual, tanh',
  'residual-swish': 'residual, swish',
  'feedforward-tanh': 'feedforward, tanh',
  'feedforward-relu': 'feedforward, ReLU',
};

const activations: Readonly<Record<Model, Activation>> = {
  'residual-tanh': tanh,
  'residual-swish': swish,
  'feedforward-tanh': tanh,
  'feedforward-relu': relu,
};

export function activationOf(model: Model): Activation {
  return activations[model];
}

export function isResidual(model: Model): boolean {
  return model.startsWith('residual');
}

/** The scales of residual networks, and of the biases of the feedforward tanh network. */
export interface ModelScales extends IidParameterLaw {
  readonly edgeSigmaB: number;
}

/**
 * The law of a model's parameters. Feedforward networks are at the edge of chaos, ReLU without
 * biases, since it has no other.
 *
 * @throws {NoEdgeOfChaosError} if tanh has none with `edgeSigmaB`.
 */
export function parameterLaw(
  model: Model,
  { sigmaW, sigmaB, edgeSigmaB }: ModelScales,
): IidParameterLaw {
  if (isResidual(model)) return { sigmaW, sigmaB };
  const [point] = edgeOfChaosPoints(
    activationOf(model),
    model === 'feedforward-relu' ? 0 : edgeSigmaB,
  );
  return { sigmaW: point.sigmaW, sigmaB: point.sigmaB };
}
