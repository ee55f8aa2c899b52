import type { Activation, GaussianExpectations, IidParameterLaw } from '@resdiff/networks';
import { gaussianExpectations } from './gaussian-expectations.ts';
import { symmetric, type MeanField } from './moments.ts';
import { recurse } from './recursion.ts';

/**
 * The mean field of a residual network of L layers at infinite width, exactly: given a layer's
 * mean field, the preactivations are Gaussian, (h_i, h_j) ~ N(0, dt s_ij) with
 * s_ij = sigmaB^2 + sigmaW^2 lambda_ij, and
 * m_i += E phi(h_i), lambda_ij += m_i E phi(h_j) + m_j E phi(h_i) + E phi(h_i) phi(h_j).
 * The expectations are those of `gaussianExpectations`: of many inputs that vary widely, approximate.
 *
 * Needs no diffusion limit: it holds for relu too.
 *
 * @throws {RangeError} if L is not a positive integer or T is not a non-negative number.
 */
export function networkMeanField(
  start: MeanField,
  activation: Activation,
  law: IidParameterLaw,
  T: number,
  L: number,
): MeanField {
  return recurse(start, T, L, networkLayer(activation, law));
}

/**
 * The mean field after a layer of time step dt.
 *
 * @param products <x_i, x_j>/D of what the weights are applied to, from those of the states: by default
 *   the states themselves.
 */
export function networkLayer(
  activation: Activation,
  law: IidParameterLaw,
  products: (lambda: Float64Array) => Float64Array = (lambda) => lambda,
): (state: MeanField, dt: number) => MeanField {
  let expectations: GaussianExpectations | undefined;
  return (state, dt) => {
    expectations ??= gaussianExpectations(activation, state.m.length);
    return layer(state, products(state.lambda), expectations, law, dt);
  };
}

function layer(
  { m, lambda }: MeanField,
  products: Float64Array,
  { mean, product }: GaussianExpectations,
  { sigmaW, sigmaB }: IidParameterLaw,
  dt: number,
): MeanField {
  const count = m.length;
  const covariance = products.map((value) => dt * (sigmaB ** 2 + sigmaW ** 2 * value));
  const variance = (i: number) => covariance[i * count + i];
  const increment = m.map((_, i) => mean(variance(i)));
  return {
    m: m.map((value, i) => value + increment[i]),
    lambda: symmetric(
      count,
      (i, j) =>
        lambda[i * count + j] +
        m[i] * increment[j] +
        m[j] * increment[i] +
        product(variance(i), variance(j), covariance[i * count + j]),
    ),
  };
}
