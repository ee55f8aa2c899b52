import { describe, expect, test } from 'vitest';
import { drawNormals, largestZ, sample } from '../test/statistics.ts';
import {
  ornsteinUhlenbeckPath,
  reluInfiniteWidthGrowth,
  reluInitialLogNormGrowth,
  reluLogNormDrift,
  reluPath,
} from './finite-width.ts';
import { integrate } from './gauss-quadrature.ts';

const relu = (x: number) => Math.max(x, 0);

/** The last state of Y_l = Y_{l-1} + n^{-1/2} |phi(Y_{l-1})| sqrt(t/L) z_l. */
function lastState(
  start: number[],
  phi: (x: number) => number,
  t: number,
  L: number,
  draw: number,
) {
  const n = start.length;
  const z = drawNormals(31, draw, n * L);
  let state = start;
  for (let l = 0; l < L; l++) {
    const norm = Math.hypot(...state.map(phi));
    const scale = norm * Math.sqrt(t / L / n);
    state = state.map((x, i) => x + scale * z[l * n + i]);
  }
  return state;
}

/** First moment and squared deviation of a normal law. */
const moments =
  ({ mean }: { mean: number }) =>
  (x: number) => [x, (x - mean) ** 2];

// |z| < 4.5 for two statistics: a false alarm at 1.4e-5 a case.
describe('width 1', () => {
  test('relu: geometric Brownian motion', () => {
    const law = reluPath(2, 0.7);
    const samples = sample(2000, (draw) =>
      moments(law)(Math.log(lastState([2], relu, 0.7, 250, draw)[0])),
    );
    expect(largestZ(samples, [law.mean, law.variance])).toBeLessThan(4.5);
    // Negative control: without the Ito correction.
    expect(largestZ(samples, [Math.log(2), law.variance])).toBeGreaterThan(8);
    expect(() => reluPath(0, 1)).toThrow('The initial state is 0; it must be positive');
  });

  test('an activation that makes it an Ornstein-Uhlenbeck process', () => {
    const a = 0.4;
    const slope = (y: number) => Math.exp(a * y * y);
    const h = (y: number) => integrate(slope, 0, y, 1e-10);
    // Newton's method from above, where h is convex: h(1 + sqrt(log(1 + x)/a)) > x.
    const inverse = (x: number) => {
      const size = Math.abs(x);
      let y = Math.min(size, 1 + Math.sqrt(Math.log1p(size) / a));
      for (let step = 1; step > 1e-9;) {
        step = (h(y) - size) / slope(y);
        y -= step;
      }
      return Math.sign(x) * y;
    };
    const law = ornsteinUhlenbeckPath(0.9, a, 1.2);
    const samples = sample(300, (draw) =>
      moments(law)(inverse(lastState([h(0.9)], (x) => slope(inverse(x)), 1.2, 60, draw)[0])),
    );
    expect(largestZ(samples, [law.mean, law.variance])).toBeLessThan(4.5);
    // Negative control: Brownian motion.
    expect(largestZ(samples, [0.9, 1.2])).toBeGreaterThan(5);
  });

  test('Ornstein-Uhlenbeck: no pull is Brownian motion, and long times forget', () => {
    expect(ornsteinUhlenbeckPath(1, 0, 2)).toEqual({ mean: 1, variance: 2 });
    expect(ornsteinUhlenbeckPath(1, 1e-9, 2).variance).toBeCloseTo(2, 7);
    const { mean, variance } = ornsteinUhlenbeckPath(1, 0.5, 100);
    expect(mean).toBeCloseTo(0, 12);
    expect(variance).toBeCloseTo(1, 12);
  });
});

describe('width n, relu', () => {
  test.each([1, 2, 3, 5])('%i active units: the growth of log|phi| by small steps', (active) => {
    const n = 6;
    const x = Array.from({ length: active }, (_, i) => 1 + i);
    const norm = Math.hypot(...x);
    const t = 1e-4;
    const step = Math.sqrt(t / n);
    // The Brownian part, of mean 0, taken out.
    const samples = sample(3000, (draw) => {
      const z = drawNormals(37, draw, active);
      const moved = Math.hypot(...x.map((value, i) => value + step * norm * z[i]));
      const brownian = x.reduce((sum, value, i) => sum + (value / norm) * z[i], 0);
      return [(Math.log(moved / norm) - step * brownian) / t];
    });
    expect(largestZ(samples, [reluLogNormDrift(n, active)])).toBeLessThan(4.5);
    expect(largestZ(samples, [reluLogNormDrift(n, active + 1)])).toBeGreaterThan(6);
  });

  test('G0(n) averages it over the signs of a symmetric state', () => {
    for (let n = 1; n <= 8; n++) {
      let sum = 0;
      for (let signs = 1; signs < 2 ** n; signs++) {
        sum += reluLogNormDrift(n, [...signs.toString(2)].filter((bit) => bit === '1').length);
      }
      expect(reluInitialLogNormGrowth(n)).toBeCloseTo(sum / (2 ** n - 1), 14);
    }
  });

  test('G0 changes sign from 3 to 4', () => {
    expect(reluInitialLogNormGrowth(3).toFixed(4)).toBe('-0.0476');
    expect(reluInitialLogNormGrowth(4).toFixed(4)).toBe('0.0167');
    expect(() => reluInitialLogNormGrowth(0)).toThrow('The width is 0');
  });

  test('the width to infinity after the depth: e^{t/4}', () => {
    const n = 400;
    const start = [...drawNormals(41, 0, n)];
    const before = Math.hypot(...start.map(relu));
    // At width 400 what the finite width changes is -1/n, a fifth of a standard error.
    const samples = sample(20, (draw) => {
      const end = lastState(start, relu, 1, 60, draw);
      return [Math.log(Math.hypot(...end.map(relu)) / before)];
    });
    expect(largestZ(samples, [Math.log(reluInfiniteWidthGrowth(1))])).toBeLessThan(4.5);
    expect(largestZ(samples, [0])).toBeGreaterThan(10);
  });
});
