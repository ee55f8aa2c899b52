import {
  covarianceMatrix,
  findActivation,
  generalLaw,
  iidAsMatrixGaussian,
  iidLaw,
  matrixGaussianAsGeneral,
  matrixGaussianLaw,
  type Activation,
  type GeneralLaw,
  type ParameterLaw,
} from '@resdiff/networks';
import { describe, expect, test } from 'vitest';
import { cholesky, matrix } from '../test/matrices.ts';
import { drawNormals, largestZ, sample } from '../test/statistics.ts';
import { instantaneousMoments } from './instantaneous-moments.ts';
import { NoDiffusionLimitError } from './parameters.ts';

const named = (name: string) => findActivation(name)!;
const width = 3;
const drifts = {
  weightDrift: [
    [0.5, -1, 0],
    [2, 0.3, 1],
    [0, 0, -0.7],
  ],
  biasDrift: [1, -2, 0.5],
};
const iid = iidLaw(width, { sigmaW: 1.3, sigmaB: 0.6, ...drifts });
const matrixGaussian = matrixGaussianLaw(width, {
  outputCovariance: { name: 'ar1', rho: 0.6, variance: 1.5 },
  inputCovariance: { name: 'low-rank', factor: [[1], [-0.5], [0.2]], variance: 0.3 },
  biasCovariance: { name: 'ar1', rho: -0.4 },
  ...drifts,
});
const factor = Array.from({ length: 9 }, (_, i) => [...drawNormals(3, i, 4)]);
const general = generalLaw(width, {
  weightCovariance: { name: 'low-rank', factor, variance: 0.2 },
  biasCovariance: { name: 'diagonal', variances: [1, 0.1, 2] },
  ...drifts,
});
const states = [Float64Array.of(0.4, -1.2, 2), Float64Array.of(1, 0.3, -0.5)];

const asGeneral = (law: ParameterLaw): GeneralLaw =>
  law.kind === 'general'
    ? law
    : matrixGaussianAsGeneral(law.kind === 'iid' ? iidAsMatrixGaussian(law) : law);

/** phi of these derivatives at 0 and no others, so that a step of any dt has the limit's drift. */
const quadratic = (p1: number, p2: number): Activation => ({
  ...named('identity'),
  name: 'quadratic',
  phi: (x) => p1 * x + (p2 / 2) * x * x,
  atZero: { phi: 0, dphi: p1, ddphi: p2 },
});

/** Increments over dt of both inputs for one draw of the parameters, weights materialised. */
function increments(law: GeneralLaw, phi: Activation, psi: Activation, dt: number) {
  const weightRoot = cholesky(law.weightCovariance, width ** 2);
  const biasRoot = cholesky(law.biasCovariance, width);
  return (draw: number) => {
    const z = [...drawNormals(11, draw, width ** 2 + width)];
    const W = matrix(
      weightRoot.mmul(matrix(z.slice(0, width ** 2), width ** 2)).to1DArray(),
      width,
    );
    const b = biasRoot.mmul(matrix(z.slice(width ** 2), width));
    const DW = W.mul(Math.sqrt(dt)).add(matrix(law.weightDrift!, width).mul(dt));
    const Db = b.mul(Math.sqrt(dt)).add(matrix(law.biasDrift!, width).mul(dt));
    return states.map((x) =>
      DW.mmul(matrix(x.map(psi.phi), width))
        .add(Db)
        .to1DArray()
        .map(phi.phi),
    );
  };
}

describe('instantaneousMoments', () => {
  // |z| < 5 for each of 24 statistics: a false alarm at 1.4e-5 a case.
  test.each<[string, ParameterLaw, string]>([
    ['iid', iid, 'tanh'],
    ['matrix Gaussian', matrixGaussian, 'swish'],
    ['general', general, 'identity'],
    ['general', general, 'sin'],
  ])('%s law, psi %#: simulation', (_, law, psiName) => {
    const phi = quadratic(0.7, -1.1);
    const psi = named(psiName);
    const { drift, covariance } = instantaneousMoments(states, phi, law, psi);
    // (mu dt)^2 in E phi(h) and products of drifts in E dx dx are of order dt^2: below the noise.
    const dt = 1e-4;
    const draw = increments(asGeneral(law), phi, psi, dt);
    const products = [
      [0, 0],
      [0, 1],
    ].flatMap(([i, j]) => [...covariance(i, j)]);
    const samples = sample(4000, (index) => {
      const dx = draw(index);
      return [
        ...dx[0].flatMap((left) => dx[0].map((right) => (left * right) / dt)),
        ...dx[0].flatMap((left) => dx[1].map((right) => (left * right) / dt)),
      ];
    });
    expect(largestZ(samples, products)).toBeLessThan(5);
    // Negative control: the covariance of the inputs in the other order, transposed, is another.
    if (law.kind === 'general') {
      const wrong = [...covariance(0, 0), ...covariance(1, 0)];
      expect(largestZ(samples, wrong)).toBeGreaterThan(8);
    }

    // With the martingale p1 (h - E h) taken out, whose mean is 0, the drift shows at any dt.
    const preactivations = increments(asGeneral(law), quadratic(1, 0), psi, dt);
    const mu = instantaneousMoments(states, quadratic(1, 0), law, psi).drift;
    const driftSamples = sample(1500, (index) =>
      preactivations(index).flatMap((h, i) =>
        h.map((value, o) => (phi.phi(value) - 0.7 * (value - mu[i][o] * dt)) / dt),
      ),
    );
    const expected = drift.flatMap((entries) => [...entries]);
    expect(largestZ(driftSamples, expected)).toBeLessThan(5);
    // Negative control: without the curvature's share of the drift.
    const straight = mu.flatMap((entries) => [...entries].map((value) => 0.7 * value));
    expect(largestZ(driftSamples, straight)).toBeGreaterThan(8);
  });

  test('the three laws agree where they describe the same', () => {
    for (const [law, other] of [
      [iid, iidAsMatrixGaussian(iid)],
      [matrixGaussian, matrixGaussianAsGeneral(matrixGaussian)],
    ] as const) {
      const a = instantaneousMoments(states, named('swish'), law, named('relu'));
      const b = instantaneousMoments(states, named('swish'), other, named('relu'));
      for (const i of [0, 1]) {
        a.drift[i].forEach((value, o) => expect(value).toBeCloseTo(b.drift[i][o], 14));
        a.covariance(i, 1).forEach((v, o) => expect(v).toBeCloseTo(b.covariance(i, 1)[o], 14));
      }
    }
  });

  test('iid by hand', () => {
    const law = iidLaw(2, { sigmaW: 2, sigmaB: 1 });
    const { drift, covariance } = instantaneousMoments(
      [Float64Array.of(1, 3), Float64Array.of(-1, 1)],
      named('swish'),
      law,
    );
    // V = 1 + 4 * 10 / 2 = 21, p1 = p2 = 1/2; across, 1 + 4 * 2 / 2 = 5.
    expect([...drift[0]]).toEqual([21 / 4, 21 / 4]);
    expect([...covariance(0, 0)]).toEqual([21 / 4, 0, 0, 21 / 4]);
    expect([...covariance(0, 1)]).toEqual([5 / 4, 0, 0, 5 / 4]);
  });

  test('the joint covariance of inputs is positive semi-definite', () => {
    for (const law of [iid, matrixGaussian, general]) {
      const { covariance } = instantaneousMoments(states, named('tanh'), law, named('gelu'));
      const joint = Array.from({ length: 36 }, (_, index) => {
        const [row, column] = [Math.floor(index / 6), index % 6];
        const block = covariance(Math.floor(row / 3), Math.floor(column / 3));
        return block[(row % 3) * 3 + (column % 3)];
      });
      const spec = Array.from({ length: 6 }, (_, i) => joint.slice(6 * i, 6 * i + 6));
      expect(() => covarianceMatrix(spec, 6, 'joint')).not.toThrow();
    }
  });

  test('refuses relu and states of another width', () => {
    expect(() => instantaneousMoments(states, named('relu'), iid)).toThrow(NoDiffusionLimitError);
    expect(() => instantaneousMoments([new Float64Array(2)], named('tanh'), iid)).toThrow(
      'A state has 2 coordinates; the width is 3.',
    );
  });
});
