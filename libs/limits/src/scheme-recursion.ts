import { symmetric, type MeanField } from './moments.ts';
import type { LimitParameters } from './parameters.ts';
import { recurse } from './recursion.ts';

/**
 * The mean field of the Euler scheme with L steps of the limiting diffusion, at infinite width,
 * exactly: x_i += b_i + p1 sqrt(dt) g_i, where b_i = (p2/2) S_i dt and g is Gaussian with
 * covariance s_ij = sigmaB^2 + sigmaW^2 lambda_ij, S_i = s_ii.
 *
 * @throws {RangeError} if L is not a positive integer or T is not a non-negative number.
 */
export function eulerMeanField(
  start: MeanField,
  parameters: LimitParameters,
  T: number,
  L: number,
): MeanField {
  return recurse(start, T, L, schemeLayer(parameters));
}

/**
 * The mean field after a step of dt.
 *
 * @param products as those of `networkLayer`.
 */
export function schemeLayer(
  parameters: LimitParameters,
  products: (lambda: Float64Array) => Float64Array = (lambda) => lambda,
): (state: MeanField, dt: number) => MeanField {
  return (state, dt) => step(state, products(state.lambda), parameters, dt);
}

function step(
  { m, lambda }: MeanField,
  products: Float64Array,
  { p1, p2, sigmaW, sigmaB }: LimitParameters,
  dt: number,
): MeanField {
  const count = m.length;
  const s = products.map((value) => sigmaB ** 2 + sigmaW ** 2 * value);
  const b = m.map((_, i) => (p2 / 2) * s[i * count + i] * dt);
  return {
    m: m.map((value, i) => value + b[i]),
    lambda: symmetric(
      count,
      (i, j) =>
        lambda[i * count + j] +
        m[i] * b[j] +
        m[j] * b[i] +
        b[i] * b[j] +
        p1 ** 2 * dt * s[i * count + j],
    ),
  };
}
