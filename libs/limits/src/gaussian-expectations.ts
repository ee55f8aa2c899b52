import type { Activation, GaussianExpectations } from '@resdiff/networks';
import { gaussHermite } from './gauss-quadrature.ts';
import { gaussianMean, gaussianProduct } from './gaussian-mean.ts';
import {
  hermiteCoefficients,
  hermiteRule,
  mehlerSeries,
  type HermiteRule,
} from './hermite-series.ts';

/** Up to this variance Mehler's expansions are exact, as said below. */
export const MOST_EXPANDED = 10;
/**
 * Above it each pair takes a quadrature of its own, up to this variance and of no more inputs: of others
 * that would take hours.
 */
export const MOST_PAIRED = { variance: 1e6, inputs: 12 };

/**
 * Nodes a dimension by the larger variance: for phi of every smooth activation of libs/networks the error
 * is below 1e-15 up to 0.1, 1e-12 up to 1 and 1e-9 up to MOST_EXPANDED, for phi' below 1e-14, 1e-10 and 1e-7.
 */
const tiers = [
  { variance: 0.02, nodes: 12 },
  { variance: 0.05, nodes: 20 },
  { variance: 0.1, nodes: 32 },
  { variance: 0.5, nodes: 64 },
  { variance: 1, nodes: 160 },
  { variance: Infinity, nodes: 640 },
];

/**
 * E phi(h) and E phi(h) phi(h'): the activation's closed forms if it has them, else quadrature.
 *
 * @param inputs whose pairs are asked for. Those beyond MOST_PAIRED have errors of up to a fiftieth of their
 *   size above the variance MOST_EXPANDED, where they are not fully correlated.
 */
export function gaussianExpectations(activation: Activation, inputs = 1): GaussianExpectations {
  return activation.gaussian ?? tieredExpectations(activation.phi, inputs);
}

/** Up to which variance E phi(h) phi(h') is exact for all pairs of so many inputs, by quadrature. */
export function mostExactVariance(inputs: number): number {
  return inputs > MOST_PAIRED.inputs ? MOST_EXPANDED : MOST_PAIRED.variance;
}

/** Whether E phi(h) phi(h') is exact for all pairs of so many inputs of up to this variance. */
export function areProductsExact(
  { gaussian }: Activation,
  { inputs, variance }: { readonly inputs: number; readonly variance: number },
): boolean {
  return gaussian !== undefined || variance <= mostExactVariance(inputs);
}

/** E phi'(h) and E phi'(h) phi'(h'), as `gaussianExpectations`, but for errors of up to their size. */
export function slopeExpectations(activation: Activation, inputs = 1): GaussianExpectations {
  return activation.slopeGaussian ?? tieredExpectations(activation.dphi, inputs);
}

function tieredExpectations(phi: (x: number) => number, inputs: number): GaussianExpectations {
  const mostExact = mostExactVariance(inputs);
  const made = new Map<number, GaussianExpectations>();
  const at = (variance: number) => {
    const { nodes } = tiers.find((tier) => variance <= tier.variance) ?? tiers[0];
    const expectations = made.get(nodes) ?? mehlerExpectations(phi, nodes);
    made.set(nodes, expectations);
    return expectations;
  };
  return {
    mean: (variance) =>
      variance > MOST_EXPANDED ? gaussianMean(phi, variance) : at(variance).mean(variance),
    product(variance, otherVariance, covariance) {
      const larger = Math.max(variance, otherVariance);
      const isExpanded = larger <= MOST_EXPANDED || (larger > mostExact && covariance !== larger);
      return isExpanded
        ? at(larger).product(variance, otherVariance, covariance)
        : gaussianProduct(phi, variance, otherVariance, covariance);
    },
  };
}

/** How many variances' coefficients are kept: those of a layer of as many inputs. */
const KEPT = 1024;

/**
 * Mehler's expansion, E phi(x) phi(x') = sum_k a_k(v) a_k(v') rho^k for Gaussians of variances v, v' and
 * correlation rho, a_k being the Hermite coefficients of phi(sqrt(v) u) by Gauss-Hermite with this many
 * nodes, up to as many terms. It is as exact as the quadrature of a pair over nodes x nodes, close to
 * machine precision for smooth phi of standard deviations up to 1 and only to about 1e-3 if phi has a
 * kink, and one expansion of an input serves all its pairs.
 */
export function mehlerExpectations(
  phi: (x: number) => number,
  count: number,
): GaussianExpectations {
  const rule = gaussHermiteRule(count);
  const kept = new Map<number, Float64Array>();
  const coefficients = (variance: number): Float64Array => {
    const known = kept.get(variance);
    if (known) return known;
    if (kept.size >= KEPT) kept.clear();
    const found = hermiteCoefficients(rule, phi, variance);
    kept.set(variance, found);
    return found;
  };
  return {
    mean: (variance) => coefficients(variance)[0],
    product(variance, otherVariance, covariance) {
      const scale = Math.sqrt(variance) * Math.sqrt(otherVariance);
      const rho = scale > 0 ? Math.max(-1, Math.min(1, covariance / scale)) : 0;
      return mehlerSeries(coefficients(variance), coefficients(otherVariance), rho);
    },
  };
}

const made = new Map<number, HermiteRule>();

/** With as many polynomials as nodes. */
function gaussHermiteRule(count: number): HermiteRule {
  const known = made.get(count);
  if (known) return known;
  const { nodes, weights } = gaussHermite(count);
  const rule = hermiteRule(nodes, (n) => weights[n], count);
  made.set(count, rule);
  return rule;
}
