import type { AffineKernel } from '@resdiff/networks';
import {
  completedPriorKernel,
  completedStateKernel,
  completedTangentKernel,
  completedTangentKernelParts,
  bayesianLinearModel,
} from '../completed-kernels.ts';
import { phi, sigmaB, sigmaW, T } from './common.ts';
import { notNegative } from './parameter.ts';
import { quantity } from './quantity.ts';

export const completedKernels = quantity({
  name: 'completed-kernels',
  description:
    "kernels constant + slope <z, z'> between input and output layers, [PF22] (35) to (37)",
  parameters: {
    activation: phi,
    T,
    sigmaW,
    sigmaB,
    sigmaZ: notNegative({ description: 'scale of the input layer', default: '1' }),
    sigmaY: notNegative({ description: 'scale of the output layer', default: '1' }),
  },
  rows(network) {
    const parts = completedTangentKernelParts(network);
    const kernels: Record<string, AffineKernel> = {
      state: completedStateKernel(network),
      prior: completedPriorKernel(network),
      tangent: completedTangentKernel(network),
      tangentInput: parts.input,
      tangentWeights: parts.weights,
      tangentBiases: parts.biases,
      tangentOutput: parts.output,
    };
    const { sigmaAlpha, sigmaBeta } = bayesianLinearModel(network);
    return [
      ...Object.entries(kernels).flatMap(([kernel, { constant, slope }]) => [
        { quantity: 'constant', at: { kernel }, value: constant },
        { quantity: 'slope', at: { kernel }, value: slope },
      ]),
      { quantity: 'sigmaAlpha', at: {}, value: sigmaAlpha },
      { quantity: 'sigmaBeta', at: {}, value: sigmaBeta },
    ];
  },
});
