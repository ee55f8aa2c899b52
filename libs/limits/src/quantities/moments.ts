import { limitMeanField } from '../dynamics.ts';
import { copiedInputsMeanField, type MeanField } from '../moments.ts';
import { limitParameters } from '../parameters.ts';
import { beforeExplosion, depth, residual } from './common.ts';
import { inputRows, pairRows, quantity, type QuantityRow } from './quantity.ts';
import { resolvedMeanField } from './resolved.ts';

export const moments = quantity({
  name: 'moments',
  description: 'm, q and lambda at time T, doubly infinite (Proposition 5.1)',
  parameters: residual,
  rows({ activation, z, T, sigmaW, sigmaB }) {
    const parameters = limitParameters(activation, { sigmaW, sigmaB });
    const start = copiedInputsMeanField(z);
    return momentRows(
      z,
      beforeExplosion(z, () => limitMeanField(start, parameters, T)),
    );
  },
});

export const networkMoments = quantity({
  name: 'network-moments',
  description: 'm, q and lambda after L layers at infinite width, which need no diffusion limit',
  parameters: { ...residual, depth },
  rows({ activation, z, T, sigmaW, sigmaB, depth }) {
    const start = copiedInputsMeanField(z);
    return momentRows(z, resolvedMeanField(start, activation, { sigmaW, sigmaB }, T, depth));
  },
});

function momentRows(z: readonly number[], { m, lambda }: MeanField): QuantityRow[] {
  const q = z.map((_, i) => lambda[i * (z.length + 1)]);
  const pairs = pairRows('lambda', z, lambda);
  return [...inputRows('m', z, m), ...inputRows('q', z, q), ...pairs];
}
