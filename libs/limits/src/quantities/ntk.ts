import { copiedInputsMeanField } from '../moments.ts';
import { networkNtk as ntkOfNetwork } from '../network-ntk.ts';
import { limitNtk, type Ntk } from '../ntk.ts';
import { limitParameters } from '../parameters.ts';
import { depth, residual } from './common.ts';
import { pairRows, quantity, type QuantityRow } from './quantity.ts';
import { resolvedMeanField } from './resolved.ts';

export const ntk = quantity({
  name: 'ntk',
  description: "the tangent kernels K_W and K_b as depth grows; phi''(0) = 0",
  parameters: residual,
  rows({ activation, z, T, sigmaW, sigmaB }) {
    const parameters = limitParameters(activation, { sigmaW, sigmaB });
    return ntkRows(z, limitNtk(copiedInputsMeanField(z).lambda, parameters, T));
  },
});

export const networkNtk = quantity({
  name: 'network-ntk',
  description: 'the tangent kernels K_W and K_b of L layers at infinite width',
  parameters: { ...residual, depth },
  rows({ activation, z, T, sigmaW, sigmaB, depth }) {
    const start = copiedInputsMeanField(z);
    const law = { sigmaW, sigmaB };
    resolvedMeanField(start, activation, law, T, depth);
    return ntkRows(z, ntkOfNetwork(start, activation, law, T, depth));
  },
});

function ntkRows(z: readonly number[], { weights, biases }: Ntk): QuantityRow[] {
  return [...pairRows('ntkWeights', z, weights), ...pairRows('ntkBiases', z, biases)];
}
