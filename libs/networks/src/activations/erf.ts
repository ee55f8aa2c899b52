import { erf as errorFunction } from '../normal.ts';
import type { Activation } from './activation.ts';

const slope = 2 / Math.sqrt(Math.PI);

export const erf: Activation = {
  name: 'erf',
  aliases: [],
  formula: 'erf(x)',
  phi: errorFunction,
  dphi: (x) => slope * Math.exp(-x * x),
  ddphi: (x) => -2 * x * slope * Math.exp(-x * x),
  atZero: { phi: 0, dphi: slope, ddphi: 0 },
  smooth: true,
  bounded: true,
  homogeneous: false,
};
