import type { Activation, GaussianExpectations } from '@resdiff/networks';
import { gaussHermite } from './gauss-quadrature.ts';
import {
  hermiteCoefficients,
  hermiteRule,
  mehlerSeries,
  type HermiteRule,
} from './hermite-series.ts';

/**
 * Nodes a dimension by the larger variance: for every smooth activation of libs/networks the error is
 * below 1e-15 up to 0.1, 1e-13 up to 0.5, 1e-10 up to 1 and 1e-7 up to MOST_RESOLVED.
 */
const tiers = [
  { variance: 0.02, nodes: 12 },
  { variance: 0.05, nodes: 20 },
  { variance: 0.1, nodes: 32 },
  { variance: 0.5, nodes: 64 },
  { variance: 1, nodes: 160 },
  { variance: Infinity, nodes: 640 },
];

/** Above this variance what a quadrature gives is no more than an approximation. */
export const MOST_RESOLVED = 10;

/** E phi(h) and E phi(h) phi(h'): the activation's closed forms if it has them, else quadrature. */
export function gaussianExpectations(activation: Activation): GaussianExpectations {
  return activation.gaussian ?? tieredExpectations(activation.phi);
}

/** E phi'(h) and E phi'(h) phi'(h'): closed forms where the activation has them, else quadrature. */
export function slopeExpectations(activation: Activation): GaussianExpectations {
  return activation.slopeGaussian ?? tieredExpectations(activation.dphi);
}

/** Gauss-Hermite with as many nodes as the variances ask for. */
function tieredExpectations(phi: (x: number) => number): GaussianExpectations {
  const made = new Map<number, GaussianExpectations>();
  const at = (variance: number) => {
    const { nodes } = tiers.find((tier) => variance <= tier.variance) ?? tiers[0];
    const expectations = made.get(nodes) ?? mehlerExpectations(phi, nodes);
    made.set(nodes, expectations);
    return expectations;
  };
  return {
    mean: (variance) => at(variance).mean(variance),
    product: (variance, otherVariance, covariance) =>
      at(Math.max(variance, otherVariance)).product(variance, otherVariance, covariance),
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
