import { normalDensity, type Activation, type IidParameterLaw } from '@resdiff/networks';
import { feedforwardMaps } from './feedforward.ts';

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
 * For smooth phi: the terms that are left out add up to less than 1e-7 for tanh of variances up to 7.
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
    const coefficients = Array.from(q, (value) => hermiteCoefficients(activation.phi, value));
    const next = new Float64Array(covariance.length);
    for (let i = 0; i < count; i++) {
      next[i * count + i] = variance(q[i]);
      for (let j = 0; j < i; j++) {
        const rho = state[i * count + j] / Math.sqrt(q[i] * q[j]);
        const mean = series(coefficients[i], coefficients[j], rho);
        next[i * count + j] = law.sigmaB ** 2 + law.sigmaW ** 2 * mean;
        next[j * count + i] = next[i * count + j];
      }
    }
    state = next;
  }
  return state;
}

function series(a: Float64Array, b: Float64Array, rho: number): number {
  let sum = 0;
  for (let k = TERMS - 1; k >= 0; k--) sum = a[k] * b[k] + rho * sum;
  return sum;
}

/** E phi(sqrt(q) u) he_k(u), he_k the Hermite polynomials that are orthonormal for u ~ N(0, 1). */
function hermiteCoefficients(phi: (x: number) => number, q: number): Float64Array {
  const deviation = Math.sqrt(q);
  const { nodes, weighted } = hermiteFunctions();
  const values = nodes.map((u) => phi(deviation * u));
  return Float64Array.from({ length: TERMS }, (_, k) => {
    let sum = 0;
    for (let n = 0; n < nodes.length; n++) sum += weighted[k * nodes.length + n] * values[n];
    return sum;
  });
}

let made: { readonly nodes: Float64Array; readonly weighted: Float64Array } | undefined;

/** he_k times the normal density times the step on an even grid, a row for each k. */
function hermiteFunctions() {
  if (made) return made;
  const half = Math.ceil(REACH / STEP);
  const count = 2 * half + 1;
  const nodes = Float64Array.from({ length: count }, (_, n) => (n - half) * STEP);
  const weighted = new Float64Array(TERMS * count);
  for (let n = 0; n < count; n++) {
    let [previous, current] = [0, STEP * normalDensity(nodes[n])];
    for (let k = 0; k < TERMS; k++) {
      weighted[k * count + n] = current;
      const next = (nodes[n] * current - Math.sqrt(k) * previous) / Math.sqrt(k + 1);
      [previous, current] = [current, next];
    }
  }
  made = { nodes, weighted };
  return made;
}
