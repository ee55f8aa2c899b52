import {
  activationNames,
  diffusionLimit,
  findActivation,
  generalLaw,
  iidLaw,
  matrixGaussianLaw,
  type ParameterLaw,
} from '@resdiff/networks';
import { normals, seedKey, streams } from '@resdiff/random';
import { z } from 'zod';
import {
  activation,
  anyNumber,
  describedKeys,
  notNegative,
  positiveUpTo,
  seed,
  someOf,
  wholeNumber,
} from '../settings.ts';
import {
  covariance,
  covarianceProblem,
  matrixOf,
  readCovariance,
  type CovarianceSetting,
} from './covariance-setting.ts';

/** The laws of the parameters, in the order of the table. */
export const laws = ['iid', 'matrix-gaussian', 'general'] as const;
export type Law = (typeof laws)[number];

/** The inputs whose increments are compared. */
export const INPUTS = 2;

const shape = {
  laws: someOf(laws)
    .default([...laws])
    .describe('any of iid, matrix-gaussian (collapsed) and general (weights made)'),
  width: wholeNumber(1, 24).default(6).describe('D, the coordinates of the state'),
  activation: activation()
    .default('swish')
    .describe(`the activation phi: ${activationNames.join(', ')}`),
  psi: activation().default('tanh').describe('psi, which features the weights are applied to'),
  step: positiveUpTo(1).default(0.01).describe('dt, the time that the one layer stands for'),
  sigmaW: notNegative().default(1).describe('sigma_w of the law iid'),
  sigmaB: notNegative().default(0.5).describe('sigma_b of the law iid'),
  outputCovariance: covariance()
    .default({ name: 'ar1', rho: 0.6, variance: 1 })
    .describe('Sigma_O of the law matrix-gaussian, D x D'),
  inputCovariance: covariance()
    .default({ name: 'ar1', rho: -0.5, variance: 0.2 })
    .describe('Sigma_I of the law matrix-gaussian, D x D'),
  weightCovariance: covariance()
    .default({ name: 'ar1', rho: 0.9, variance: 0.2 })
    .describe('Sigma^W of the law general, D^2 x D^2, of the weights row by row'),
  biasCovariance: covariance()
    .default({ name: 'ar1', rho: 0.3, variance: 0.25 })
    .describe('Sigma_b of the laws matrix-gaussian and general, D x D'),
  weightDrift: anyNumber().default(0.5).describe('mu^W of every law is this times the identity'),
  biasDrift: anyNumber().default(1).describe('every entry of mu^b of every law'),
  blocks: wholeNumber(2, 10_000).default(400).describe('blocks of draws of each law'),
  blockDraws: wholeNumber(2, 1_000_000).default(250).describe('draws of a block'),
  seed: seed().default('1').describe('the 64-bit seed of the run'),
};

/** The covariances of the settings, with the size of each and its name in messages. */
const covariances = [
  { key: 'outputCovariance', what: 'Sigma_O', power: 1, law: 'matrix-gaussian' },
  { key: 'inputCovariance', what: 'Sigma_I', power: 1, law: 'matrix-gaussian' },
  { key: 'weightCovariance', what: 'Sigma^W', power: 2, law: 'general' },
  { key: 'biasCovariance', what: 'Sigma_b', power: 1, law: undefined },
] as const;

export const parameterLawsSettings = z.strictObject(shape).superRefine((settings, context) => {
  const limit = diffusionLimit(findActivation(settings.activation)!);
  if (!limit.exists) {
    context.addIssue({
      code: 'custom',
      path: ['activation'],
      message: `must have a diffusion limit: ${limit.reason.replace(/\.$/, '')}`,
    });
  }
  for (const { key, what, power, law } of covariances) {
    if (law !== undefined && !settings.laws.includes(law)) continue;
    const problem = covarianceProblem(settings[key], settings.width ** power, what);
    if (problem === undefined) continue;
    context.addIssue({
      code: 'custom',
      path: [key],
      message: `must be a covariance: ${problem}`,
    });
  }
});

export type ParameterLawsSettings = z.output<typeof parameterLawsSettings>;
export const parameterLawsKeys = describedKeys(shape);

/**
 * The settings with the covariances of files in place of their paths.
 *
 * @throws {UserError} if a file cannot be read or does not hold a covariance of its size.
 */
export function readFiles(settings: ParameterLawsSettings): ParameterLawsSettings {
  const read = covariances
    .filter(({ law }) => law === undefined || settings.laws.includes(law))
    .map(({ key, what, power }): [string, CovarianceSetting] => [
      key,
      readCovariance(settings[key], settings.width ** power, what),
    ]);
  return { ...settings, ...Object.fromEntries(read) };
}

/** The law of this name; its files must have been read. */
export function lawOf(settings: ParameterLawsSettings, name: Law): ParameterLaw {
  const { width, sigmaW, sigmaB } = settings;
  const drifts = {
    weightDrift: Array.from({ length: width }, (_, o) =>
      Array.from({ length: width }, (__, i) => (o === i ? settings.weightDrift : 0)),
    ),
    biasDrift: new Array<number>(width).fill(settings.biasDrift),
  };
  const matrix = ({ key, what, power }: (typeof covariances)[number]) =>
    matrixOf(settings[key], width ** power, what);
  const [output, input, weight, bias] = covariances;
  const biasCovariance = () => rowsOf(matrix(bias), width);
  switch (name) {
    case 'iid':
      return iidLaw(width, { sigmaW, sigmaB, ...drifts });
    case 'matrix-gaussian':
      return matrixGaussianLaw(width, {
        outputCovariance: rowsOf(matrix(output), width),
        inputCovariance: rowsOf(matrix(input), width),
        biasCovariance: biasCovariance(),
        ...drifts,
      });
    case 'general':
      return generalLaw(width, {
        weightCovariance: matrix(weight),
        biasCovariance: biasCovariance(),
        ...drifts,
      });
  }
}

function rowsOf(matrix: Float64Array, size: number): number[][] {
  return Array.from({ length: size }, (_, row) => [
    ...matrix.subarray(row * size, (row + 1) * size),
  ]);
}

/** The states that the step begins at, one an input: standard normals of the seed. */
export function statesOf({ width, seed }: ParameterLawsSettings): Float64Array[] {
  const key = seedKey(seed);
  return Array.from({ length: INPUTS }, (_, draw) =>
    normals({ key, stream: streams.embedding, draw, layer: 0 }, width),
  );
}
