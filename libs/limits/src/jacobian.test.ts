import { iidLaw, matrixGaussianLaw } from '@resdiff/networks';
import { determinant, inverse, Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { cholesky } from '../test/matrices.ts';
import { drawNormals, largestZ, sample } from '../test/statistics.ts';
import {
  iidJacobianLaw,
  jacobianDrift,
  jacobianLaw,
  linearNetworkJacobian,
  weightBracket,
} from './jacobian.ts';

const width = 2;
const law = matrixGaussianLaw(width, {
  outputCovariance: { name: 'ar1', rho: 0.7, variance: 0.8 },
  inputCovariance: [
    [0.9, -0.3],
    [-0.3, 0.5],
  ],
  biasCovariance: 'identity',
});
const T = 0.8;

/** eps^W = sO z sI of one draw, layer after layer. */
function weights(draw: number, depth: number): Matrix[] {
  const left = cholesky(law.outputCovariance, width);
  const right = cholesky(law.inputCovariance, width).transpose();
  const normals = drawNormals(23, draw, depth * width ** 2);
  return Array.from({ length: depth }, (_, l) => {
    const z = Matrix.from1DArray(width, width, normals.subarray(4 * l, 4 * l + 4));
    return left.mmul(z).mmul(right);
  });
}

/** g_T of phi(x) = a x: the product of I + a DW. */
function jacobian(draw: number, depth: number, slope: number): Matrix {
  const step = slope * Math.sqrt(T / depth);
  return weights(draw, depth).reduce(
    (g, W) => Matrix.add(g, W.mul(step).mmul(g)),
    Matrix.eye(width),
  );
}

const gramians = (g: Matrix) => [
  ...g.transpose().mmul(g).to1DArray(),
  ...g.mmul(g.transpose()).to1DArray(),
];

describe('matrix Gaussian weights', () => {
  // |z| < 5 for 8 statistics: a false alarm at 5e-6 each.
  test('linear networks: exact at any width and depth', () => {
    const exact = linearNetworkJacobian(law, { slope: 0.9, T, depth: 3 });
    const expected = [...exact.gramian, ...exact.outerGramian];
    const samples = sample(8000, (draw) => gramians(jacobian(draw, 3, 0.9)));
    expect(largestZ(samples, expected)).toBeLessThan(5);
    // Negative control: the two gramians are not the same.
    const swapped = [...exact.outerGramian, ...exact.gramian];
    expect(largestZ(samples, swapped)).toBeGreaterThan(8);
  });

  test('the limit, by simulation at 150 layers', () => {
    const p1 = 0.9;
    const exact = jacobianLaw(law, p1, T);
    const samples = sample(1500, (draw) => {
      const g = jacobian(draw, 150, p1);
      const h = inverse(g);
      const log = Math.log(determinant(g));
      return [
        ...gramians(g),
        ...h.to1DArray(),
        ...h.mmul(h.transpose()).to1DArray(),
        log,
        (log - exact.logDeterminant.mean) ** 2,
      ];
    });
    const expected = [
      ...exact.gramian,
      ...exact.outerGramian,
      ...exact.inverse,
      ...exact.inverseOuterGramian,
      exact.logDeterminant.mean,
      exact.logDeterminant.variance,
    ];
    expect(largestZ(samples, expected)).toBeLessThan(5);
    // Negative control: E g^{-1} without the matrix bracket would be I.
    const wrong = [...expected];
    wrong.splice(8, 4, 1, 0, 0, 1);
    expect(largestZ(samples, wrong)).toBeGreaterThan(8);
  });

  test('deep linear networks approach the limit', () => {
    const deep = linearNetworkJacobian(law, { slope: 0.9, T, depth: 1e8 });
    jacobianLaw(law, 0.9, T).gramian.forEach((value, i) => {
      expect(deep.gramian[i]).toBeCloseTo(value, 7);
    });
  });

  test('brackets by summing the covariances that define them', () => {
    const { outputCovariance: O, inputCovariance: I } = law;
    // cov(eps_oi, eps_pj) = O[o, p] I[i, j].
    const cov = (o: number, i: number, p: number, j: number) => O[2 * o + p] * I[2 * i + j];
    const x = Float64Array.of(1.5, -0.4);
    const [bracket, drift] = [weightBracket(law), jacobianDrift(law, x)];
    for (const i of [0, 1]) {
      for (const j of [0, 1]) {
        expect(bracket[2 * i + j]).toBeCloseTo(cov(i, 0, 0, j) + cov(i, 1, 1, j), 15);
        const expected = cov(i, 0, i, j) * x[0] + cov(i, 1, i, j) * x[1];
        expect(drift[2 * i + j]).toBeCloseTo(expected, 15);
      }
    }
  });

  test('refuses a drift of the weights', () => {
    const drifting = iidLaw(1, { sigmaW: 1, sigmaB: 0, weightDrift: [[0.1]] });
    expect(() => jacobianLaw(drifting, 1, 1)).toThrow('drift mu^W');
  });
});

describe('independent weights', () => {
  test.each([1, 2, 5])('the scalars are those of the matrices at width %i', (width) => {
    const law = iidLaw(width, { sigmaW: 1.2, sigmaB: 0.3 });
    const matrices = jacobianLaw(law, 0.7, 1.1);
    const scalars = iidJacobianLaw(width, { p1: 0.7, sigmaW: 1.2 }, 1.1);
    for (const key of ['gramian', 'outerGramian', 'inverse', 'inverseOuterGramian'] as const) {
      matrices[key].forEach((value, i) => {
        const diagonal = i % (width + 1) === 0;
        expect(value).toBeCloseTo(diagonal ? scalars[key] : 0, 10);
      });
    }
    expect(matrices.logDeterminant.mean).toBeCloseTo(scalars.logDeterminant.mean, 14);
    expect(matrices.logDeterminant.variance).toBeCloseTo(scalars.logDeterminant.variance, 14);
  });

  test('width 1 is a log-normal: E g^s = exp(C s (s - 1)/2)', () => {
    const C = 1.44 * 0.9;
    const { gramian, inverse, inverseOuterGramian } = iidJacobianLaw(
      1,
      { p1: 1, sigmaW: 1.2 },
      0.9,
    );
    expect(gramian).toBeCloseTo(Math.exp(C), 13);
    expect(inverse).toBeCloseTo(Math.exp(C), 13);
    expect(inverseOuterGramian).toBeCloseTo(Math.exp(3 * C), 12);
  });

  test('linear networks: (1 + kT/L)^L, and brackets sigmaW^2/D', () => {
    const law = iidLaw(3, { sigmaW: 1.2, sigmaB: 0.3 });
    const { gramian } = linearNetworkJacobian(law, { slope: 0.5, T: 2, depth: 7 });
    expect(gramian[0]).toBeCloseTo((1 + (0.25 * 1.44 * 2) / 7) ** 7, 13);
    expect(gramian[1]).toBe(0);
    expect(weightBracket(law)[4]).toBeCloseTo(0.48, 15);
    const drift = jacobianDrift(law, Float64Array.of(1, 2, 3));
    [0.48, 0.96, 1.44, 0.48].forEach((value, i) => expect(drift[i]).toBeCloseTo(value, 14));
  });

  test('no weights, no change', () => {
    const { gramian, inverse } = jacobianLaw(iidLaw(2, { sigmaW: 0, sigmaB: 1 }), 1, 3);
    expect([...gramian]).toEqual([1, 0, 0, 1]);
    expect([...inverse]).toEqual([1, 0, 0, 1]);
  });
});
