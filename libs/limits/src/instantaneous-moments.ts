import { identity, type Activation, type ParameterLaw } from '@resdiff/networks';
import { diffusionParameters } from './parameters.ts';

/** Drift and covariance per unit of time of a limiting diffusion, at given states of N inputs. */
export interface InstantaneousMoments {
  /** E[dx^i]/dt for each input, length D. */
  readonly drift: readonly Float64Array[];
  /** d[x^i, x^j]/dt, D x D row-major: entry [o, p] belongs to coordinate o of x^i and p of x^j. */
  readonly covariance: (i: number, j: number) => Float64Array;
}

/**
 * The coefficients of the limit of x_{t+dt} = x_t + phi(DW psi(x_t) + Db) ([PF22], Theorem 3.1):
 * drift p1 (mu^b + mu^W psi) + (p2/2) diag V and covariance p1^2 C, where
 * C(x^i, x^j) = cov(eps^W psi(x^i) + eps^b, eps^W psi(x^j) + eps^b), V(x) = C(x, x).
 *
 * @param states x^i, each of length D.
 * @throws {NoDiffusionLimitError} if phi has no diffusion limit.
 * @throws {RangeError} if a state has another width than the law.
 */
export function instantaneousMoments(
  states: readonly Float64Array[],
  phi: Activation,
  law: ParameterLaw,
  psi: Activation = identity,
): InstantaneousMoments {
  const { p1, p2 } = diffusionParameters(phi);
  const { width } = law;
  const inputs = states.map((x) => {
    if (x.length === width) return x.map(psi.phi);
    throw new RangeError(`A state has ${x.length} coordinates; the width is ${width}.`);
  });
  return {
    drift: inputs.map((input) => {
      const mean = preactivationDrift(law, input);
      const V = preactivationCovariance(law, input, input);
      return mean.map((value, o) => p1 * value + (p2 / 2) * V[o * (width + 1)]);
    }),
    covariance: (i, j) =>
      preactivationCovariance(law, inputs[i], inputs[j]).map((value) => p1 ** 2 * value),
  };
}

/** mu^b + mu^W psi, length D. The features psi are D, or those of a patch. */
export function preactivationDrift(
  { width, weightDrift, biasDrift }: ParameterLaw,
  psi: Float64Array,
): Float64Array {
  return Float64Array.from({ length: width }, (_, o) => {
    let sum = biasDrift?.[o] ?? 0;
    if (weightDrift) {
      for (let i = 0; i < psi.length; i++) sum += weightDrift[o * psi.length + i] * psi[i];
    }
    return sum;
  });
}

/**
 * cov(eps^W psi + eps^b, eps^W psi' + eps^b), D x D row-major. Matrix Gaussian:
 * Sigma_b + Sigma_O (psi^T Sigma_I psi'); independent: (sigmaB^2 + sigmaW^2 <psi, psi'>/D) I.
 */
export function preactivationCovariance(
  law: ParameterLaw,
  psi: Float64Array,
  otherPsi: Float64Array,
): Float64Array {
  const { width } = law;
  switch (law.kind) {
    case 'iid': {
      const product = psi.reduce((sum, value, i) => sum + value * otherPsi[i], 0);
      const variance = law.sigmaB ** 2 + (law.sigmaW ** 2 * product) / width;
      return entries(width, (o, p) => (o === p ? variance : 0));
    }
    case 'matrix-gaussian': {
      const scale = bilinear(law.inputCovariance, psi, otherPsi);
      return law.biasCovariance.map((value, index) => value + scale * law.outputCovariance[index]);
    }
    case 'general': {
      const count = psi.length;
      return entries(width, (o, p) => {
        let sum = law.biasCovariance[o * width + p];
        for (let i = 0; i < count; i++) {
          const row = (o * count + i) * width * count + p * count;
          for (let j = 0; j < count; j++) {
            sum += law.weightCovariance[row + j] * psi[i] * otherPsi[j];
          }
        }
        return sum;
      });
    }
  }
}

/** x^T A y, A row-major. */
function bilinear(A: Float64Array, x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < y.length; j++) sum += x[i] * A[i * y.length + j] * y[j];
  }
  return sum;
}

function entries(size: number, entry: (o: number, p: number) => number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, index) =>
    entry(Math.floor(index / size), index % size),
  );
}
