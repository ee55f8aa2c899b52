import { linearGrowth } from './dynamics.ts';
import { requireNoCurvature, type LimitParameters } from './parameters.ts';

/** The neural tangent kernel of y = x_{T,1} over pairs of inputs, by what is trained. */
export interface Ntk {
  /** K_W, of the weights eps^W. */
  readonly weights: Float64Array;
  /** K_b, of the biases eps^b. */
  readonly biases: Float64Array;
}

/**
 * The tangent kernel as depth grows, [PF22] section 5.3: K_b = r (E - 1),
 * K_W = lambda_0 C E + r (C E - (E - 1)), where C = p1^2 sigmaW^2 T, E = e^C and
 * r = sigmaB^2/sigmaW^2 (in print, 5.2 (i), r is upside down); in all (lambda_0 + r) C E. It is the mean at
 * every width, and what the kernel converges to as the width grows.
 *
 * @param lambda lambda_0, entries of any number of pairs of inputs.
 * @throws {CurvatureError} unless phi''(0) = 0.
 */
export function limitNtk(lambda: Float64Array, parameters: LimitParameters, T: number): Ntk {
  requireNoCurvature(parameters, 'The limiting tangent kernel');
  const { p1, sigmaW, sigmaB } = parameters;
  const C = (p1 * sigmaW) ** 2 * T;
  const biases = linearGrowth(0, parameters, T);
  const biasesInWeights = sigmaB ** 2 * p1 ** 2 * T * remainder(C);
  return {
    weights: lambda.map((value) => value * C * Math.exp(C) + biasesInWeights),
    biases: lambda.map(() => biases),
  };
}

/** (C e^C - (e^C - 1))/C = sum over n >= 1 of n C^n/(n + 1)!, without cancellation near 0. */
function remainder(C: number): number {
  if (C > 0.5) return Math.exp(C) - Math.expm1(C) / C;
  let sum = 0;
  let power = 1;
  for (let n = 1; n <= 16; n++) {
    power *= C / n;
    sum += (n * power) / (n + 1);
  }
  return sum;
}
