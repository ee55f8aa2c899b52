import { identity, iidLaw, matrixGaussianLaw, tanh, type Activation } from '@resdiff/networks';
import { iidJacobianLaw, jacobianLaw, linearNetworkJacobian } from '@resdiff/limits';
import { seedKey, streams } from '@resdiff/random';
import { describe, expect, it } from 'vitest';
import { incrementLaw, type JacobianParameterLaw } from '../src/jacobian-law.ts';
import { gramians, logDeterminant, singularValues } from '../src/jacobian-spectrum.ts';
import { jacobianProcesses, jacobianSampler } from '../src/jacobian.ts';
import { zScore } from './statistics.ts';

/** Every |z score| below 5.3: a false alarm at 1.2e-7 each, so at 3e-5 for the some 250 here. */
const bound = 5.3;

interface Sizes {
  readonly depth: number;
  readonly draws: number;
  readonly T?: number;
  readonly activation?: Activation;
}

/** What a draw says of g_L and of the scheme of its inverse. */
function sample(law: JacobianParameterLaw, { depth, draws, T = 1, activation = identity }: Sizes) {
  const { width } = law;
  const sampler = jacobianSampler({
    activation,
    law,
    depth,
    T,
    initial: new Float64Array(width).fill(0.5),
    key: seedKey(45),
    stream: streams.jacobian,
    processes: jacobianProcesses,
    layers: [depth],
  });
  const all = Array.from({ length: draws }, (_, index) => {
    const [{ network, euler, inverse }] = sampler.draw(index);
    return {
      jacobian: network!,
      euler: euler!,
      ...gramians(network!, width),
      inverse: inverse!,
      inverseOuterGramian: gramians(inverse!, width).outerGramian,
      logDeterminant: Float64Array.of(logDeterminant(network!, width).logAbs),
    };
  });
  return (part: keyof (typeof all)[number], entry: number) =>
    Float64Array.from(all, (draw) => draw[part][entry]);
}

type Column = ReturnType<typeof sample>;

/** The largest |z score| of the entries of a matrix. */
function deviation(column: Column, part: Parameters<Column>[0], expected: ArrayLike<number>) {
  return Math.max(
    ...Array.from(expected, (value, entry) => Math.abs(zScore(column(part, entry), value))),
  );
}

const scaledIdentity = (width: number, scale: number) =>
  Float64Array.from({ length: width * width }, (_, i) => (i % (width + 1) === 0 ? scale : 0));

/**
 * phi = id, iid weights of variance sigmaW^2 dt/D, C = sigmaW^2 T: E g = I and
 * E g^T g = E g g^T = (1 + C/L)^L I. For the scheme of the inverse, E = (1 + C/(D L))^L I and
 * E g^{-1} g^{-T} = ((1 + C/(D L))^2 + C/L)^L I.
 */
describe('iid weights, phi = id: exact means at every width and depth', () => {
  it.each([
    [1, 3],
    [2, 10],
    [5, 1],
    [4, 20],
  ])('width %i, depth %i', (width, depth) => {
    const sigmaW = 0.9;
    const column = sample(iidLaw(width, { sigmaW, sigmaB: 0.5 }), { depth, draws: 2000, T: 0.8 });
    const C = sigmaW ** 2 * 0.8;
    const step = 1 + C / (width * depth);
    const expected = {
      jacobian: 1,
      euler: 1,
      gramian: (1 + C / depth) ** depth,
      outerGramian: (1 + C / depth) ** depth,
      inverse: step ** depth,
      inverseOuterGramian: (step ** 2 + C / depth) ** depth,
    };
    for (const [part, scale] of Object.entries(expected)) {
      const matrix = scaledIdentity(width, scale);
      expect(deviation(column, part as keyof typeof expected, matrix)).toBeLessThan(bound);
    }
    const still = scaledIdentity(width, 1);
    for (const part of ['gramian', 'outerGramian', 'inverseOuterGramian'] as const) {
      expect(deviation(column, part, still)).toBeGreaterThan(bound);
    }
  });
});

describe('the laws of infinite depth, at every width', () => {
  // What the depth changes is of relative order 1/L: a third of a standard error, or half of one where
  // phi bends.
  it.each([
    ['identity', 1, identity, 40, 1000],
    ['identity', 4, identity, 40, 1000],
    ['tanh', 4, tanh, 80, 600],
  ])('iid, %s, width %i', (_, width, activation, depth, draws) => {
    const sigmaW = 0.9;
    const law = iidLaw(width, { sigmaW, sigmaB: 0.3 });
    const column = sample(law, { depth, draws, activation });
    const limit = iidJacobianLaw(width, { p1: 1, sigmaW }, 1);
    for (const part of ['gramian', 'outerGramian', 'inverse', 'inverseOuterGramian'] as const) {
      expect(deviation(column, part, scaledIdentity(width, limit[part]))).toBeLessThan(bound);
      // Without growth; at width 1 the tails of squares are too heavy for so many draws.
      const still = deviation(column, part, scaledIdentity(width, 1));
      if (width > 1) expect(still).toBeGreaterThan(bound);
    }
    const { mean, variance } = limit.logDeterminant;
    const values = column('logDeterminant', 0);
    expect(Math.abs(zScore(values, mean))).toBeLessThan(bound);
    const squares = values.map((value) => (value - mean) ** 2);
    expect(Math.abs(zScore(squares, variance))).toBeLessThan(bound);
    expect(Math.abs(zScore(values, 0))).toBeGreaterThan(bound);
  });

  const dependent = matrixGaussianLaw(3, {
    outputCovariance: { name: 'ar1', rho: 0.6, variance: 1.2 },
    inputCovariance: { name: 'low-rank', factor: [[0.3], [0.6], [-0.2]], variance: 0.1 },
    biasCovariance: 'identity',
  });

  it('matrix Gaussian', () => {
    const column = sample(dependent, { depth: 40, draws: 1000 });
    const limit = jacobianLaw(dependent, 1, 1);
    for (const part of ['inverse', 'inverseOuterGramian'] as const) {
      expect(deviation(column, part, limit[part])).toBeLessThan(bound);
      expect(deviation(column, part, scaledIdentity(3, 1))).toBeGreaterThan(bound);
    }
    const { mean, variance } = limit.logDeterminant;
    const values = column('logDeterminant', 0);
    expect(Math.abs(zScore(values, mean))).toBeLessThan(bound);
    const squares = values.map((value) => (value - mean) ** 2);
    expect(Math.abs(zScore(squares, variance))).toBeLessThan(bound);
  });

  it('matrix Gaussian, phi = id, at their depth', () => {
    const column = sample(dependent, { depth: 5, draws: 3000 });
    const exact = linearNetworkJacobian(dependent, { slope: 1, T: 1, depth: 5 });
    for (const part of ['gramian', 'outerGramian'] as const) {
      expect(deviation(column, part, exact[part])).toBeLessThan(bound);
    }
    expect(deviation(column, 'gramian', exact.outerGramian)).toBeGreaterThan(bound);
  });
});

/** The increments that all processes share, against the covariances that they are to have. */
describe('the increments of a matrix Gaussian law', () => {
  const law = matrixGaussianLaw(2, {
    outputCovariance: [
      [1, 0.4],
      [0.4, 0.5],
    ],
    inputCovariance: [
      [0.7, -0.3],
      [-0.3, 0.9],
    ],
    biasCovariance: [
      [1, 1],
      [1, 1],
    ],
    weightDrift: [
      [1, -2],
      [3, 0],
    ],
    biasDrift: [0.5, -1],
  });
  const { increments, gamma, variance, bracket } = incrementLaw(law);
  const dt = 0.25;
  const all = Array.from({ length: 8000 }, (_, draw) =>
    increments({ key: seedKey(46), stream: streams.jacobian, draw, layer: 0 }, dt),
  );
  const W = (o: number, i: number) => Float64Array.from(all, ({ weights }) => weights[2 * o + i]);
  const noise = (o: number, i: number) =>
    W(o, i).map((value) => value - law.weightDrift![2 * o + i] * dt);
  const times = (x: Float64Array, y: Float64Array) => x.map((value, n) => value * y[n]);

  it('have its drift and covariances', () => {
    for (const [o, i] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]) {
      expect(Math.abs(zScore(W(o, i), law.weightDrift![2 * o + i] * dt))).toBeLessThan(bound);
      for (const [p, j] of [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ]) {
        const covariance = law.outputCovariance[2 * o + p] * law.inputCovariance[2 * i + j] * dt;
        const z = zScore(times(noise(o, i), noise(p, j)), covariance);
        expect(Math.abs(z)).toBeLessThan(bound);
      }
    }
    all.forEach(({ biases }) => expect(biases[0] - 0.5 * dt).toBeCloseTo(biases[1] + dt, 12));
  });

  it('have its Gamma, its variance and its bracket', () => {
    const x = Float64Array.of(0.8, -1.5);
    const h = [0, 1].map((d) =>
      Float64Array.from(all, ({ biases }, n) => {
        const b = biases[d] - law.biasDrift![d] * dt;
        return noiseAt(n, d, 0) * x[0] + noiseAt(n, d, 1) * x[1] + b;
      }),
    );
    const { left, right } = gamma(x);
    for (const d of [0, 1]) {
      expect(Math.abs(zScore(times(h[d], h[d]), variance(x)[d] * dt))).toBeLessThan(bound);
      for (const e of [0, 1]) {
        const product = zScore(times(h[d], noise(d, e)), left[d] * right[e] * dt);
        expect(Math.abs(product)).toBeLessThan(bound);
        const path = times(noise(d, 0), noise(0, e)).map(
          (value, n) => value + noiseAt(n, d, 1) * noiseAt(n, 1, e),
        );
        expect(Math.abs(zScore(path, bracket[2 * d + e] * dt))).toBeLessThan(bound);
      }
    }
  });

  function noiseAt(n: number, o: number, i: number): number {
    return all[n].weights[2 * o + i] - law.weightDrift![2 * o + i] * dt;
  }
});

describe('spectra', () => {
  /** U diag(s) V^T with rotations in every plane. */
  function withSingularValues(s: readonly number[]): Float64Array {
    const width = s.length;
    let A = s.map((value, i) => s.map((_, j) => (i === j ? value : 0)));
    const rotate = (rows: number[][], angle: number) => {
      for (let i = 0; i < width; i++) {
        for (let j = i + 1; j < width; j++) {
          const [c, d] = [Math.cos(angle + i + 2 * j), Math.sin(angle + i + 2 * j)];
          [rows[i], rows[j]] = [
            rows[i].map((value, k) => c * value - d * rows[j][k]),
            rows[i].map((value, k) => d * value + c * rows[j][k]),
          ];
        }
      }
      return rows;
    };
    A = rotate(A, 0.3);
    A = rotate(
      A[0].map((_, j) => A.map((row) => row[j])),
      1.1,
    );
    return Float64Array.from(A.flat());
  }

  it.each([[[3]], [[2, 0.5]], [[5, 5, 1, 1e-3]], [[1e3, 7, 7, 2, 1, 0.1, 1e-6]]])(
    'has the singular values %j',
    (values) => {
      const A = withSingularValues(values);
      const found = singularValues(A, values.length);
      values.forEach((value, i) => expect(Math.abs(found[i] / value - 1)).toBeLessThan(1e-8));
      const { logAbs, sign } = logDeterminant(A, values.length);
      expect(logAbs).toBeCloseTo(
        values.reduce((sum, value) => sum + Math.log(value), 0),
        8,
      );
      expect(sign).toBe(1);
    },
  );

  it('knows the sign of a determinant, and that of a singular matrix', () => {
    expect(logDeterminant(Float64Array.of(0, 1, 1, 0), 2)).toEqual({ logAbs: 0, sign: -1 });
    expect(logDeterminant(Float64Array.of(2, 0, 0, -3), 2).sign).toBe(-1);
    expect(logDeterminant(Float64Array.of(1, 1, 1, 1), 2)).toEqual({ logAbs: -Infinity, sign: 0 });
    expect([...singularValues(Float64Array.of(1, 1, 1, 1), 2)]).toEqual([
      expect.closeTo(2, 12),
      expect.closeTo(0, 12),
    ]);
    expect(singularValues(Float64Array.of(NaN, 0, 0, 1), 2)).toEqual(new Float64Array(2).fill(NaN));
  });
});
