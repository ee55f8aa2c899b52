import { describe, expect, test } from 'vitest';
import { activations, findActivation, type Activation } from './activations/index.ts';
import { diffusionLimit } from './existence.ts';

const tanh = findActivation('tanh')!;
const relu = findActivation('relu')!;

/** E phi(h sqrt(dt)) / dt, h ~ N(0, 1), by the trapezoidal rule. */
function drift({ phi }: Activation, dt: number): number {
  let sum = 0;
  for (let h = -9; h <= 9; h += 1e-3) sum += phi(h * Math.sqrt(dt)) * Math.exp((-h * h) / 2);
  return (sum * 1e-3) / Math.sqrt(2 * Math.PI) / dt;
}

describe('diffusionLimit', () => {
  test.each(activations.map((activation) => [activation.name, activation] as const))(
    '%s: exists exactly if the drift of a layer converges to phi"(0)/2',
    (_, activation) => {
      const limit = diffusionLimit(activation);
      const converges = Math.abs(drift(activation, 1e-8) - drift(activation, 1e-6)) < 1e-3;
      expect(limit.exists).toBe(converges);
      if (limit.exists) expect(drift(activation, 1e-8)).toBeCloseTo(activation.atZero.ddphi / 2, 5);
    },
  );

  test('relu: names the assumption and the divergence', () => {
    const limit = diffusionLimit(relu);
    expect(limit).toMatchObject({ exists: false, fails: 'phi is twice differentiable at 0' });
    if (limit.exists) return;
    expect(limit.reason).toContain('E[phi(h sqrt(dt))]/dt = 0.39894/sqrt(dt)');
    expect(drift(relu, 1e-4) * Math.sqrt(1e-4)).toBeCloseTo(0.39894, 5);
  });

  test('a constant at 0 is refused with its value', () => {
    const shifted = { ...tanh, name: 'shifted', atZero: { ...tanh.atZero, phi: 0.5 } };
    const limit = diffusionLimit(shifted);
    expect(limit).toMatchObject({ exists: false, fails: 'phi(0) = 0' });
    if (!limit.exists) expect(limit.reason).toContain('phi(0) = 0.5');
  });

  test('a kink that is not homogeneous is refused without the homogeneous constant', () => {
    const limit = diffusionLimit({ ...relu, name: 'elu', homogeneous: false });
    if (limit.exists) throw new Error('expected a refusal');
    expect(limit.reason).toContain('no second-order expansion');
  });
});
