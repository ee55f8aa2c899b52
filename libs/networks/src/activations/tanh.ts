import type { Activation } from './activation.ts';

const sech = (x: number) => 1 / Math.cosh(x);

export const tanh: Activation = {
  name: 'tanh',
  aliases: [],
  formula: 'tanh(x)',
  phi: (x) => Math.tanh(x),
  dphi: (x) => sech(x) ** 2,
  ddphi: (x) => -2 * Math.tanh(x) * sech(x) ** 2,
  atZero: { phi: 0, dphi: 1, ddphi: 0 },
  smooth: true,
  bounded: true,
  homogeneous: false,
};
