import { iidJacobianLaw } from '../jacobian.ts';
import { limitParameters, requireNoCurvature } from '../parameters.ts';
import { phi, sigmaW, T } from './common.ts';
import { positiveInteger } from './parameter.ts';
import { quantity } from './quantity.ts';

export const jacobian = quantity({
  name: 'jacobian',
  description:
    "E g^T g and its like as factors of I, g = dx_T/dx_0, at infinite depth; phi''(0) = 0",
  parameters: {
    activation: phi,
    T,
    sigmaW,
    width: positiveInteger({ description: 'the width D', default: '100' }),
  },
  rows({ activation, T, sigmaW, width }) {
    const parameters = limitParameters(activation, { sigmaW, sigmaB: 0 });
    requireNoCurvature(parameters, 'The law of the Jacobian');
    const law = iidJacobianLaw(width, parameters, T);
    const value = (quantity: string, value: number) => ({ quantity, at: { width }, value });
    return [
      value('gramian', law.gramian),
      value('outerGramian', law.outerGramian),
      value('inverse', law.inverse),
      value('inverseOuterGramian', law.inverseOuterGramian),
      value('logDeterminantMean', law.logDeterminant.mean),
      value('logDeterminantVariance', law.logDeterminant.variance),
    ];
  },
});
