import { transitionDensity } from '../transition.ts';
import { beforeExplosion, residual } from './common.ts';
import { inputRows, pairRows, quantity } from './quantity.ts';

export const transition = quantity({
  name: 'transition',
  description: 'mean and covariance of a coordinate at T given the inputs, [PF22] (34)',
  parameters: residual,
  rows({ activation, z, T, sigmaW, sigmaB }) {
    const { mean, covariance } = beforeExplosion(z, () =>
      transitionDensity(z, activation, { sigmaW, sigmaB }, T),
    );
    return [...inputRows('mean', z, mean), ...pairRows('covariance', z, covariance)];
  },
});
