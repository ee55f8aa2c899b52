import type { Activation, IidParameterLaw } from '@resdiff/networks';
import { slopeExpectations } from './gaussian-expectations.ts';
import type { MeanField } from './moments.ts';
import { networkLayer } from './network-recursion.ts';
import type { Ntk } from './ntk.ts';
import { recurse } from './recursion.ts';

/**
 * The tangent kernel of y = x_{L,1} of a network of L layers at infinite width: with
 * D_l = E phi'(h_l) phi'(h'_l), from P = 1 at the top backwards, K_W += sigmaW^2 dt lambda_l D_l P,
 * K_b += sigmaB^2 dt D_l P, P *= 1 + sigmaW^2 dt D_l.
 *
 * At L = 500 it is still 5% away from its limit: compare networks with this.
 *
 * @returns K_W and K_b, N x N row-major.
 * @throws {RangeError} if L is not a positive integer or T is not a non-negative number.
 */
export function networkNtk(
  start: MeanField,
  activation: Activation,
  law: IidParameterLaw,
  T: number,
  L: number,
): Ntk {
  const layer = networkLayer(activation, law);
  const states: MeanField[] = [];
  recurse(start, T, L, (state, dt) => {
    states.push(state);
    return layer(state, dt);
  });

  const slopes = slopeExpectations(activation, start.m.length);
  const weights = new Float64Array(start.lambda.length);
  const biases = new Float64Array(start.lambda.length);
  const backward = new Float64Array(start.lambda.length).fill(1);
  const weightStep = (law.sigmaW ** 2 * T) / L;
  const biasStep = (law.sigmaB ** 2 * T) / L;
  for (const { lambda } of states.reverse()) {
    slopeKernel(
      lambda,
      start.m.length,
      slopes.product,
      (value) => biasStep + weightStep * value,
    ).forEach((slope, index) => {
      weights[index] += weightStep * lambda[index] * slope * backward[index];
      biases[index] += biasStep * slope * backward[index];
      backward[index] *= 1 + weightStep * slope;
    });
  }
  return { weights, biases };
}

/** E phi'(h_i) phi'(h_j) for preactivations of covariance `covariance(lambda_ij)`. */
function slopeKernel(
  lambda: Float64Array,
  count: number,
  product: (variance: number, otherVariance: number, covariance: number) => number,
  covariance: (lambda: number) => number,
): Float64Array {
  const at = (i: number, j: number) => covariance(lambda[i * count + j]);
  return lambda.map((_, index) => {
    const [i, j] = [Math.floor(index / count), index % count];
    return product(at(i, i), at(j, j), at(i, j));
  });
}
