import type { Activation } from './activation.ts';

export const sin: Activation = {
  name: 'sin',
  aliases: ['sine'],
  formula: 'sin(x)',
  phi: (x) => Math.sin(x),
  dphi: (x) => Math.cos(x),
  ddphi: (x) => -Math.sin(x),
  atZero: { phi: 0, dphi: 1, ddphi: 0 },
  smooth: true,
  bounded: true,
  homogeneous: false,
};
