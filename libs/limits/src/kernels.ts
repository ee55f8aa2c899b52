import type { IidParameterLaw } from '@resdiff/networks';
import { linearGrowth } from './dynamics.ts';
import { requireNoCurvature, type LimitParameters } from './parameters.ts';

/**
 * K^inf, the covariance of a coordinate of x_T given x_0 over inputs, doubly infinite:
 * (lambda_0 + r)(e^C - 1), r = sigmaB^2/sigmaW^2, C = p1^2 sigmaW^2 T ([PF22], section 5.1). Finite
 * also where sigmaW or p1 is 0.
 *
 * @param lambda lambda_0, entries of any number of pairs of inputs.
 * @throws {CurvatureError} unless phi''(0) = 0.
 */
export function limitKernel(
  lambda: Float64Array,
  parameters: LimitParameters,
  T: number,
): Float64Array {
  requireNoCurvature(parameters, 'The limiting kernel');
  return lambda.map((value) => linearGrowth(value, parameters, T));
}

/**
 * The correlation of x_T, given x_0, between copied inputs z and z' if phi''(0) = 0:
 * (z z' + r)/sqrt((z^2 + r)(z'^2 + r)), whatever T is ([PF22], figure 5). NaN if an input does not
 * move.
 */
export function copiedInputsCorrelation(
  z: number,
  otherZ: number,
  { sigmaW, sigmaB }: IidParameterLaw,
): number {
  // The cosine of (sigmaW z, sigmaB) and (sigmaW z', sigmaB), each scaled so that no square overflows.
  const scaled = (x: number) => {
    const largest = Math.max(Math.abs(sigmaW * x), sigmaB);
    return [(sigmaW * x) / largest, sigmaB / largest];
  };
  const product = ([a, b]: number[], [c, d]: number[]) => a * c + b * d;
  const [u, v] = [scaled(z), scaled(otherZ)];
  return product(u, v) / Math.sqrt(product(u, u) * product(v, v));
}
