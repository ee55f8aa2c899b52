import { activations, findActivation } from '@resdiff/networks';
import { describe, expect, test } from 'vitest';
import { drawNormals, largestZ, sample } from '../test/statistics.ts';
import {
  correlationFixedPoints,
  feedforwardCovariances,
  feedforwardMaps,
  varianceFixedPoints,
} from './feedforward.ts';

const named = (name: string) => findActivation(name)!;
const chaotic = { sigmaW: 1.5, sigmaB: 0.2 };
/** So chaotic that a few layers forget. */
const strong = { sigmaW: 2.5, sigmaB: 0.2 };
const ordered = { sigmaW: 0.9, sigmaB: 0.5 };

describe('feedforwardMaps', () => {
  test.each(activations.map((activation) => [activation.name, activation] as const))(
    '%s: slopes by differences',
    (_, activation) => {
      const maps = feedforwardMaps(activation, chaotic);
      for (const q of [0.3, 2]) {
        const slope = (maps.variance(q + 1e-4) - maps.variance(q - 1e-4)) / 2e-4;
        expect(Math.abs(maps.varianceSlope(q) - slope)).toBeLessThan(1e-6);
        expect(maps.correlation(q, 1)).toBeCloseTo(1, 13);
        // The slope of q' c' at c = 1, one-sided; a kink adds a term of order sqrt(1 - c).
        const step = activation.smooth ? 1e-5 : 1e-8;
        const drop = maps.covariance(q, q, q) - maps.covariance(q, q, (1 - step) * q);
        expect(Math.abs(maps.chi1(q) - drop / (step * q))).toBeLessThan(2e-3);
      }
    },
  );

  test('relu: q halves, the arc-cosine map', () => {
    const { variance, correlation, chi1 } = feedforwardMaps(named('relu'), {
      sigmaW: Math.SQRT2,
      sigmaB: 0,
    });
    expect(variance(3)).toBeCloseTo(3, 14);
    expect(correlation(3, 0)).toBeCloseTo(1 / Math.PI, 14);
    expect(chi1(3)).toBeCloseTo(1, 14);
    expect(chi1(0)).toBe(chi1(3));
  });

  test('erf: the arc-sine kernel', () => {
    const { covariance } = feedforwardMaps(named('erf'), chaotic);
    const exact = 0.04 + 2.25 * (2 / Math.PI) * Math.asin((2 * 1.5) / Math.sqrt(7 * 5));
    expect(covariance(3, 2, 1.5)).toBeCloseTo(exact, 12);
  });
});

describe('feedforwardCovariances', () => {
  // |z| < 4.5 for 9 statistics: a false alarm at 6e-5 a case; the width changes a tenth of that.
  test.each(['tanh', 'relu', 'swish'])('%s: wide networks drawn at random', (name) => {
    const { phi } = named(name);
    const law = { sigmaW: 1.4, sigmaB: 0.3 };
    const start = Float64Array.of(1.2, -0.4, -0.4, 0.7);
    const width = 1500;
    const layers = 3;
    const states = feedforwardCovariances(start, named(name), law, layers);
    // Given a layer, the pre-activations of the next are independent pairs of this covariance.
    const next = ([a, , c, b]: ArrayLike<number> & Iterable<number>, z: Float64Array) => {
      const slope = c / Math.sqrt(a);
      const x = z.subarray(0, width).map((value) => Math.sqrt(a) * value);
      const rest = Math.sqrt(b - slope ** 2);
      const y = x.map((value, d) => (slope * value) / Math.sqrt(a) + rest * z[width + d]);
      return [x, y] as const;
    };
    const average = (x: Float64Array, y: Float64Array) =>
      law.sigmaB ** 2 + (law.sigmaW ** 2 * x.reduce((sum, v, d) => sum + v * y[d], 0)) / width;
    const samples = sample(60, (draw) => {
      const z = drawNormals(5, draw, 2 * width * layers);
      let covariance = [...start];
      return Array.from({ length: layers }, (_, l) => {
        const pair = next(covariance, z.subarray(2 * width * l, 2 * width * (l + 1)));
        const [x, y] = pair.map((values) => values.map(phi));
        covariance = [average(x, x), average(x, y), average(x, y), average(y, y)];
        return [covariance[0], covariance[1], covariance[3]];
      }).flat();
    });
    const expected = states.slice(1).flatMap((state) => [state[0], state[1], state[3]]);
    expect(largestZ(samples, expected)).toBeLessThan(4.5);
    // Negative control: one layer late.
    const late = states.slice(0, -1).flatMap((state) => [state[0], state[1], state[3]]);
    expect(largestZ(samples, late)).toBeGreaterThan(10);
  });

  test('refuses a number of layers that is none', () => {
    const run = (layers: number) => () =>
      feedforwardCovariances(Float64Array.of(1), named('tanh'), chaotic, layers);
    expect(run(-1)).toThrow('The number of layers is -1');
    expect(run(1.5)).toThrow('The number of layers is 1.5');
    expect(run(0)()).toHaveLength(1);
  });
});

describe('fixed points', () => {
  const end = (law: typeof chaotic, c: number) => {
    const start = Float64Array.of(1, c, c, 1);
    const [q, covariance] = feedforwardCovariances(start, named('tanh'), law, 150).at(-1)!;
    return { q, c: covariance / q };
  };

  test('chaos: layers lead to the point of slope below 1, and not to 1', () => {
    const [{ value: q, slope }] = varianceFixedPoints(named('tanh'), strong);
    expect(slope).toBeLessThan(1);
    expect(end(strong, 0).q).toBeCloseTo(q, 12);
    const [inner, one] = correlationFixedPoints(named('tanh'), strong, q);
    expect(inner.slope).toBeLessThan(1);
    expect(one).toMatchObject({ value: 1 });
    expect(one.slope).toBeGreaterThan(1);
    for (const c of [-0.5, 0.99]) expect(end(strong, c).c).toBeCloseTo(inner.value, 8);
  });

  test('order: every pair of inputs becomes one', () => {
    const [{ value: q }] = varianceFixedPoints(named('tanh'), ordered);
    const points = correlationFixedPoints(named('tanh'), ordered, q);
    expect(points).toHaveLength(1);
    expect(points[0].slope).toBeLessThan(1);
    expect(end(ordered, -0.9).c).toBeCloseTo(1, 12);
  });

  test('an odd activation without biases keeps inputs that are opposite or independent', () => {
    const law = { sigmaW: 1.5, sigmaB: 0 };
    const [, { value: q }] = varianceFixedPoints(named('tanh'), law);
    const points = correlationFixedPoints(named('tanh'), law, q);
    expect(points).toHaveLength(3);
    [-1, 0, 1].forEach((c, i) => expect(Math.abs(points[i].value - c)).toBeLessThan(1e-12));
    expect(points[0].slope).toBe(points[2].slope);
    expect(points[1].slope).toBeLessThan(1);
  });

  test('without biases, 0 is one, and another where the weights are large', () => {
    const values = (sigmaW: number) =>
      varianceFixedPoints(named('tanh'), { sigmaW, sigmaB: 0 }).map(({ value }) => value);
    expect(values(0.9)).toEqual([0]);
    expect(values(1.5)).toHaveLength(2);
    expect(varianceFixedPoints(named('relu'), { sigmaW: 1, sigmaB: 0 })).toEqual([
      { value: 0, slope: 0.5 },
    ]);
    expect(varianceFixedPoints(named('relu'), { sigmaW: 1, sigmaB: 1 })[0].value).toBeCloseTo(
      2,
      12,
    );
  });
});
