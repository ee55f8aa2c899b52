import { findActivation } from '@resdiff/networks';
import { expect, test } from 'vitest';
import { copiedInputsCorrelation, limitKernel } from './kernels.ts';
import { copiedInputsMeanField } from './moments.ts';
import { CurvatureError } from './parameters.ts';
import { transitionDensity } from './transition.ts';

const law = { sigmaW: 0.9, sigmaB: 0.3 };
const parameters = { ...law, p1: 1, p2: 0 };
const z = [0.5, -1, 2];

test('limitKernel is the covariance of the transition density', () => {
  const kernel = limitKernel(copiedInputsMeanField(z).lambda, parameters, 1.4);
  const { covariance } = transitionDensity(z, findActivation('tanh')!, law, 1.4);
  kernel.forEach((value, i) => expect(value).toBeCloseTo(covariance[i], 13));
  const r = 0.3 ** 2 / 0.9 ** 2;
  expect(kernel[1]).toBeCloseTo((-0.5 + r) * Math.expm1(0.81 * 1.4), 14);
});

test('limitKernel without weights grows with time', () => {
  const kernel = limitKernel(Float64Array.of(3), { ...parameters, sigmaW: 0 }, 2);
  expect(kernel[0]).toBeCloseTo(0.18, 15);
  expect(() => limitKernel(Float64Array.of(3), { ...parameters, p2: 1 }, 2)).toThrow(
    CurvatureError,
  );
});

test('copiedInputsCorrelation is that of the kernel, whatever T', () => {
  for (const T of [0.1, 1, 4]) {
    const kernel = limitKernel(copiedInputsMeanField(z).lambda, parameters, T);
    z.forEach((a, i) =>
      z.forEach((b, j) => {
        const correlation = kernel[3 * i + j] / Math.sqrt(kernel[4 * i] * kernel[4 * j]);
        expect(copiedInputsCorrelation(a, b, law)).toBeCloseTo(correlation, 14);
      }),
    );
  }
  expect(copiedInputsCorrelation(1, -2, { sigmaW: 0, sigmaB: 1 })).toBe(1);
  expect(copiedInputsCorrelation(1, -2, { sigmaW: 1, sigmaB: 0 })).toBe(-1);
  expect(copiedInputsCorrelation(0, 1, { sigmaW: 1, sigmaB: 0 })).toBeNaN();
  // Where squares of variances overflow or vanish.
  expect(copiedInputsCorrelation(1e150, 1e150, law)).toBe(1);
  expect(copiedInputsCorrelation(1e150, 1, { sigmaW: 1, sigmaB: 1 })).toBeCloseTo(Math.SQRT1_2, 15);
  expect(copiedInputsCorrelation(1e-200, -1e-200, { sigmaW: 1, sigmaB: 0 })).toBe(-1);
});
