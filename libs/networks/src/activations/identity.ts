import type { Activation } from './activation.ts';

export const identity: Activation = {
  name: 'identity',
  aliases: ['linear', 'id'],
  formula: 'x',
  phi: (x) => x,
  dphi: () => 1,
  ddphi: () => 0,
  atZero: { phi: 0, dphi: 1, ddphi: 0 },
  smooth: true,
  bounded: false,
  homogeneous: true,
  gaussian: {
    mean: () => 0,
    product: (_variance, _otherVariance, covariance) => covariance,
  },
  slopeGaussian: { mean: () => 1, product: () => 1 },
};
