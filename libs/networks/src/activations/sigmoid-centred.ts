import { logistic } from '../logistic.ts';
import type { Activation } from './activation.ts';

export const sigmoidCentred: Activation = {
  name: 'sigmoid-centred',
  aliases: ['sigmoid-centered', 'centred-sigmoid', 'centered-sigmoid'],
  formula: '1 / (1 + exp(-x)) - 1/2',
  phi: (x) => Math.tanh(x / 2) / 2,
  dphi: (x) => logistic(x) * logistic(-x),
  ddphi: (x) => -Math.tanh(x / 2) * logistic(x) * logistic(-x),
  atZero: { phi: 0, dphi: 1 / 4, ddphi: 0 },
  smooth: true,
  bounded: true,
  homogeneous: false,
};
