import { describe, expect, test } from 'vitest';
import { activationKind, activations, findActivation } from './index.ts';

const evaluated = (
  phi: (x: number) => number,
  dphi: (x: number) => number,
  ddphi: (x: number) => number,
) => activationKind({ phi, dphi, ddphi });

describe.each(activations.map((activation) => [activation.name, activation] as const))(
  '%s',
  (_, activation) => {
    const kind = activationKind(activation);

    test('is of the kind that it declares', () => {
      const { smooth, bounded, homogeneous } = activation;
      expect(kind).toMatchObject({ smooth, bounded, homogeneous });
      expect(kind.growth === 'bounded').toBe(bounded);
      expect(kind.linear).toBe(homogeneous && smooth);
    });

    test('has the values at 0 that it declares', () => {
      for (const key of ['phi', 'dphi', 'ddphi'] as const) {
        const [found, declared] = [kind.atZero[key], activation.atZero[key]];
        if (Number.isNaN(declared)) expect(found).toBeNaN();
        else expect(Math.abs(found - declared)).toBeLessThan(1e-6);
      }
    });
  },
);

describe('activationKind', () => {
  test('tells growths apart', () => {
    const growth = (phi: (x: number) => number) => evaluated(phi, phi, phi).growth;
    expect(growth((x) => Math.sign(x) * Math.sqrt(Math.abs(x)))).toBe('square-root');
    expect(growth((x) => Math.abs(x) ** 0.7)).toBe('linear');
    expect(growth((x) => x * x)).toBe('faster than linear');
    expect(growth(Math.exp)).toBe('faster than linear');
    expect(growth((x) => 3 * Math.cos(x))).toBe('bounded');
    expect(growth(() => 0)).toBe('bounded');
    for (const name of ['swish', 'relu', 'identity', 'gelu', 'softplus-shifted']) {
      expect(growth(findActivation(name)!.phi)).toBe('linear');
    }
  });

  test('finds a kink in phi, in its slope, and away from 0', () => {
    const softer = evaluated(
      (x) => (x > 0 ? x * x : 0),
      (x) => (x > 0 ? 2 * x : 0),
      (x) => (x > 0 ? 2 : 0),
    );
    expect(softer.smooth).toBe(false);
    const clipped = evaluated(
      (x) => Math.max(-1, Math.min(1, x)),
      (x) => (Math.abs(x) < 1 ? 1 : 0),
      () => 0,
    );
    expect(clipped).toMatchObject({ smooth: false, bounded: true, atZero: { ddphi: 0 } });
  });

  test('finds wrong derivatives', () => {
    expect(evaluated(Math.tanh, Math.cos, (x) => -Math.sin(x)).smooth).toBe(false);
  });

  test('a slope other than 1 is linear too, a leaky kink only homogeneous', () => {
    expect(
      evaluated(
        (x) => 0.3 * x,
        () => 0.3,
        () => 0,
      ).linear,
    ).toBe(true);
    const leaky = findActivation('relu')!;
    const kind = activationKind({ ...leaky, phi: (x) => (x > 0 ? x : 0.1 * x) });
    expect(kind).toMatchObject({ linear: false, homogeneous: true });
  });
});
