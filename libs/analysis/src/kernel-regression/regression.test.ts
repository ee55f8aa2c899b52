import { describe, expect, test } from 'vitest';
import { column, deviation, images, normals, oneHot } from '../../test/random.ts';
import { evaluateAffine } from './affine-function.ts';
import { affineVariance, fitAffineRegression, meanAffineVariance } from './affine-regression.ts';
import { NotPositiveDefiniteError } from './cholesky.ts';
import { affineKernel, kernelOf } from './kernel.ts';
import { fitKernelRegression, kernelMean, kernelVariance } from './kernel-regression.ts';
import { regressionData } from './regression-data.ts';
import type { Rows } from './rows.ts';

const pixels = 60;
const inputs: Rows = { values: images(1, 300, pixels), columns: pixels, scale: 1 / 255 };
const queries: Rows = { values: images(2, 70, pixels), columns: pixels, scale: 1 / 255 };
const targets: Rows = { values: oneHot(3, 300, 10), columns: 10 };
const data = regressionData(inputs, targets);

describe('the primal equals the dual, constant and repeated pixels among the inputs', () => {
  test.each([
    { constant: 0.017, slope: 0.0035, noise: 1 / 20_000 },
    { constant: 0.044, slope: 0.01, noise: 1 / 20_000 },
    { constant: 1, slope: 1, noise: 0.1 },
    { constant: 100, slope: 1e-4, noise: 1e-2 },
    { constant: 0, slope: 0.2, noise: 0.5 },
    { constant: 0.2, slope: 0, noise: 0.5 },
  ])('%o', ({ noise, ...kernel }) => {
    const primal = fitAffineRegression(data, kernel, noise);
    const dual = fitKernelRegression(inputs, targets, affineKernel(kernel), noise);
    for (const rows of [queries, inputs]) {
      const mean = evaluateAffine(primal.mean, rows);
      expect(mean.columns).toBe(10);
      expect(deviation(mean.values, kernelMean(dual, rows).values)).toBeLessThan(1e-9);
    }
    // The dual subtracts from k(x, x), which may be 10^5 times what remains.
    const prior = affineKernel(kernel).diagonal(queries);
    const exact = kernelVariance(dual, queries);
    affineVariance(primal, queries).forEach((variance, i) => {
      expect(Math.abs(variance - exact[i])).toBeLessThan(1e-9 * prior[i]);
    });
    const variances = affineVariance(primal, queries);
    const average = variances.reduce((sum, variance) => sum + variance, 0) / variances.length;
    const summed = regressionData(queries, { values: oneHot(4, 70, 10), columns: 10 });
    expect(meanAffineVariance(primal, summed) / average).toBeCloseTo(1, 9);
    expect(deviation(primal.logMarginalLikelihoods, dual.logMarginalLikelihoods)).toBeLessThan(
      1e-9,
    );
    expect(primal.logMarginalLikelihood / dual.logMarginalLikelihood).toBeCloseTo(1, 9);
  });

  test('also with fewer inputs than coordinates', () => {
    const few = { ...inputs, values: inputs.values.subarray(0, 20 * pixels) };
    const some = { ...targets, values: targets.values.subarray(0, 200) };
    const kernel = { constant: 0.04, slope: 0.01 };
    const primal = fitAffineRegression(regressionData(few, some), kernel, 0.01);
    const dual = fitKernelRegression(few, some, affineKernel(kernel), 0.01);
    expect(
      deviation(evaluateAffine(primal.mean, queries).values, kernelMean(dual, queries).values),
    ).toBeLessThan(1e-11);
    expect(deviation(primal.logMarginalLikelihoods, dual.logMarginalLikelihoods)).toBeLessThan(
      1e-11,
    );
  });
});

describe('the dual', () => {
  test('of one and of two inputs, by hand', () => {
    const kernel = kernelOf((x, y) => Math.exp(-((x[0] - y[0]) ** 2) / 2));
    const one = fitKernelRegression(
      { values: Float64Array.of(0), columns: 1 },
      { values: Float64Array.of(3), columns: 1 },
      kernel,
      0.5,
    );
    const at = { values: Float64Array.of(1, 2), columns: 2, scale: 1 };
    const query = { ...at, columns: 1 };
    const near = Math.exp(-0.5);
    expect(kernelMean(one, query).values[0]).toBeCloseTo((3 * near) / 1.5, 14);
    expect(kernelVariance(one, query)[0]).toBeCloseTo(1 - near ** 2 / 1.5, 14);
    expect(one.logMarginalLikelihood).toBeCloseTo(
      -(9 / 1.5 + Math.log(1.5) + Math.log(2 * Math.PI)) / 2,
      14,
    );

    // [[1.5, c], [c, 1.5]] has the inverse [[1.5, -c], [-c, 1.5]] / (2.25 - c^2).
    const two = fitKernelRegression(
      { values: Float64Array.of(0, 1), columns: 1 },
      { values: Float64Array.of(3, -1), columns: 1 },
      kernel,
      0.5,
    );
    const determinant = 2.25 - near ** 2;
    const coefficients = [(4.5 + near) / determinant, (-3 * near - 1.5) / determinant];
    const values = [near * coefficients[0] + coefficients[1]];
    expect(deviation(two.coefficients, coefficients)).toBeLessThan(1e-14);
    expect(kernelMean(two, query).values[0]).toBeCloseTo(values[0], 14);
    const quadratic = 3 * coefficients[0] - coefficients[1];
    expect(two.logMarginalLikelihood).toBeCloseTo(
      -(quadratic + Math.log(determinant) + 2 * Math.log(2 * Math.PI)) / 2,
      13,
    );
  });

  test('interpolates without noise, and knows what it has seen', () => {
    const x = { values: column(40, (i) => i / 8), columns: 1 };
    const y = { values: column(40, (i) => Math.sin(i / 8)), columns: 1 };
    const kernel = kernelOf((a, b) => Math.exp(-Math.abs(a[0] - b[0])));
    const fit = fitKernelRegression(x, y, kernel, 0);
    expect(deviation(kernelMean(fit, x).values, y.values)).toBeLessThan(1e-12);
    for (const variance of kernelVariance(fit, x)) expect(variance).toBeLessThan(1e-12);
  });

  test('the log marginal likelihood is the product of the predictive densities, one by one', () => {
    const count = 30;
    const normal = normals(4);
    const x = column(count, normal);
    const y = column(count, normal);
    const kernel = kernelOf((a, b) => Math.exp(-((a[0] - b[0]) ** 2)));
    const rows = (values: Float64Array): Rows => ({ values, columns: 1 });
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const seen =
        i === 0
          ? { mean: 0, variance: 1 }
          : (() => {
              const fit = fitKernelRegression(
                rows(x.subarray(0, i)),
                rows(y.subarray(0, i)),
                kernel,
                0.3,
              );
              const next = rows(x.subarray(i, i + 1));
              return {
                mean: kernelMean(fit, next).values[0],
                variance: kernelVariance(fit, next)[0],
              };
            })();
      const variance = seen.variance + 0.3;
      sum -= ((y[i] - seen.mean) ** 2 / variance + Math.log(2 * Math.PI * variance)) / 2;
    }
    const whole = fitKernelRegression(rows(x), rows(y), kernel, 0.3);
    expect(whole.logMarginalLikelihood).toBeCloseTo(sum, 10);
  });
});

describe('the predictive variance is calibrated', () => {
  // Fixed seed. 2000 squared residuals in units of the predictive variance have mean 1 and standard
  // error 0.032: the bound of four is passed with probability 6e-5.
  const normal = normals(21);
  const [constant, slope, noise] = [0.5, 0.3, 0.2];
  const size = 5;
  const squares = column(2000, () => {
    const x = column(6 * size, normal);
    const alpha = Math.sqrt(constant) * normal();
    const beta = column(size, () => Math.sqrt(slope) * normal());
    const y = column(6, (i) =>
      beta.reduce(
        (sum, value, j) => sum + value * x[i * size + j],
        alpha + Math.sqrt(noise) * normal(),
      ),
    );
    const rows = (from: number, to: number) => ({
      values: x.subarray(from * size, to * size),
      columns: size,
    });
    const seen = regressionData(rows(0, 5), { values: y.subarray(0, 5), columns: 1 });
    const fit = fitAffineRegression(seen, { constant, slope }, noise);
    const mean = evaluateAffine(fit.mean, rows(5, 6)).values[0];
    return (y[5] - mean) ** 2 / (affineVariance(fit, rows(5, 6))[0] + noise);
  });
  const average = squares.reduce((sum, value) => sum + value, 0) / squares.length;

  test('new targets fall as far from the mean as it says', () => {
    expect(Math.abs(average - 1)).toBeLessThan(4 * Math.sqrt(2 / squares.length));
  });

  test('negative control: variances a fifth too small are found out', () => {
    expect(average / 0.8 - 1).toBeGreaterThan(4 * Math.sqrt(2 / squares.length));
  });
});

describe('refuses', () => {
  const kernel = { constant: 1, slope: 1 };
  const repeated = {
    ...inputs,
    values: Uint8Array.from({ length: 2 * pixels }, (_, i) => i % pixels),
  };
  const pair = { values: Float64Array.of(1, 2), columns: 1 };

  test('inputs that repeat, without noise', () => {
    expect(() => fitKernelRegression(repeated, pair, affineKernel(kernel), 0)).toThrow(
      NotPositiveDefiniteError,
    );
    expect(() => fitAffineRegression(regressionData(repeated, pair), kernel, 0)).toThrow(
      'pivot 1 is',
    );
  });

  test('variances that are none, kernels that are not symmetric or not finite', () => {
    expect(() => fitAffineRegression(data, kernel, -0.1)).toThrow('noise variance is -0.1');
    expect(() => fitAffineRegression(data, { ...kernel, slope: NaN }, 1)).toThrow('slope is NaN');
    expect(() => fitAffineRegression(data, { ...kernel, constant: -1 }, 1)).toThrow(
      'constant is -1',
    );
    expect(() => fitKernelRegression(inputs, targets, affineKernel(kernel), NaN)).toThrow(
      'noise variance is NaN',
    );
    const lopsided = kernelOf((x, y) => x[10] - y[12]);
    expect(() => fitKernelRegression(inputs, targets, lopsided, 1)).toThrow('must be equal');
    const undefinedKernel = kernelOf(() => NaN);
    expect(() => fitKernelRegression(inputs, targets, undefinedKernel, 1)).toThrow(
      'row 0, column 0 is NaN',
    );
  });

  test('queries of another size, targets of another count', () => {
    const other = { ...queries, columns: pixels / 2 };
    const primal = fitAffineRegression(data, kernel, 1);
    const dual = fitKernelRegression(inputs, targets, affineKernel(kernel), 1);
    for (const predict of [
      () => evaluateAffine(primal.mean, other),
      () => affineVariance(primal, other),
      () => kernelMean(dual, other),
      () => kernelVariance(dual, other),
    ]) {
      expect(predict).toThrow('rows of 30 columns, must be 60');
    }
    expect(() => fitKernelRegression(inputs, pair, affineKernel(kernel), 1)).toThrow(
      '300 inputs and 2 targets',
    );
  });
});
