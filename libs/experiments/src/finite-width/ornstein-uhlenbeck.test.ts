import { describe, expect, it } from 'vitest';
import { leastLayers, MOST_EXPONENT, ornsteinUhlenbeckTransform } from './ornstein-uhlenbeck.ts';

/** The integral of exp(a s^2) from 0 to y by Simpson's rule. */
function simpson(a: number, y: number): number {
  const steps = 20_000;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(a * ((y * i) / steps) ** 2);
  }
  return (sum * y) / (3 * steps);
}

describe.each([0.05, 0.25, 1, 4])('the transform of a = %f', (a) => {
  const { h, inverse, activation } = ornsteinUhlenbeckTransform(a);

  it('is the integral of exp(a y^2)', () => {
    for (const y of [-2, -0.5, 1e-3, 0.3, 1, 3]) {
      expect(h(y) / simpson(a, y)).toBeCloseTo(1, 10);
    }
    expect(h(0)).toBe(0);
  });

  it('has an inverse at every size', () => {
    for (let y = 1e-12; y < 8; y *= 1.3) {
      expect(inverse(h(y)) / y).toBeCloseTo(1, 12);
      expect(inverse(-h(y))).toBe(-inverse(h(y)));
    }
    expect(inverse(0)).toBe(0);
    expect(inverse(Infinity)).toBe(Infinity);
    expect(inverse(NaN)).toBeNaN();
  });

  it("gives phi = h' o h^-1 with its derivatives", () => {
    const { phi, dphi, ddphi, atZero } = activation;
    for (const y of [-1.5, -0.2, 0.7, 1.9]) {
      const x = h(y);
      expect(phi(x) / Math.exp(a * y * y)).toBeCloseTo(1, 11);
      const step = 1e-4 * Math.abs(x);
      expect((phi(x + step) - phi(x - step)) / (2 * step) / dphi(x)).toBeCloseTo(1, 5);
      expect((dphi(x + step) - dphi(x - step)) / (2 * step) / ddphi(x)).toBeCloseTo(1, 5);
    }
    expect(atZero).toEqual({ phi: phi(0), dphi: dphi(0), ddphi: ddphi(0) });
  });
});

it('begins far from the largest number of 32 bits, up to the largest exponent', () => {
  for (const a of [1e-3, 0.25, 4, 100]) {
    const { h, activation } = ornsteinUhlenbeckTransform(a);
    const start = h(Math.sqrt(MOST_EXPONENT / a));
    // Ten standard deviations of a step of 64 in a unit of time.
    expect(start + (10 / 8) * activation.phi(start)).toBeLessThan(1e-6 * 3.4e38);
  }
  expect(leastLayers({ reversion: 0.25, initialY: 1, T: 2 })).toBe(36);
});
