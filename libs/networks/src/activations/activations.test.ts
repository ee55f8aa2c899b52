import { describe, expect, test } from 'vitest';
import { normalDensity } from '../normal.ts';
import { activationNames, activations, findActivation } from './index.ts';

const grid = Array.from({ length: 241 }, (_, i) => -6 + i * 0.05 + 0.013);
const slope = (f: (x: number) => number, x: number, step = 1e-4) =>
  (f(x + step) - f(x - step)) / (2 * step);

/** What they are to rounding far from 0, where that is known. */
const asymptotes: Readonly<Record<string, (x: number) => number>> = {
  tanh: Math.sign,
  erf: Math.sign,
  'sigmoid-centred': (x) => Math.sign(x) / 2,
  identity: (x) => x,
  relu: (x) => Math.max(x, 0),
  swish: (x) => Math.max(x, 0),
  gelu: (x) => Math.max(x, 0),
  'softplus-shifted': (x) => Math.max(x, 0) - Math.LN2,
};

describe.each(activations.map((activation) => [activation.name, activation] as const))(
  '%s',
  (_, activation) => {
    const { phi, dphi, ddphi, atZero } = activation;

    test('its derivatives are those of phi', () => {
      for (const x of grid) {
        expect(Math.abs(dphi(x) - slope(phi, x))).toBeLessThan(1e-8);
        expect(Math.abs(ddphi(x) - slope(dphi, x))).toBeLessThan(1e-8);
      }
    });

    test('its values at 0 are exact, where they exist', () => {
      const exact = (value: number, f: (x: number) => number) => {
        if (Number.isNaN(value)) return;
        expect(Math.abs(f(0) - value)).toBeLessThanOrEqual(1e-16);
      };
      exact(atZero.phi, phi);
      exact(atZero.dphi, dphi);
      exact(atZero.ddphi, ddphi);
      expect(Number.isNaN(atZero.dphi)).toBe(Math.abs(phi(1e-9) + phi(-1e-9)) > 1e-10);
    });

    test('is accurate to rounding near 0', () => {
      if (Number.isNaN(atZero.dphi)) return;
      const h = 1e-9;
      const expansion = atZero.dphi * h + (atZero.ddphi * h * h) / 2;
      expect(Math.abs(phi(h) / expansion - 1)).toBeLessThan(1e-15);
    });

    test('its flags say what it does', () => {
      const jump = Math.max(
        Math.abs(dphi(1e-9) - dphi(-1e-9)),
        ...grid.map((x) => Math.abs(ddphi(x + 1e-9) - ddphi(x - 1e-9))),
      );
      expect(jump < 1e-6).toBe(activation.smooth);

      const size = Math.max(Math.abs(phi(1e6)), Math.abs(phi(-1e6)));
      expect(size < 10).toBe(activation.bounded);

      const scaling = Math.max(
        ...grid.map((x) => Math.abs(phi(3 * x) - 3 * phi(x))),
        ...grid.map((x) => Math.abs(phi(x / 7) - phi(x) / 7)),
      );
      expect(scaling < 1e-12).toBe(activation.homogeneous);
    });

    test('is finite far from 0, and follows its asymptote', () => {
      for (const x of [-1e300, -1e6, -1000, -750, -40, 40, 750, 1000, 1e6, 1e300]) {
        for (const f of [phi, dphi, ddphi]) expect(Number.isFinite(f(x))).toBe(true);
        const limit = asymptotes[activation.name]?.(x) ?? phi(x);
        expect(Math.abs(phi(x) - limit)).toBeLessThan(1e-14 * Math.max(1, Math.abs(x)));
      }
    });
  },
);

describe('findActivation', () => {
  test('finds by name and alias, whatever the case', () => {
    expect(findActivation('tanh')?.name).toBe('tanh');
    expect(findActivation('SiLU')?.name).toBe('swish');
    expect(findActivation('Sigmoid-Centered')?.name).toBe('sigmoid-centred');
    expect(findActivation('leaky')).toBeUndefined();
  });

  test('finds every name, and no name or alias is taken twice', () => {
    for (const name of activationNames) expect(findActivation(name)?.name).toBe(name);
    const all = activations.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(all).size).toBe(all.length);
    expect(all).toEqual(all.map((name) => name.toLowerCase()));
  });
});

describe('closed Gaussian expectations', () => {
  // Polar coordinates: a homogeneous phi leaves an integral over the angle alone.
  const bruteForce = (
    phi: (x: number) => number,
    variance: number,
    otherVariance: number,
    correlation: number,
  ) => {
    const steps = 200_000;
    let sum = 0;
    for (let i = 0; i < steps; i++) {
      const angle = (2 * Math.PI * (i + 0.5)) / steps;
      const other =
        correlation * Math.cos(angle) + Math.sqrt(1 - correlation ** 2) * Math.sin(angle);
      sum += phi(Math.sqrt(variance) * Math.cos(angle)) * phi(Math.sqrt(otherVariance) * other);
    }
    return (2 * sum) / steps;
  };

  test.each(['relu', 'identity'])('%s agrees with numerical integration', (name) => {
    const { phi, gaussian } = findActivation(name)!;
    for (const correlation of [-1, -0.9, -0.2, 0, 0.5, 0.99, 1]) {
      const exact = gaussian!.product(0.7, 2.5, correlation * Math.sqrt(0.7 * 2.5));
      expect(Math.abs(exact - bruteForce(phi, 0.7, 2.5, correlation))).toBeLessThan(1e-9);
    }
    expect(gaussian!.product(0, 2, 0)).toBe(0);
    const { slopeGaussian, dphi } = findActivation(name)!;
    for (const correlation of [-1, -0.9, -0.2, 0, 0.5, 0.99, 1]) {
      // Twice the mean of phi' phi', whose polar integrand has no radius.
      const exact = slopeGaussian!.product(0.7, 2.5, correlation * Math.sqrt(0.7 * 2.5));
      expect(Math.abs(2 * exact - bruteForce(dphi, 0.7, 2.5, correlation))).toBeLessThan(2e-5);
    }
    const halfMean = Math.sqrt(1.7 / (2 * Math.PI));
    expect(gaussian!.mean(1.7)).toBeCloseTo((phi(1) + phi(-1)) * halfMean, 14);
  });

  test('sin agrees with numerical integration, and is finite for large variances', () => {
    const { phi, dphi, gaussian, slopeGaussian } = findActivation('sin')!;
    const nodes = Array.from({ length: 341 }, (_, i) => (i - 170) * 0.05);
    const weights = nodes.map((z) => 0.05 * normalDensity(z));
    const [v, w] = [0.7, 2.5];
    for (const c of [-1.2, -0.1, 0, 0.9]) {
      const [slope, rest] = [c / Math.sqrt(v), Math.sqrt(w - c ** 2 / v)];
      const integral = (f: (h: number) => number) =>
        nodes.reduce((sum, z, i) => {
          const inner = nodes.reduce((all, u, j) => all + weights[j] * f(slope * z + rest * u), 0);
          return sum + weights[i] * f(Math.sqrt(v) * z) * inner;
        }, 0);
      expect(gaussian!.product(v, w, c)).toBeCloseTo(integral(phi), 13);
      expect(slopeGaussian!.product(v, w, c)).toBeCloseTo(integral(dphi), 13);
    }
    expect(gaussian!.product(1e8, 1e8, 1e8)).toBe(0.5);
    expect(gaussian!.product(1e8, 1e8, -1e8)).toBe(-0.5);
    expect(slopeGaussian!.product(1e8, 1e8, 1e8)).toBe(0.5);
    expect(gaussian!.product(1e-12, 1e-12, 1e-12) / 1e-12).toBeCloseTo(1, 11);
    expect(slopeGaussian!.mean(2)).toBeCloseTo(Math.exp(-1), 15);
  });
});
