import { normalCdf, normalDensity } from '../normal.ts';
import type { Activation } from './activation.ts';

/** The exact form, with the standard normal distribution function Phi and not its tanh approximation. */
export const gelu: Activation = {
  name: 'gelu',
  aliases: [],
  formula: 'x Phi(x)',
  phi: (x) => x * normalCdf(x),
  dphi: (x) => normalCdf(x) + x * normalDensity(x),
  ddphi: (x) => 2 * normalDensity(x) - x * (x * normalDensity(x)),
  atZero: { phi: 0, dphi: 1 / 2, ddphi: Math.sqrt(2 / Math.PI) },
  smooth: true,
  bounded: false,
  homogeneous: false,
};
