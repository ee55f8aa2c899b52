import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { column, deviation, images, normals, oneHot } from '../../test/random.ts';
import { evaluateAffine } from './affine-function.ts';
import { fitAffineRegression } from './affine-regression.ts';
import {
  affineSpectrum,
  descentDisplacement,
  displaced,
  flowDisplacement,
  gradientFlow,
  largestStableRate,
} from './gradient-flow.ts';
import { affineKernel } from './kernel.ts';
import { regressionData } from './regression-data.ts';
import type { Rows } from './rows.ts';

const kernel = { constant: 0.3, slope: 0.07 };
const normal = normals(9);

function problem(count: number, pixels: number) {
  const inputs: Rows = { values: images(1, count, pixels), columns: pixels, scale: 1 / 255 };
  const queries: Rows = { values: images(2, 7, pixels), columns: pixels, scale: 1 / 255 };
  const targets: Rows = { values: oneHot(3, count, 3), columns: 3, scale: 2 };
  const initial = { values: column(count * 3, normal), columns: 3 };
  const initialQueries = { values: column(7 * 3, normal), columns: 3 };
  const spectrum = affineSpectrum(regressionData(inputs, targets), kernel);
  const flow = gradientFlow(spectrum, inputs, initial, targets);
  return { count, inputs, queries, targets, initial, initialQueries, spectrum, flow };
}

/** More inputs than coordinates, and fewer; K is singular in both, by repeated and constant pixels. */
const problems = [
  ['40 inputs of 12 coordinates', problem(40, 12)],
  ['15 inputs of 30 coordinates', problem(15, 30)],
] as const;

/** The parameters' steps, one by one: f_0 + <theta, phi(x)> from theta = 0. */
function stepByStep(
  { count, inputs, queries, targets, initial, initialQueries }: (typeof problems)[0][1],
  rate: number,
  steps: number,
) {
  const features = (rows: Rows) =>
    Array.from({ length: rows.values.length / rows.columns }, (_, i) => [
      Math.sqrt(kernel.constant),
      ...Array.from(
        rows.values.subarray(i * rows.columns, (i + 1) * rows.columns),
        (value) => (Math.sqrt(kernel.slope) * value) / 255,
      ),
    ]);
  const phi = features(inputs);
  const theta = phi[0].map(() => [0, 0, 0]);
  const output = (x: number[], o: number) => x.reduce((sum, v, j) => sum + v * theta[j][o], 0);
  for (let step = 0; step < steps; step++) {
    const residuals = phi.map((x, i) =>
      [0, 1, 2].map(
        (o) => initial.values[3 * i + o] + output(x, o) - 2 * targets.values[3 * i + o],
      ),
    );
    phi.forEach((x, i) => {
      x.forEach((value, j) => {
        for (let o = 0; o < 3; o++) theta[j][o] -= (rate / count) * value * residuals[i][o];
      });
    });
  }
  return features(queries).flatMap((x, i) =>
    [0, 1, 2].map((o) => initialQueries.values[3 * i + o] + output(x, o)),
  );
}

/** The dual formula, by the eigenvalues of K, `share(lambda)` in the place of (1 - e^{-lambda t/N}) / lambda. */
function byDual(
  { count, inputs, queries, targets, initial, initialQueries }: (typeof problems)[0][1],
  share: (eigenvalue: number) => number,
) {
  const K = Matrix.from1DArray(count, count, affineKernel(kernel).gram(inputs));
  const cross = Matrix.from1DArray(7, count, affineKernel(kernel).cross(queries, inputs));
  const { eigenvectorMatrix: V, realEigenvalues } = new EigenvalueDecomposition(K);
  const residuals = Matrix.from1DArray(
    count,
    3,
    initial.values.map((value, index) => value - 2 * targets.values[index]),
  );
  const weights = Matrix.diag(realEigenvalues.map((value) => share(Math.max(value, 1e-300))));
  const moved = cross.mmul(V).mmul(weights).mmul(V.transpose()).mmul(residuals);
  return initialQueries.values.map(
    (value, index) => value - moved.get(Math.floor(index / 3), index % 3),
  );
}

describe.each(problems)('%s', (_, example) => {
  const { count, inputs, queries, targets, initial, initialQueries, spectrum, flow } = example;
  const stable = largestStableRate(spectrum);

  test.each([0.1, 0.7, 1.3])('steps of gradient descent, %f of the largest rate', (share) => {
    for (const steps of [0, 1, 2, 17, 60]) {
      const rate = share * stable;
      const end = displaced(initialQueries, descentDisplacement(flow, steps, rate), queries);
      expect(deviation(end.values, stepByStep(example, rate, steps))).toBeLessThan(1e-11);
    }
  });

  test('the flow by the dual formula', () => {
    for (const time of [0, 0.1, 1, 30, 1000, 1e6]) {
      const end = displaced(initialQueries, flowDisplacement(flow, time), queries);
      const dual = byDual(example, (x) => -Math.expm1((-x * time) / count) / x);
      expect(deviation(end.values, dual)).toBeLessThan(1e-9);
    }
  });

  test('the flow is what short steps tend to', () => {
    const end = displaced(initialQueries, flowDisplacement(flow, 12), queries);
    const coarse = stepByStep(example, 12 / 1000, 1000);
    const fine = stepByStep(example, 12 / 2000, 2000);
    const extrapolated = fine.map((value, i) => 2 * value - coarse[i]);
    expect(deviation(end.values, extrapolated)).toBeLessThan(1e-5);
    expect(deviation(end.values, coarse)).toBeGreaterThan(1e-5);
  });

  test('at once nothing has moved; in the end the loss is least, and stays', () => {
    expect(displaced(initialQueries, flowDisplacement(flow, 0), queries).values).toEqual(
      initialQueries.values,
    );
    const ends = [1e9, 1e30].map(
      (time) => displaced(initial, flowDisplacement(flow, time), inputs).values,
    );
    expect(deviation(ends[1], ends[0])).toBeLessThan(1e-9);
    const residuals = { values: ends[0].map((y, i) => 2 * targets.values[i] - y), columns: 3 };
    const { products } = regressionData(inputs, residuals);
    for (const gradient of products) expect(Math.abs(gradient)).toBeLessThan(1e-9);
  });

  test('from zero it ends where regression without noise does', () => {
    const zero = { values: new Float64Array(count * 3), columns: 3 };
    const end = flowDisplacement(gradientFlow(spectrum, inputs, zero, targets), 1e12);
    const fit = fitAffineRegression(regressionData(inputs, targets), kernel, 1e-9);
    expect(
      deviation(evaluateAffine(end, queries).values, evaluateAffine(fit.mean, queries).values),
    ).toBeLessThan(1e-5);
  });

  test('above the largest stable rate it diverges, below it does not', () => {
    const loss = (rate: number) => {
      const end = displaced(initial, descentDisplacement(flow, 4000, rate), inputs);
      return end.values.reduce((sum, y, i) => sum + (y - 2 * targets.values[i]) ** 2, 0) / count;
    };
    const start = initial.values.reduce((sum, y, i) => sum + (y - 2 * targets.values[i]) ** 2, 0);
    expect(loss(0.999 * stable)).toBeLessThan(start / count);
    expect(loss(1.01 * stable)).toBeGreaterThan(1e6 * start);
  });
});

test('refuses rows that do not belong together', () => {
  const { inputs, targets, initial, spectrum, flow, queries } = problems[0][1];
  const fewer = { ...initial, values: initial.values.subarray(3) };
  expect(() => gradientFlow(spectrum, inputs, fewer, targets)).toThrow(
    'initial: 39 rows, must be 40',
  );
  expect(() => displaced(initial, flowDisplacement(flow, 1), queries)).toThrow(
    '7 inputs and 40 initial outputs',
  );
  expect(() => affineSpectrum(regressionData(inputs, targets), { constant: 1, slope: -1 })).toThrow(
    'slope is -1',
  );
});
