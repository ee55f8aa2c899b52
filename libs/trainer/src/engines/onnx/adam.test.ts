import { expect, it } from 'vitest';
import { adam } from '../../index.ts';
import { adamFactors } from './adam.ts';

it('moves by the same as Algorithm 1 of Kingma & Ba, whatever the step', () => {
  const constants = adam({ beta1: 0.8, beta2: 0.99, epsilon: 1e-2 });
  const [m, v, rate] = [0.3, 0.04, 0.5];
  for (const t of [1, 2, 10, 1000]) {
    const mean = m / (1 - 0.8 ** t);
    const square = v / (1 - 0.99 ** t);
    const factors = adamFactors(constants, rate, t);
    const moved = (factors.rate * m) / (Math.sqrt(v) + factors.epsilon);
    expect(moved).toBeCloseTo((rate * mean) / (Math.sqrt(square) + 1e-2), 12);
  }
});
