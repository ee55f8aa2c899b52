import { logistic } from '../logistic.ts';
import type { Activation } from './activation.ts';

export const softplusShifted: Activation = {
  name: 'softplus-shifted',
  aliases: ['shifted-softplus', 'ssp'],
  formula: 'log(1 + exp(x)) - log 2',
  // Near 0 as x/2 + log cosh(x/2), which does not cancel.
  phi: (x) =>
    Math.abs(x) < 1
      ? x / 2 + Math.log1p(2 * Math.sinh(x / 4) ** 2)
      : Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))) - Math.LN2,
  dphi: logistic,
  ddphi: (x) => logistic(x) * logistic(-x),
  atZero: { phi: 0, dphi: 1 / 2, ddphi: 1 / 4 },
  smooth: true,
  bounded: false,
  homogeneous: false,
};
