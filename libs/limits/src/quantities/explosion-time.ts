import { explosionTime } from '../dynamics.ts';
import { limitParameters } from '../parameters.ts';
import { phi, sigmaB, sigmaW, z } from './common.ts';
import { quantity } from './quantity.ts';

export const explosionTimes = quantity({
  name: 'explosion-time',
  description: 'when the doubly infinite dynamics of an input explode (Proposition 5.2)',
  parameters: { activation: phi, z, sigmaW, sigmaB },
  rows({ activation, z, sigmaW, sigmaB }) {
    const parameters = limitParameters(activation, { sigmaW, sigmaB });
    return z.map((input) => {
      const time = explosionTime(input, input * input, parameters);
      const value = time === Infinity ? 'never' : time;
      return { quantity: 'explosionTime', at: { z: input }, value };
    });
  },
});
