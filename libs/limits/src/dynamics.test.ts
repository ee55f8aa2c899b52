import { describe, expect, test } from 'vitest';
import { ExplosionError, explosionTime, limitMeanField } from './dynamics.ts';
import { copiedInputsMeanField, type MeanField } from './moments.ts';
import type { LimitParameters } from './parameters.ts';

const tanh = { p1: 1, p2: 0, sigmaW: 1, sigmaB: 1 };
const swish = { p1: 0.5, p2: 0.5, sigmaW: 1, sigmaB: 1 };

/** dm, dq, dlambda of Proposition 5.1 by the classical Runge-Kutta method. */
function rungeKutta(start: MeanField, parameters: LimitParameters, T: number, steps: number) {
  const { p1, p2, sigmaW, sigmaB } = parameters;
  const count = start.m.length;
  const slope = (state: number[]) => {
    const m = state.slice(0, count);
    const s = state.slice(count).map((lambda) => sigmaB ** 2 + sigmaW ** 2 * lambda);
    const S = m.map((_, i) => s[i * count + i]);
    return [
      ...S.map((value) => (p2 / 2) * value),
      ...s.map((value, index) => {
        const i = Math.floor(index / count);
        const j = index % count;
        if (i === j) return (p2 * m[i] + p1 ** 2) * S[i];
        return (p2 / 2) * (S[i] * m[j] + S[j] * m[i]) + p1 ** 2 * value;
      }),
    ];
  };
  const dt = T / steps;
  const move = (state: number[], k: number[], by: number) => state.map((x, i) => x + by * k[i]);
  let state = [...start.m, ...start.lambda];
  for (let step = 0; step < steps; step++) {
    const k1 = slope(state);
    const k2 = slope(move(state, k1, dt / 2));
    const k3 = slope(move(state, k2, dt / 2));
    const k4 = slope(move(state, k3, dt));
    state = state.map((x, i) => x + (dt / 6) * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]));
  }
  return state;
}

function deviation(start: MeanField, parameters: LimitParameters, T: number, steps = 2000) {
  const { m, lambda } = limitMeanField(start, parameters, T);
  const exact = rungeKutta(start, parameters, T, steps);
  return Math.max(
    ...[...m, ...lambda].map((x, i) => Math.abs(x - exact[i]) / Math.max(1, Math.abs(exact[i]))),
  );
}

describe('limitMeanField', () => {
  const general: MeanField = {
    m: Float64Array.of(0.3, -0.8, 1.1),
    lambda: Float64Array.of(0.9, 0.1, 0.5, 0.1, 1.4, -0.7, 0.5, -0.7, 1.3),
  };

  test.each<[string, LimitParameters, number]>([
    ['tanh', tanh, 1],
    ['a long tanh', tanh, 12],
    ['tanh without biases', { ...tanh, sigmaB: 0 }, 1],
    ['tanh without weights', { ...tanh, sigmaW: 0 }, 2],
    ['swish', swish, 1],
    ['swish without weights', { ...swish, sigmaW: 0 }, 3],
    ['swish without biases', { ...swish, sigmaB: 0 }, 1],
    ['swish, small weights', { ...swish, sigmaW: 1e-6 }, 3],
    ['swish, large weights', { ...swish, sigmaW: 1.7, sigmaB: 0.2 }, 0.5],
    ['a tiny curvature', { p1: 1, p2: 1e-7, sigmaW: 1, sigmaB: 1 }, 1],
    ['a negative curvature', { p1: 0.7, p2: -0.6, sigmaW: 1.2, sigmaB: 0.5 }, 0.7],
    ['no slope at 0', { p1: 0, p2: 1, sigmaW: 0.8, sigmaB: 1 }, 0.8],
    ['no movement at all', { p1: 0, p2: 0, sigmaW: 1, sigmaB: 1 }, 2],
  ])('agrees with Runge-Kutta: %s', (_, parameters, T) => {
    expect(deviation(general, parameters, T)).toBeLessThan(1e-9);
    expect(deviation(copiedInputsMeanField([0, 1, -2, 0.4]), parameters, T)).toBeLessThan(1e-9);
  });

  test('agrees with Runge-Kutta on all sides of c = 0, the boundary of tan and coth', () => {
    // c = p2^2 (sigmaB^2 + sigmaW^2 q) - sigmaW^2 (p2 m + p1^2)^2 is 0 here at q = 1.25.
    for (const p1Sign of [1, -1]) {
      for (const shift of [0, 1e-15, -1e-15, 1e-9, -1e-9, 1e-4, -1e-4, 0.3, -0.3]) {
        const start = { m: Float64Array.of(1), lambda: Float64Array.of(1.25 + shift) };
        const parameters = { p1: p1Sign, p2: 1, sigmaW: 1, sigmaB: Math.sqrt(2.75) };
        expect(deviation(start, parameters, 0.5)).toBeLessThan(1e-9);
        const falling = { m: Float64Array.of(-3), lambda: Float64Array.of(9 + shift) };
        const down = { p1: 0, p2: 1, sigmaW: 1, sigmaB: 0 };
        expect(deviation(falling, down, 0.5)).toBeLessThan(1e-9);
      }
    }
  });

  test('stays accurate close to an explosion', () => {
    const start = copiedInputsMeanField([0, 1]);
    expect(deviation(start, swish, 0.9 * 4 * Math.LN2, 20_000)).toBeLessThan(1e-9);
  });

  test('is accurate where closed forms in cosh and sinh would cancel', () => {
    const { m, lambda } = limitMeanField(copiedInputsMeanField([1]), { ...tanh, p2: 1e-80 }, 60);
    expect(m[0] - 1).toBe(0);
    expect(lambda[0] / (2 * Math.exp(60) - 1)).toBeCloseTo(1, 13);
  });

  test('a pair of equal inputs has the closed variance, by quadrature', () => {
    const { m, lambda } = limitMeanField(copiedInputsMeanField([0.6, 0.6]), swish, 2);
    expect(lambda[1]).toBeCloseTo(lambda[0], 12);
    expect(m[0]).toBe(m[1]);
  });

  test('the reference numbers, T = sigmaW = sigmaB = 1', () => {
    const a = limitMeanField(copiedInputsMeanField([0, 1]), tanh, 1);
    expect([...a.m]).toEqual([0, 1]);
    [Math.E - 1, Math.E - 1, Math.E - 1, 2 * Math.E - 1].forEach((x, i) => {
      expect(a.lambda[i]).toBeCloseTo(x, 14);
    });

    const b = limitMeanField(copiedInputsMeanField([0, 1]), swish, 1);
    expect(b.m[0]).toBeCloseTo(0.29092569, 8);
    expect(b.m[1]).toBeCloseTo(1.79339525, 8);
    expect(b.lambda[0] - b.m[0] ** 2).toBeCloseTo(0.29092569, 8);
    expect(b.lambda[3] - b.m[1] ** 2).toBeCloseTo(0.79339525, 8);
    expect(b.lambda[1] - b.m[0] * b.m[1]).toBeCloseTo(0.3387, 5);
  });

  test('time 0 changes nothing', () => {
    const { m, lambda } = limitMeanField(general, swish, 0);
    expect(m).toEqual(general.m);
    lambda.forEach((value, i) => expect(value).toBeCloseTo(general.lambda[i], 15));
  });

  test('refuses times from the explosion on, and names it', () => {
    const start = copiedInputsMeanField([0, 2, 1]);
    let error: unknown;
    try {
      limitMeanField(start, swish, 2);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ExplosionError);
    expect(error).toMatchObject({ input: 1 });
    expect((error as ExplosionError).explosionTime).toBeCloseTo(1.72163576, 8);
    expect((error as ExplosionError).message).toContain('T = 2');
    expect((error as ExplosionError).message).toContain('T must be smaller than 1.72163.');
  });
});

describe('explosionTime', () => {
  test.each([
    [0, 4.8367983],
    [1, 4 * Math.LN2],
    [2, 1.72163576],
    [0.75, 3.2],
  ])('swish, copied input %f', (z, time) => {
    expect(explosionTime(z, z * z, swish)).toBeCloseTo(time, 8);
  });

  test.each([-1e4, -1e8, -1e12])('swish, large and negative: %f', (z) => {
    // Of copied inputs c = p2^2 sigmaB^2 - sigmaW^2 p1^2 (2 p2 z + p1^2), and y0 lies far below -sqrt(c).
    const [root, y] = [Math.sqrt(0.25 - (z + 0.25) / 4), -z / 2 - 0.25];
    const exact = (2 / root) * (Math.PI - Math.atan(root / y));
    const relative = (q: number) => Math.abs(explosionTime(z, q, swish) / exact - 1);
    expect(relative(z * z)).toBeLessThan(1e-14);
    // Negative control: a second moment that is off by a rounding error at most.
    expect(relative(z * z * (1 + 3e-16))).toBeGreaterThan(1e-14);
  });

  test('is where 1/y reaches 0, y integrated backwards from the end by Runge-Kutta', () => {
    for (const parameters of [
      swish,
      { p1: 1, p2: -0.8, sigmaW: 1.3, sigmaB: 0.4 },
      { p1: 0.3, p2: 1, sigmaW: 0.5, sigmaB: 0.1 },
    ]) {
      for (const z of [-1.5, -0.2, 0, 0.4, 3]) {
        const time = explosionTime(z, z * z, parameters);
        if (time === Infinity) continue;
        // w = 1/y obeys w' = -(sigmaW^2 + c w^2)/2 and is 0 at the explosion.
        const { p1, p2, sigmaW, sigmaB } = parameters;
        const y = p2 * z + p1 ** 2;
        const c = p2 ** 2 * (sigmaB ** 2 + sigmaW ** 2 * z * z) - (sigmaW * y) ** 2;
        const slope = (w: number) => (sigmaW ** 2 + c * w * w) / 2;
        if (y <= 0) continue;
        let w = 0;
        const dt = time / 20_000;
        for (let i = 0; i < 20_000; i++) {
          const k1 = slope(w);
          const k2 = slope(w + (dt / 2) * k1);
          const k3 = slope(w + (dt / 2) * k2);
          w += (dt / 6) * (k1 + 2 * k2 + 2 * k3 + slope(w + dt * k3));
        }
        expect(Math.abs(w * y - 1)).toBeLessThan(1e-9);
      }
    }
  });

  test('the mean diverges just before it, from every side of c = 0 and for y0 < 0', () => {
    for (const [m, q] of [
      [-3, 9.5],
      [-3, 12],
      [1, 1.25],
      [1, 1.25 + 1e-9],
      [1, 1.25 - 1e-9],
    ] as const) {
      const parameters = { p1: 1, p2: 1, sigmaW: 1, sigmaB: Math.sqrt(2.75) };
      const time = explosionTime(m, q, parameters);
      expect(time).toBeLessThan(Infinity);
      const start = { m: Float64Array.of(m), lambda: Float64Array.of(q) };
      expect(limitMeanField(start, parameters, time * (1 - 1e-6)).m[0]).toBeGreaterThan(1e4);
      expect(() => limitMeanField(start, parameters, time)).toThrow(ExplosionError);
    }
  });

  test('never: no curvature, no weights, nothing that moves, or y falling from below 0', () => {
    expect(explosionTime(1, 1, tanh)).toBe(Infinity);
    expect(explosionTime(1e200, Infinity, tanh)).toBe(Infinity);
    expect(explosionTime(1, 1, { ...swish, sigmaW: 0 })).toBe(Infinity);
    expect(explosionTime(0, 0, { ...swish, sigmaB: 0 })).toBe(Infinity);
    expect(explosionTime(-3, 9, { p1: 0, p2: 1, sigmaW: 1, sigmaB: 0 })).toBe(Infinity);
  });

  test('else always, for curved activations and moments that exist (q >= m^2)', () => {
    for (const p2 of [-2, -0.3, 0.1, 1.5]) {
      for (const m of [-4, -0.5, 0, 0.2, 3]) {
        for (const variance of [0, 0.7]) {
          const parameters = { p1: 0.8, p2, sigmaW: 0.6, sigmaB: 0.3 };
          const time = explosionTime(m, m * m + variance, parameters);
          expect(time).toBeGreaterThan(0);
          expect(time).toBeLessThan(Infinity);
        }
      }
    }
  });

  test('grows without bound as the curvature vanishes', () => {
    const times = [1, 0.1, 1e-2, 1e-4, 1e-8].map((p2) => explosionTime(0, 0, { ...tanh, p2 }));
    for (let i = 1; i < times.length; i++) expect(times[i]).toBeGreaterThan(times[i - 1]);
    expect(times[4]).toBeCloseTo(Math.log(4 / 1e-16), 6);
  });
});
