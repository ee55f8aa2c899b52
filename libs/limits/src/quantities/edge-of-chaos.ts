import { edgeOfChaosPoints } from '../edge-of-chaos.ts';
import { phi } from './common.ts';
import { notNegative } from './parameter.ts';
import { quantity } from './quantity.ts';

export const edgeOfChaos = quantity({
  name: 'edge-of-chaos',
  description: 'scales of a feedforward network between order and chaos (chi_1 = 1)',
  parameters: {
    activation: phi,
    sigmaB: notNegative({ description: 'scale of the biases', default: '0.2' }),
  },
  rows: ({ activation, sigmaB }) =>
    edgeOfChaosPoints(activation, sigmaB).flatMap(({ sigmaW, q, varianceSlope }, index) => {
      const at = { sigmaB, point: index + 1 };
      return [
        { quantity: 'sigmaW', at, value: sigmaW },
        { quantity: 'q', at, value: q ?? 'any' },
        { quantity: 'varianceSlope', at, value: varianceSlope },
      ];
    }),
});
