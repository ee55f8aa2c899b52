import { convolutionLaw, findActivation, iidLaw } from '@resdiff/networks';
import { describe, expect, test } from 'vitest';
import { cholesky } from '../test/matrices.ts';
import { drawNormals, largestZ, sample } from '../test/statistics.ts';
import { convolutionalInstantaneousMoments } from './convolutional-moments.ts';
import { NoDiffusionLimitError } from './parameters.ts';

const named = (name: string) => findActivation(name)!;
const image = { rows: 1, columns: 3, kernel: 3 };
const [width, taps] = [2, 9];
const covariances = {
  outputCovariance: { name: 'ar1', rho: 0.6, variance: 1.5 },
  rowCovariance: { name: 'ar1', rho: -0.5, variance: 0.8 },
  columnCovariance: { name: 'low-rank', factor: [[1], [-0.5], [0.3]], variance: 0.4 },
  inputCovariance: { name: 'ar1', rho: 0.3, variance: 0.7 },
  biasCovariance: { name: 'ar1', rho: -0.4 },
} as const;
const law = convolutionLaw(width, 3, covariances);
const states = [Float64Array.of(0.4, -1.2), Float64Array.of(1, 0.3), Float64Array.of(-0.6, 2)];

/** The roots sO (Sigma_O = sO sO^T), and s of Sigma_U, Sigma_V, Sigma_I = s^T s, entry by entry. */
function roots() {
  const ar1 = (size: number, rho: number, variance: number) =>
    Float64Array.from(
      { length: size * size },
      (_, at) => variance * rho ** Math.abs(Math.floor(at / size) - (at % size)),
    );
  const factor = [1, -0.5, 0.3];
  const columns = Float64Array.from({ length: 9 }, (_, at) => {
    const [i, j] = [Math.floor(at / 3), at % 3];
    return factor[i] * factor[j] + (i === j ? 0.4 : 0);
  });
  return {
    output: cholesky(ar1(2, 0.6, 1.5), 2),
    rows: cholesky(ar1(3, -0.5, 0.8), 3).transpose(),
    columns: cholesky(columns, 3).transpose(),
    input: cholesky(ar1(2, 0.3, 0.7), 2).transpose(),
    bias: cholesky(ar1(2, -0.4, 1), 2),
  };
}

/** h_p = eps^W psi(x_{*p}) + eps^b of the three sites, from eps^W = sO z (sU (x) sV (x) sI). */
function preactivations(psi: (x: number) => number) {
  const s = roots();
  return (draw: number): number[] => {
    const z = drawNormals(17, draw, width * taps * width + width);
    // sO z first, then each of the three factors along its own index.
    const along = (o: number, u: number, v: number, i: number) => {
      let sum = 0;
      for (let a = 0; a < width; a++) {
        for (let row = 0; row < 3; row++) {
          for (let column = 0; column < 3; column++) {
            for (let d = 0; d < width; d++) {
              const normal = z[((a * 3 + row) * 3 + column) * width + d];
              sum +=
                s.output.get(o, a) *
                normal *
                s.rows.get(row, u) *
                s.columns.get(column, v) *
                s.input.get(d, i);
            }
          }
        }
      }
      return sum;
    };
    // Of an image of one row, only the middle row of a patch is inside.
    const weights = [0, 1].map((o) => [0, 1, 2].map((v) => [0, 1].map((i) => along(o, 1, v, i))));
    const bias = [0, 1].map((o) =>
      [0, 1].reduce((sum, a) => sum + s.bias.get(o, a) * z[width * taps * width + a], 0),
    );
    return states.flatMap((_, p) =>
      [0, 1].map((o) => {
        let h = bias[o];
        for (let v = 0; v < 3; v++) {
          states[p + v - 1]?.forEach((x, i) => (h += weights[o][v][i] * psi(x)));
        }
        return h;
      }),
    );
  };
}

describe('the coefficients of the convolutional limit', () => {
  test('are those of simulated steps, between all sites', () => {
    const { covariance } = convolutionalInstantaneousMoments(
      states,
      named('identity'),
      law,
      image,
      named('tanh'),
    );
    const draw = preactivations(Math.tanh);
    const pairs = [0, 1, 2].flatMap((p) => [0, 1, 2].map((other) => [p, other] as const));
    const samples = sample(4000, (index) => {
      const h = draw(index);
      return pairs.flatMap(([p, other]) =>
        [0, 1].flatMap((o) => [0, 1].map((i) => h[2 * p + o] * h[2 * other + i])),
      );
    });
    const expected = pairs.flatMap(([p, other]) => [...covariance(p, other)]);
    // 36 statistics: a false alarm at 2e-5.
    expect(largestZ(samples, expected)).toBeLessThan(5);
    // Negative control: Sigma_U and Sigma_V in each other's place.
    const { rowCovariance, columnCovariance, ...rest } = covariances;
    const swapped = convolutionLaw(width, 3, {
      ...rest,
      rowCovariance: columnCovariance,
      columnCovariance: rowCovariance,
    });
    const wrong = convolutionalInstantaneousMoments(
      states,
      named('identity'),
      swapped,
      image,
      named('tanh'),
    );
    const wrongCovariances = pairs.flatMap(([p, other]) => [...wrong.covariance(p, other)]);
    expect(largestZ(samples, wrongCovariances)).toBeGreaterThan(8);
  });

  test('by hand, with independent parameters and drifts', () => {
    const drifts = { biasDrift: [0.5, -1] };
    const iid = { ...iidLaw(width, { sigmaW: 1.5, sigmaB: 0.5, ...drifts }) };
    const { drift, covariance } = convolutionalInstantaneousMoments(
      states,
      named('swish'),
      iid,
      image,
    );
    const square = (x: Float64Array) => x[0] ** 2 + x[1] ** 2;
    // The patch about site 0 holds sites 0 and 1.
    const V = 0.5 ** 2 + (1.5 ** 2 / 2) * (square(states[0]) + square(states[1]));
    covariance(0, 0).forEach((value, at) =>
      expect(value).toBeCloseTo([V / 4, 0, 0, V / 4][at], 14),
    );
    drift[0].forEach((value, o) =>
      expect(value).toBeCloseTo(0.5 * drifts.biasDrift[o] + 0.25 * V, 14),
    );
  });
});

describe('refuses', () => {
  test.each([
    ['sites that are not those of an image', states.slice(1), /states of 2 sites; an image has 3/],
    ['states of another width', [...states.slice(1), Float64Array.of(1)], /has 1 coordinates/],
  ])('%s', (_, given, message) => {
    expect(() => convolutionalInstantaneousMoments(given, named('tanh'), law, image)).toThrow(
      message,
    );
  });

  test('an activation without a limit, and a covariance of another size', () => {
    expect(() => convolutionalInstantaneousMoments(states, named('relu'), law, image)).toThrow(
      NoDiffusionLimitError,
    );
    const wrong = { ...covariances, rowCovariance: [[1]] };
    expect(() => convolutionLaw(width, 3, wrong)).toThrow(
      'rowCovariance is 1 x 1; it must be 3 x 3.',
    );
  });
});
