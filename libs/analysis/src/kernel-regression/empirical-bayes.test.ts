import { describe, expect, test } from 'vitest';
import { column, images, normals } from '../../test/random.ts';
import { affineEmpiricalBayes } from './affine-empirical-bayes.ts';
import { fitAffineRegression } from './affine-regression.ts';
import { empiricalBayes, type KernelFamily } from './empirical-bayes.ts';
import { affineKernel, kernelOf } from './kernel.ts';
import { fitKernelRegression } from './kernel-regression.ts';
import { regressionData } from './regression-data.ts';
import type { Rows } from './rows.ts';

/** Targets of a Bayesian linear model. */
function linearModel(
  seed: number,
  truth: { constant: number; slope: number; noise: number },
  inputs: Rows,
  outputs: number,
): Rows {
  const normal = normals(seed);
  const { values: x, columns: size, scale = 1 } = inputs;
  const count = x.length / size;
  const y = new Float64Array(count * outputs);
  for (let o = 0; o < outputs; o++) {
    const alpha = Math.sqrt(truth.constant) * normal();
    const beta = column(size, () => Math.sqrt(truth.slope) * normal());
    for (let i = 0; i < count; i++) {
      y[i * outputs + o] = alpha + Math.sqrt(truth.noise) * normal();
      for (let j = 0; j < size; j++) y[i * outputs + o] += beta[j] * scale * x[i * size + j];
    }
  }
  return { values: y, columns: outputs };
}

const inputs: Rows = { values: images(1, 400, 30), columns: 30, scale: 1 / 255 };
const truth = { constant: 0.8, slope: 0.05, noise: 0.02 };
const outputs = 60;
const targets = linearModel(2, truth, inputs, outputs);
const data = regressionData(inputs, targets);
const best = affineEmpiricalBayes(data);

describe('affineEmpiricalBayes', () => {
  // Standard errors of log variances from 60 outputs: sqrt(2/60) = 0.18 for the constant, whose
  // information is at most one number an output; sqrt(2/(60 * 24)) = 0.037 for the slope, 24 free
  // coordinates; sqrt(2/(60 * 370)) = 0.0095 for the noise. Fixed seed; four of them: 6e-5 each.
  const errors = { constant: 0.18, slope: 0.037, noise: 0.0095 };
  const found = { ...best.kernel, noise: best.noiseVariance };

  test('recovers the hyper-parameters the data were drawn with', () => {
    for (const name of ['slope', 'noise'] as const) {
      expect(Math.abs(Math.log(found[name] / truth[name]))).toBeLessThan(4 * errors[name]);
    }
    // A pixel that is always lit shares the intercept with the constant, which widens its error.
    expect(Math.abs(Math.log(found.constant / truth.constant))).toBeLessThan(6 * errors.constant);
    expect(best.atBound).toEqual({ constant: null, slope: null });
  });

  test('negative control: hyper-parameters half as large again are excluded', () => {
    for (const name of ['slope', 'noise'] as const) {
      expect(Math.abs(Math.log(found[name] / (1.5 * truth[name])))).toBeGreaterThan(
        4 * errors[name],
      );
    }
  });

  test('its value is the log marginal likelihood there, and no neighbour has a larger one', () => {
    const logLikelihood = (constant: number, slope: number, noise: number) =>
      fitAffineRegression(
        data,
        {
          constant: best.kernel.constant * Math.exp(constant),
          slope: best.kernel.slope * Math.exp(slope),
        },
        best.noiseVariance * Math.exp(noise),
      ).logMarginalLikelihood;
    const top = logLikelihood(0, 0, 0);
    expect(best.logMarginalLikelihood / top).toBeCloseTo(1, 11);
    for (const direction of [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [1, 1, 1],
    ]) {
      const along = (step: number) =>
        logLikelihood(...(direction.map((d) => step * d) as [number, number, number]));
      const [up, down] = [along(1e-3), along(-1e-3)];
      // The optimum of the parabola lies within 1e-5 of here.
      const curvature = (2 * top - up - down) / 1e-6;
      expect(curvature).toBeGreaterThan(0);
      expect(Math.abs((up - down) / 2e-3 / curvature)).toBeLessThan(1e-5);
    }
  });

  test('with fewer inputs than coordinates', () => {
    const few = { ...inputs, values: inputs.values.subarray(0, 20 * 30) };
    const some = linearModel(5, truth, few, 400);
    const result = affineEmpiricalBayes(regressionData(few, some));
    const fit = fitAffineRegression(regressionData(few, some), result.kernel, result.noiseVariance);
    expect(result.logMarginalLikelihood / fit.logMarginalLikelihood).toBeCloseTo(1, 9);
    expect(Math.abs(Math.log(result.kernel.slope / truth.slope))).toBeLessThan(0.15);
  });

  test('says when a part of the kernel has nothing to explain', () => {
    const flat = linearModel(3, { ...truth, slope: 0 }, inputs, 3);
    const noise = linearModel(12, { constant: 0, slope: 0, noise: 1 }, inputs, 3);
    const centred = noise.values.slice();
    for (let o = 0; o < 3; o++) {
      let sum = 0;
      for (let i = 0; i < 400; i++) sum += noise.values[3 * i + o] / 400;
      for (let i = 0; i < 400; i++) centred[3 * i + o] -= sum;
    }
    const withoutSlope = affineEmpiricalBayes(regressionData(inputs, flat));
    expect(withoutSlope.kernel.slope).toBeLessThan(1e-3 * truth.slope * 30);
    const withoutConstant = affineEmpiricalBayes(
      regressionData(inputs, { values: centred, columns: 3 }),
    );
    expect(withoutConstant.atBound.constant).toBe('lower');
  });

  test('refuses data that leave a variance undetermined', () => {
    const zero = { values: new Float64Array(400), columns: 1 };
    expect(() => affineEmpiricalBayes(regressionData(inputs, zero))).toThrow(
      'targets are all zero',
    );
    expect(() => affineEmpiricalBayes(regressionData(zero, targets))).toThrow(
      'inputs are all zero',
    );
    expect(() => affineEmpiricalBayes(data, { ratios: [1, 1] })).toThrow('from 1 to 1');
  });
});

describe('empiricalBayes', () => {
  const rows = { ...inputs, values: inputs.values.subarray(0, 60 * 30) };
  const some = { ...targets, values: targets.values.subarray(0, 60 * outputs) };
  const affine: KernelFamily = ([constant, slope, noise]) => ({
    kernel: affineKernel({ constant: Math.exp(constant), slope: Math.exp(slope) }),
    noiseVariance: Math.exp(noise),
  });

  test('agrees with the affine search, the scale profiled or not', () => {
    const exact = affineEmpiricalBayes(regressionData(rows, some));
    const free = empiricalBayes(rows, some, affine, {
      start: [0, 0, 0],
      bounds: [
        [-15, 15],
        [-15, 15],
        [-15, 15],
      ],
    });
    expect(free.converged).toBe(true);
    expect(free.scale).toBe(1);
    expect(free.atBound).toEqual([null, null, null]);
    const profiled = empiricalBayes(rows, some, ([c, s]) => affine(Float64Array.of(c, s, 0)), {
      start: [0, 0],
      bounds: [
        [-15, 15],
        [-15, 15],
      ],
      profileScale: true,
    });
    for (const found of [
      [free.logParameters[0], free.logParameters[1], free.logParameters[2]].map(Math.exp),
      [...profiled.logParameters.map(Math.exp), 1].map((x) => profiled.scale * x),
    ]) {
      [exact.kernel.constant, exact.kernel.slope, exact.noiseVariance].forEach((value, i) =>
        expect(Math.abs(found[i] / value - 1)).toBeLessThan(1e-4),
      );
    }
    for (const { logMarginalLikelihood } of [free, profiled]) {
      expect(logMarginalLikelihood / exact.logMarginalLikelihood).toBeCloseTo(1, 10);
    }
  });

  test('recovers the length of a Gaussian process, and passes over matrices without a factor', () => {
    const normal = normals(17);
    const x = { values: column(80, (i) => i / 10), columns: 1 };
    const smooth = (length: number) =>
      kernelOf((a, b) => Math.exp(-((a[0] - b[0]) ** 2) / (2 * length ** 2)));
    const { lower, size } = fitKernelRegression(
      x,
      { values: new Float64Array(80), columns: 1 },
      smooth(0.7),
      0.01,
    ).factor;
    const y = new Float64Array(80 * 20);
    for (let o = 0; o < 20; o++) {
      const z = column(80, normal);
      for (let i = 0; i < 80; i++) {
        for (let j = 0; j <= i; j++) y[20 * i + o] += lower[i * size + j] * z[j];
      }
    }
    let refused = 0;
    const family: KernelFamily = ([length, noise]) => {
      if (noise < -10) refused++;
      return { kernel: smooth(Math.exp(length)), noiseVariance: noise < -10 ? 0 : Math.exp(noise) };
    };
    const { logParameters, scale } = empiricalBayes(x, { values: y, columns: 20 }, family, {
      start: [0.5, -9.8],
      bounds: [
        [-3, 3],
        [-12, 2],
      ],
      profileScale: true,
    });
    expect(refused).toBeGreaterThan(0);
    // About 10 lengths in 20 outputs: a relative error of a few per cent in each.
    expect(Math.abs(logParameters[0] - Math.log(0.7))).toBeLessThan(0.1);
    expect(Math.abs(logParameters[1] + Math.log(scale) - Math.log(0.01))).toBeLessThan(0.2);
    expect(Math.abs(Math.log(scale))).toBeLessThan(0.4);
  });

  test('errors other than a missing factor are not passed over', () => {
    const broken: KernelFamily = () => ({ kernel: kernelOf(() => NaN), noiseVariance: 1 });
    expect(() => empiricalBayes(rows, some, broken, { start: [0], bounds: [[-1, 1]] })).toThrow(
      'must be finite',
    );
  });
});
