import { activations, findActivation } from '@resdiff/networks';
import { describe, expect, test } from 'vitest';
import { edgeOfChaosPoints, NoEdgeOfChaosError } from './edge-of-chaos.ts';
import { feedforwardMaps } from './feedforward.ts';

const named = (name: string) => findActivation(name)!;

describe('edgeOfChaosPoints', () => {
  test('tanh: the reference numbers', () => {
    const [point] = edgeOfChaosPoints(named('tanh'), 0.2);
    expect(point.sigmaW.toFixed(8)).toBe('1.30414584');
    expect(point.q!.toFixed(8)).toBe('0.51207850');
    const [other] = edgeOfChaosPoints(named('tanh'), Math.sqrt(0.05));
    expect((other.sigmaW ** 2).toFixed(8)).toBe('1.76095464');
  });

  test('relu: sigmaW^2 = 2 and no biases', () => {
    const [point] = edgeOfChaosPoints(named('relu'), 0);
    expect(point.sigmaW).toBeCloseTo(Math.SQRT2, 14);
    expect(point.q).toBeUndefined();
    expect(() => edgeOfChaosPoints(named('relu'), 0.1)).toThrow(NoEdgeOfChaosError);
    expect(() => edgeOfChaosPoints(named('relu'), 0.1)).toThrow('sigmaB must be 0.');
  });

  test('sin: closed forms, sigmaB^2 = q - tanh q', () => {
    const [{ q, sigmaW }] = edgeOfChaosPoints(named('sin'), 0.5);
    expect(q! - Math.tanh(q!)).toBeCloseTo(0.25, 12);
    expect(sigmaW ** -2).toBeCloseTo((1 + Math.exp(-2 * q!)) / 2, 12);
  });

  test.each(activations.filter(({ homogeneous }) => !homogeneous).map((a) => [a.name, a] as const))(
    '%s: the variance stays, and chi_1 = 1',
    (_, activation) => {
      for (const sigmaB of [1e-4, 0.1, 0.6]) {
        const points = edgeOfChaosPoints(activation, sigmaB);
        for (const { sigmaW, q } of points) {
          const maps = feedforwardMaps(activation, { sigmaW, sigmaB });
          expect(Math.abs(maps.variance(q!) / q! - 1)).toBeLessThan(1e-12);
          expect(maps.chi1(q!)).toBeCloseTo(1, 12);
        }
        expect(points.length).toBeGreaterThan(0);
      }
    },
  );

  test.each([
    ['tanh', 1],
    ['swish', 2],
    ['sigmoid-centred', 4],
  ])('%s without biases: sigmaW = 1/phi(0)', (name, sigmaW) => {
    expect(edgeOfChaosPoints(named(name), 0)).toEqual([
      { sigmaW, sigmaB: 0, q: 0, varianceSlope: 1 },
    ]);
  });

  test('swish has one that repels other variances, tanh one that attracts them', () => {
    expect(edgeOfChaosPoints(named('swish'), 0.2)[0].varianceSlope).toBeGreaterThan(1);
    expect(edgeOfChaosPoints(named('tanh'), 0.2)[0].varianceSlope).toBeLessThan(1);
  });

  test('refuses where there is none, and scales that are none', () => {
    const square = {
      ...named('swish'),
      name: 'square',
      phi: (x: number) => x * x,
      dphi: (x: number) => 2 * x,
      ddphi: () => 2,
      atZero: { phi: 0, dphi: 0, ddphi: 2 },
    };
    // E phi^2/E phi'^2 = 3 q^2/(4 q): sigmaB^2 = q/4 up to q = 1e4.
    expect(edgeOfChaosPoints(square, 1)[0].q).toBeCloseTo(4, 12);
    expect(() => edgeOfChaosPoints(square, 51)).toThrow('sigmaB must be at most 50.0000');
    expect(() => edgeOfChaosPoints(named('tanh'), -1)).toThrow('sigmaB is -1; it must be');
  });
});
