import {
  generalLaw,
  iidLaw,
  matrixGaussianLaw,
  type DriftSpec,
  type ParameterLaw,
} from '@resdiff/networks';
import { sigmaB, sigmaW } from './common.ts';
import {
  covariance,
  LimitParameterError,
  matrix,
  oneOf,
  vector,
  type Parameter,
} from './parameter.ts';
import type { Values } from './quantity.ts';

type LawName = ParameterLaw['kind'];

const names: readonly LawName[] = ['iid', 'matrix-gaussian', 'general'];

/** Any Gaussian law of the parameters of a layer, with drifts. */
export const lawParameters = {
  law: oneOf(names, { description: 'law of the parameters', default: 'iid' }),
  sigmaW: of(['iid'], sigmaW),
  sigmaB: of(['iid'], sigmaB),
  outputCovariance: of(
    ['matrix-gaussian'],
    covariance({ description: 'Sigma_O, D x D', default: 'identity' }),
  ),
  inputCovariance: of(
    ['matrix-gaussian'],
    covariance({ description: 'Sigma_I, D x D', default: 'identity' }),
  ),
  weightCovariance: of(
    ['general'],
    covariance({
      description: 'Sigma^W of the weights row by row, D^2 x D^2',
      default: 'identity',
    }),
  ),
  biasCovariance: of(
    ['matrix-gaussian', 'general'],
    covariance({ description: 'Sigma_b, D x D', default: 'identity' }),
  ),
  weightDrift: matrix({ description: 'mu^W, D x D', default: '0' }),
  biasDrift: vector({ description: 'mu^b, of length D', default: '0' }),
};

function of<Value>(values: readonly LawName[], parameter: Parameter<Value>): Parameter<Value> {
  return { ...parameter, only: { parameter: 'law', values } };
}

/** @throws {RangeError} naming the parameter, and the shape, the entry or the eigenvalue that is wrong. */
export function lawOf(width: number, given: Values<typeof lawParameters>): ParameterLaw {
  const { weightDrift, biasDrift, ...covariances } = given;
  const spec = { ...covariances, ...driftOf(width, { weightDrift, biasDrift }) };
  switch (given.law) {
    case 'iid':
      return iidLaw(width, spec);
    case 'matrix-gaussian':
      return matrixGaussianLaw(width, spec);
    case 'general':
      return generalLaw(width, spec);
  }
}

type Drifts = Pick<Values<typeof lawParameters>, 'weightDrift' | 'biasDrift'>;

/** None where it is 0. */
function driftOf(width: number, { weightDrift, biasDrift }: Drifts): DriftSpec {
  const indices = Array.from({ length: width }, (_, i) => i);
  const diagonal = (value: number) => indices.map((o) => indices.map((i) => (o === i ? value : 0)));
  return {
    ...(weightDrift !== 0 && {
      weightDrift: typeof weightDrift === 'number' ? diagonal(weightDrift) : weightDrift,
    }),
    ...(biasDrift !== 0 && {
      biasDrift: typeof biasDrift === 'number' ? indices.map(() => biasDrift) : biasDrift,
    }),
  };
}

/** Sigma^W has D^4 entries, the others D^2, which are all printed. */
const MOST_COORDINATES = 150;
const MOST_COORDINATES_GENERAL = 16;

/**
 * @param parameter that gives the width.
 * @throws {LimitParameterError} if the law of so wide a layer has too many entries.
 */
export function requireWidth(parameter: string, width: number, law: LawName): void {
  const most = law === 'general' ? MOST_COORDINATES_GENERAL : MOST_COORDINATES;
  if (width <= most) return;
  throw new LimitParameterError(
    parameter,
    `${parameter} makes the width ${width}; with the law ${law} it must be at most ${most}.`,
  );
}
