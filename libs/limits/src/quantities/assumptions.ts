import { diffusionAssumptions } from '@resdiff/networks';
import { phi } from './common.ts';
import { activation } from './parameter.ts';
import { quantity } from './quantity.ts';

export const assumptions = quantity({
  name: 'assumptions',
  description: 'which assumptions of the diffusion limit hold, and why (Theorem 3.1, Remark 3.3)',
  parameters: {
    activation: phi,
    psi: activation({ description: 'the inner activation psi', default: 'identity' }),
  },
  rows: ({ activation, psi }) =>
    diffusionAssumptions(activation, psi).flatMap(({ assumption, source, holds, reason }) => [
      { quantity: 'holds', at: { source, assumption }, value: holds },
      { quantity: 'reason', at: { source, assumption }, value: reason },
    ]),
});
