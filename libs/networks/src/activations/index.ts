import type { Activation } from './activation.ts';
import { erf } from './erf.ts';
import { gelu } from './gelu.ts';
import { identity } from './identity.ts';
import { relu } from './relu.ts';
import { sigmoidCentred } from './sigmoid-centred.ts';
import { sin } from './sin.ts';
import { softplusShifted } from './softplus-shifted.ts';
import { swish } from './swish.ts';
import { tanh } from './tanh.ts';

/** Every activation, in the order in which they are listed to users. */
export const activations: readonly Activation[] = [
  tanh,
  swish,
  relu,
  identity,
  erf,
  sin,
  gelu,
  softplusShifted,
  sigmoidCentred,
];

export const activationNames: readonly string[] = activations.map(({ name }) => name);

const byName = new Map<string, Activation>(
  activations.flatMap((activation) =>
    [activation.name, ...activation.aliases].map((name) => [name, activation] as const),
  ),
);

/** The activation of this name or alias, whatever its case. */
export function findActivation(name: string): Activation | undefined {
  return byName.get(name.toLowerCase());
}

export type { Activation, GaussianExpectations } from './activation.ts';
export { activationKind, type ActivationKind, type Growth } from './kind.ts';
export { erf, gelu, identity, relu, sigmoidCentred, sin, softplusShifted, swish, tanh };
