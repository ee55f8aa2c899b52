import { logistic } from '../logistic.ts';
import type { Activation } from './activation.ts';

export const swish: Activation = {
  name: 'swish',
  aliases: ['silu'],
  formula: 'x / (1 + exp(-x))',
  phi: (x) => x * logistic(x),
  dphi: (x) => logistic(x) * (1 + x * logistic(-x)),
  ddphi: (x) => logistic(x) * logistic(-x) * (2 + x * (logistic(-x) - logistic(x))),
  atZero: { phi: 0, dphi: 1 / 2, ddphi: 1 / 2 },
  smooth: true,
  bounded: false,
  homogeneous: false,
};
