import { normalDensity, type Activation, type IidParameterLaw } from '@resdiff/networks';
import { feedforwardMaps } from './feedforward.ts';
import {
  hermiteCoefficients,
  hermiteRule,
  mehlerSeries,
  type HermiteRule,
} from './hermite-series.ts';

/** Terms of the series, and the grid on which their coefficients are summed. */
const TERMS = 200;
const STEP = 0.08;
const REACH = 10;

/**
 * The covariances over N inputs of feedforward preactivations after more layers at infinite width,
 * each layer by Mehler's expansion: E phi(x) phi(x') = sum_k a_k(q) a_k(q') rho^k for Gaussians of
 * variances q, q' and correlation rho, a_k the Hermite coefficients of phi(sqrt(q) u). One expansion
 * an input serves all pairs, where a quadrature a pair would take hundreds of times as long.
 *
 * For smooth phi: of tanh the terms that are left out add up to less than 1e-7 for variances up to 7, 2e-5
 * up to 20 and 2e-3 up to 100.
 *
 * @param covariance of the first, N x N row-major.
 */
export function mehlerCovariances(
  covariance: Float64Array,
  activation: Activation,
  law: IidParameterLaw,
  layers: number,
): Float64Array {
  const { variance } = feedforwardMaps(activation, law);
  const count = Math.sqrt(covariance.length);
  let state = covariance;
  for (let layer = 0; layer < layers; layer++) {
    const q = Float64Array.from({ length: count }, (_, i) => state[i * count + i]);
    const coefficients = Array.from(q, (value) =>
      hermiteCoefficients(evenRule(), activation.phi, value),
    );
    const next = new Float64Array(covariance.length);
    for (let i = 0; i < count; i++) {
      next[i * count + i] = variance(q[i]);
      for (let j = 0; j < i; j++) {
        const rho = state[i * count + j] / Math.sqrt(q[i] * q[j]);
        const mean = mehlerSeries(coefficients[i], coefficients[j], rho);
        next[i * count + j] = law.sigmaB ** 2 + law.sigmaW ** 2 * mean;
        next[j * count + i] = next[i * count + j];
      }
    }
    state = next;
  }
  return state;
}

let made: HermiteRule | undefined;

/** On an even grid. */
function evenRule(): HermiteRule {
  const half = Math.ceil(REACH / STEP);
  made ??= hermiteRule(
    Float64Array.from({ length: 2 * half + 1 }, (_, n) => (n - half) * STEP),
    (n) => STEP * normalDensity((n - half) * STEP),
    TERMS,
  );
  return made;
}
