import { describe, expect, test } from 'vitest';
import type { CovarianceSpec } from './covariance-spec.ts';
import { covarianceMatrix } from './covariances.ts';
import {
  generalLaw,
  iidAsMatrixGaussian,
  iidLaw,
  matrixGaussianAsGeneral,
  matrixGaussianLaw,
} from './parameter-laws.ts';

const rowsOf = (matrix: Float64Array, size: number) =>
  Array.from({ length: size }, (_, i) => [...matrix.subarray(i * size, (i + 1) * size)]);

describe('covarianceMatrix', () => {
  const build = (spec: CovarianceSpec, size = 3) =>
    rowsOf(covarianceMatrix(spec, size, 'Sigma'), size);

  test('by name', () => {
    expect(build('identity', 2)).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(build({ name: 'identity', variance: 0.25 }, 2)).toEqual([
      [0.25, 0],
      [0, 0.25],
    ]);
    expect(build({ name: 'diagonal', variances: [1, 0, 4] })).toEqual([
      [1, 0, 0],
      [0, 0, 0],
      [0, 0, 4],
    ]);
    expect(build({ name: 'ar1', rho: -0.5, variance: 2 })).toEqual([
      [2, -1, 0.5],
      [-1, 2, -1],
      [0.5, -1, 2],
    ]);
    expect(build({ name: 'low-rank', factor: [[1], [2], [0]], variance: 0.5 })).toEqual([
      [1.5, 2, 0],
      [2, 4.5, 0],
      [0, 0, 0.5],
    ]);
  });

  test('inline', () => {
    const rows = [
      [2, 1],
      [1, 2],
    ];
    expect(build(rows, 2)).toEqual(rows);
  });

  test.each<[string, CovarianceSpec]>([
    ['of rank 1', [[1, 2, 3], [2, 4, 6], [3, 6, 9]]], // prettier-ignore
    ['of zeros', [[0, 0, 0], [0, 0, 0], [0, 0, 0]]], // prettier-ignore
    ['fully correlated', { name: 'ar1', rho: 1 }],
    ['low rank alone', { name: 'low-rank', factor: [[0.1], [0.7], [-0.3]], variance: 0 }],
  ])('a singular covariance is one: %s', (_, spec) => {
    const rows = build(spec);
    expect(build(rows)).toEqual(rows);
  });

  test.each<[string, CovarianceSpec, string]>([
    ['another size', [[1]], 'Sigma is 1 x 1; it must be 3 x 3.'],
    ['ragged', [[1, 0, 0], [0, 1], [0, 0, 1]], 'Sigma is 3 x 3 or 2; it must be 3 x 3.'], // prettier-ignore
    ['NaN', [[1, 0, 0], [0, NaN, 0], [0, 0, 1]], 'Sigma[1][1] is NaN; it must be a finite'], // prettier-ignore
    ['infinite', [[1, 0, 0], [0, 1, 0], [0, 0, Infinity]], 'Sigma[2][2] is Infinity'], // prettier-ignore
    [
      'not symmetric',
      [[1, 0.5, 0], [0.25, 1, 0], [0, 0, 1]], // prettier-ignore
      'Sigma[0][1] is 0.5 and Sigma[1][0] is 0.25; it must be symmetric.',
    ],
    [
      'a diagonal of another size',
      { name: 'diagonal', variances: [1, 1] },
      'has 2 entries; it must have 3',
    ],
    [
      'a negative diagonal',
      { name: 'diagonal', variances: [1, -1, 1] },
      'The variance of Sigma[1][1] is -1',
    ],
    ['a negative identity', { name: 'identity', variance: -2 }, 'The variance of Sigma is -2'],
    ['rho', { name: 'ar1', rho: 1.5 }, 'rho of Sigma is 1.5; it must be in [-1, 1].'],
    [
      'a factor',
      { name: 'low-rank', factor: [[1], [1]] },
      'The factor of Sigma is 2 x 1; it must be 3 x 1.',
    ],
    [
      'a name',
      { name: 'toeplitz' } as never,
      'Sigma has the name "toeplitz"; it must be one of identity',
    ],
  ])('refuses %s', (_, spec, message) => {
    expect(() => build(spec)).toThrow(message);
    expect(() => build(spec)).toThrow(RangeError);
  });

  test('refuses a negative eigenvalue, and says which', () => {
    const spec = [
      [1, 2],
      [2, 1],
    ];
    let message = '';
    try {
      build(spec, 2);
    } catch (error) {
      message = (error as Error).message;
    }
    const eigenvalue = Number(/eigenvalue (\S+);/.exec(message)![1]);
    expect(eigenvalue).toBeCloseTo(-1, 14);
    expect(() => build([[1, 0, 0], [0, -1e-9, 0], [0, 0, 1]])).toThrow('eigenvalue -1e-9;'); // prettier-ignore
  });
});

describe('parameter laws', () => {
  const drifts = {
    weightDrift: [
      [1, 2],
      [3, 4],
    ],
    biasDrift: [5, 6],
  };

  test('the three describe one and the same', () => {
    const iid = iidLaw(2, { sigmaW: 2, sigmaB: 3, ...drifts });
    expect([...iid.weightDrift!]).toEqual([1, 2, 3, 4]);
    expect([...iid.biasDrift!]).toEqual([5, 6]);
    const matrixGaussian = iidAsMatrixGaussian(iid);
    expect(matrixGaussian).toMatchObject({ kind: 'matrix-gaussian', width: 2 });
    expect(matrixGaussian.weightDrift).toEqual(iid.weightDrift);
    const general = matrixGaussianAsGeneral(matrixGaussian);
    expect(general).not.toHaveProperty('outputCovariance');
    expect(rowsOf(general.weightCovariance, 4)).toEqual([
      [2, 0, 0, 0],
      [0, 2, 0, 0],
      [0, 0, 2, 0],
      [0, 0, 0, 2],
    ]);
    expect([...general.biasCovariance]).toEqual([9, 0, 0, 9]);
  });

  test('Sigma^W of a matrix Gaussian law has rows o D + i', () => {
    const law = matrixGaussianLaw(2, {
      outputCovariance: { name: 'diagonal', variances: [1, 10] },
      inputCovariance: { name: 'ar1', rho: 0.5 },
      biasCovariance: 'identity',
    });
    expect(rowsOf(matrixGaussianAsGeneral(law).weightCovariance, 4)).toEqual([
      [1, 0.5, 0, 0],
      [0.5, 1, 0, 0],
      [0, 0, 10, 5],
      [0, 0, 5, 10],
    ]);
  });

  test('a general law takes a matrix that is built, and checks it', () => {
    const weightCovariance = covarianceMatrix({ name: 'ar1', rho: 0.9 }, 4, '');
    const law = generalLaw(2, { weightCovariance, biasCovariance: 'identity' });
    expect(law.weightCovariance).toBe(weightCovariance);
    const build = (matrix: Float64Array) => () =>
      generalLaw(2, { weightCovariance: matrix, biasCovariance: 'identity' });
    expect(build(new Float64Array(9))).toThrow('weightCovariance is 3 x 3; it must be 4 x 4.');
    expect(build(new Float64Array(5))).toThrow(
      'weightCovariance is of 5 entries; it must be 4 x 4.',
    );
    expect(build(weightCovariance.map((x) => -x))).toThrow(
      'weightCovariance has the eigenvalue -3.',
    );
  });

  test('refuses scales, widths and drifts that are none', () => {
    const law = { sigmaW: 1, sigmaB: 1 };
    expect(() => iidLaw(2, { ...law, sigmaW: -1 })).toThrow('sigmaW is -1; it must be');
    expect(() => iidLaw(2, { ...law, sigmaB: NaN })).toThrow('sigmaB is NaN');
    expect(() => iidLaw(0, law)).toThrow('The width is 0; it must be a positive integer.');
    expect(() => iidLaw(2, { ...law, weightDrift: [[1, 2]] })).toThrow('weightDrift is 1 x 2; it must be 2 x 2.'); // prettier-ignore
    expect(() => iidLaw(2, { ...law, biasDrift: [1] })).toThrow('biasDrift has 1 entries');
    expect(() => iidLaw(2, { ...law, biasDrift: [1, NaN] })).toThrow('biasDrift[1] is NaN');
  });
});
