import { describe, expect, test } from 'vitest';
import { kolmogorovPValue } from './kolmogorov.ts';
import { ksOneSample, ksTwoSample } from './ks.ts';
import { normalCdf } from './normal.ts';

function uniforms(seed: number): () => number {
  let state = seed;
  const next = () => (state = (state * 48271) % 2147483647) / 2147483647;
  for (let i = 0; i < 10; i++) next();
  return next;
}

function normals(seed: number): () => number {
  const uniform = uniforms(seed);
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

const column = (count: number, next: () => number) => Float64Array.from({ length: count }, next);
const share = (values: Float64Array, x: number) =>
  values.filter((value) => value <= x).length / values.length;

describe('ksTwoSample', () => {
  test.each([
    ['continuous', (u: number) => u],
    ['with ties', (u: number) => Math.floor(u * 6)],
  ])('agrees with brute force: %s', (_, map) => {
    const uniform = uniforms(4);
    for (const [n, m] of [
      [1, 1],
      [3, 8],
      [40, 25],
      [100, 101],
    ] as const) {
      const a = column(n, () => map(uniform()));
      const b = column(m, () => map(uniform() ** 1.3));
      const gaps = [...a, ...b].map((x) => Math.abs(share(a, x) - share(b, x)));
      const { distance, at } = ksTwoSample(a, b);
      expect(distance).toBeCloseTo(Math.max(...gaps), 14);
      expect(Math.abs(share(a, at) - share(b, at))).toBeCloseTo(distance, 14);
    }
  });

  test('equal and disjoint samples, in single precision, left in their order', () => {
    const a = Float32Array.of(3, 1, 2);
    expect(ksTwoSample(a, a).distance).toBe(0);
    expect(ksTwoSample(a, Float32Array.of(9, 7))).toMatchObject({ distance: 1, at: 3, se: 0 });
    expect([...a]).toEqual([3, 1, 2]);
  });

  test('independent values: the binomial standard error', () => {
    const normal = normals(5);
    const a = column(300, normal);
    const b = column(200, () => normal() + 0.5);
    const { at, se } = ksTwoSample(a, b);
    const binomial = (values: Float64Array) =>
      (share(values, at) * (1 - share(values, at))) / (values.length - 1);
    expect(se).toBeCloseTo(Math.sqrt(binomial(a) + binomial(b)), 14);
  });

  test('repeating every value within its draw changes neither distance nor standard error', () => {
    const normal = normals(6);
    const [a, b] = [column(50, normal), column(70, () => normal() * 1.5)];
    const repeat = (values: Float64Array) =>
      new Float64Array(values.length * 3).map((_, i) => values[Math.floor(i / 3)]);
    const once = ksTwoSample(a, b);
    const thrice = ksTwoSample(repeat(a), repeat(b), { clusterSize: 3 });
    expect(thrice.distance).toBeCloseTo(once.distance, 14);
    expect(thrice.at).toBe(once.at);
    expect(thrice.se).toBeCloseTo(once.se!, 14);
  });

  test('the clustered standard error is the spread over repeated samples; the plain one is not', () => {
    // Shares up to 0 of N(0, 1) and N(1, 1), 40 draws of 10 values that share half their variance.
    const normal = normals(7);
    const sample = (shift: number) => {
      const values = new Float64Array(400);
      for (let draw = 0; draw < 40; draw++) {
        const shared = normal();
        for (let i = 0; i < 10; i++)
          values[10 * draw + i] = shift + (shared + normal()) / Math.SQRT2;
      }
      return values;
    };
    const runs = Array.from({ length: 300 }, () => {
      const [a, b] = [sample(0), sample(1)];
      const clustered = ksTwoSample(a, b, { clusterSize: 10 });
      const plain = ksTwoSample(a, b);
      return { gap: share(a, 0.5) - share(b, 0.5), clustered: clustered.se!, plain: plain.se! };
    });
    const average = (values: number[]) => values.reduce((s, x) => s + x, 0) / values.length;
    const gaps = runs.map(({ gap }) => gap);
    const spread = Math.sqrt(average(gaps.map((gap) => (gap - average(gaps)) ** 2)));
    // The spread of 300 gaps is known to 4%: four standard deviations are 16%.
    expect(average(runs.map((run) => run.clustered)) / spread).toBeGreaterThan(0.84);
    expect(average(runs.map((run) => run.clustered)) / spread).toBeLessThan(1.16);
    expect(average(runs.map((run) => run.plain)) / spread).toBeLessThan(0.7);
  });

  test('one draw has no standard error', () => {
    const a = Float64Array.of(1, 2);
    expect(ksTwoSample(a, a, { clusterSize: 2 }).se).toBeNull();
  });

  test('refuses empty samples, NaN and broken draws', () => {
    const a = Float64Array.of(1, 2, 3);
    expect(() => ksTwoSample(a, new Float64Array(0))).toThrow('empty');
    expect(() => ksTwoSample(Float64Array.of(1, NaN, 0), a)).toThrow('NaN');
    expect(() => ksTwoSample(a, a, { clusterSize: 2 })).toThrow('3 values');
  });
});

describe('ksOneSample', () => {
  test('agrees with brute force on both sides of every jump', () => {
    const values = column(60, normals(8));
    const gaps = [...values].flatMap((x) => {
      const below = values.filter((value) => value < x).length / 60;
      return [Math.abs(share(values, x) - normalCdf(x)), Math.abs(below - normalCdf(x))];
    });
    expect(ksOneSample(values, normalCdf).distance).toBeCloseTo(Math.max(...gaps), 14);
  });

  test('a single value', () => {
    expect(ksOneSample(Float64Array.of(0), normalCdf)).toEqual({ distance: 0.5, at: 0 });
  });
});

describe('p-values are uniform under the null, 500 samples', () => {
  const uniformity = (pValues: Float64Array) =>
    kolmogorovPValue(ksOneSample(pValues, (p) => p).distance, pValues.length);

  // Fixed seeds; each of the two checks raises a false alarm with probability 1e-3.
  test('one sample', () => {
    const normal = normals(9);
    const pValues = column(500, () =>
      kolmogorovPValue(ksOneSample(column(400, normal), normalCdf).distance, 400),
    );
    expect(uniformity(pValues)).toBeGreaterThan(1e-3);
  });

  test('two samples', () => {
    const normal = normals(10);
    const pValues = column(500, () =>
      kolmogorovPValue(ksTwoSample(column(397, normal), column(503, normal)).distance, 397, 503),
    );
    expect(uniformity(pValues)).toBeGreaterThan(1e-3);
  });

  test('negative control: clustered values and a shifted normal are found out', () => {
    const normal = normals(11);
    const clustered = column(500, () => {
      let shared = 0;
      const values = new Float64Array(400).map((_, i) => {
        if (i % 10 === 0) shared = normal();
        return (shared + normal()) / Math.SQRT2;
      });
      return kolmogorovPValue(ksOneSample(values, normalCdf).distance, 400);
    });
    expect(uniformity(clustered)).toBeLessThan(1e-9);

    const shifted = column(500, () =>
      kolmogorovPValue(
        ksOneSample(
          column(400, () => normal() + 0.1),
          normalCdf,
        ).distance,
        400,
      ),
    );
    expect(uniformity(shifted)).toBeLessThan(1e-9);
  });
});
