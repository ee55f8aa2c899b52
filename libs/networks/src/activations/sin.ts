import type { Activation } from './activation.ts';

/** Up to here sinh is a number, and has no difference of equal ones. */
const NEAR = 300;

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
  gaussian: {
    mean: () => 0,
    product: (v, w, c) =>
      Math.abs(c) < NEAR
        ? Math.exp(-(v + w) / 2) * Math.sinh(c)
        : (Math.exp(c - (v + w) / 2) - Math.exp(-c - (v + w) / 2)) / 2,
  },
  slopeGaussian: {
    mean: (v) => Math.exp(-v / 2),
    product: (v, w, c) => (Math.exp(c - (v + w) / 2) + Math.exp(-c - (v + w) / 2)) / 2,
  },
};
