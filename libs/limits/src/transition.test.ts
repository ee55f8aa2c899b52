import { findActivation } from '@resdiff/networks';
import { describe, expect, test } from 'vitest';
import { ExplosionError } from './dynamics.ts';
import { copiedInputsMeanField } from './moments.ts';
import { NoDiffusionLimitError } from './parameters.ts';
import { coordinateLaw, transitionDensity } from './transition.ts';

const law = { sigmaW: 1, sigmaB: 1 };

describe('transitionDensity', () => {
  test("tanh: K = (z z' + r)(e^C - 1)", () => {
    const z = [0.5, -1, 2];
    const scales = { sigmaW: 0.9, sigmaB: 0.3 };
    const { mean, covariance } = transitionDensity(z, findActivation('tanh')!, scales, 1.4);
    const r = 0.3 ** 2 / 0.9 ** 2;
    expect([...mean]).toEqual(z);
    z.forEach((a, i) =>
      z.forEach((b, j) => {
        const kernel = (a * b + r) * Math.expm1(0.9 ** 2 * 1.4);
        expect(covariance[3 * i + j]).toBeCloseTo(kernel, 13);
      }),
    );
  });

  test('swish: the reference moments', () => {
    const { mean, covariance } = transitionDensity([0, 1], findActivation('swish')!, law, 1);
    expect(mean[0]).toBeCloseTo(0.29092569, 8);
    expect(mean[1]).toBeCloseTo(1.79339525, 8);
    expect(covariance[0]).toBeCloseTo(0.29092569, 8);
    expect(covariance[3]).toBeCloseTo(0.79339525, 8);
    expect(covariance[1]).toBeCloseTo(0.3387, 5);
  });

  test('composes over time: the increments of two spans add up', () => {
    const swish = findActivation('swish')!;
    const whole = transitionDensity([0.2], swish, law, 1.5);
    const half = transitionDensity([0.2], swish, law, 0.75);
    const middle = {
      m: half.mean,
      lambda: half.covariance.map((v) => v + half.mean[0] ** 2),
    };
    const end = {
      m: whole.mean,
      lambda: whole.covariance.map((v) => v + whole.mean[0] ** 2),
    };
    const rest = coordinateLaw(middle, end, [0.2]);
    expect(rest.mean[0]).toBeCloseTo(0.2 + whole.mean[0] - half.mean[0], 14);
    expect(rest.covariance[0] + half.covariance[0]).toBeCloseTo(whole.covariance[0], 14);
  });

  test('refuses what has no limit, or none at T', () => {
    const run = (name: string, T: number) => () =>
      transitionDensity([0, 1], findActivation(name)!, law, T);
    expect(run('relu', 1)).toThrow(NoDiffusionLimitError);
    expect(run('relu', 1)).toThrow('twice differentiable at 0');
    expect(run('swish', 3)).toThrow(ExplosionError);
  });
});

test('the mean field of copied inputs', () => {
  const { m, lambda } = copiedInputsMeanField([2, -3]);
  expect([...m]).toEqual([2, -3]);
  expect([...lambda]).toEqual([4, -6, -6, 9]);
});
