import type { Activation, GaussianExpectations } from '@resdiff/networks';
import { gaussHermite } from './gauss-quadrature.ts';

/**
 * Nodes a dimension by the larger variance: for every smooth activation of libs/networks the error is
 * below 1e-15 up to 0.1, 1e-13 up to 0.5 and 1e-10 up to 1.
 */
const tiers = [
  { variance: 0.02, nodes: 12 },
  { variance: 0.05, nodes: 20 },
  { variance: 0.1, nodes: 32 },
  { variance: 0.5, nodes: 64 },
  { variance: Infinity, nodes: 160 },
];

/** E phi(h) and E phi(h) phi(h'): the activation's closed forms if it has them, else quadrature. */
export function gaussianExpectations(activation: Activation): GaussianExpectations {
  return activation.gaussian ?? tieredExpectations(activation.phi);
}

/** E phi'(h) and E phi'(h) phi'(h'): closed forms where the activation has them, else quadrature. */
export function slopeExpectations(activation: Activation): GaussianExpectations {
  return activation.slopeGaussian ?? tieredExpectations(activation.dphi);
}

/** Products of weights below it are left out: all of them together are below rounding. */
const negligible = 1e-22;

/** Gauss-Hermite with as many nodes as the variances ask for. */
function tieredExpectations(phi: (x: number) => number): GaussianExpectations {
  const made = new Map<number, GaussianExpectations>();
  const at = (variance: number) => {
    const { nodes } = tiers.find((tier) => variance <= tier.variance) ?? tiers[0];
    const expectations = made.get(nodes) ?? hermiteExpectations(phi, nodes);
    made.set(nodes, expectations);
    return expectations;
  };
  return {
    mean: (variance) => at(variance).mean(variance),
    product: (variance, otherVariance, covariance) =>
      at(Math.max(variance, otherVariance)).product(variance, otherVariance, covariance),
  };
}

/**
 * Gauss-Hermite with this many nodes a dimension: close to machine precision for smooth phi of
 * standard deviations up to 1, but only to about 1e-3 if phi has a kink.
 */
export function hermiteExpectations(
  phi: (x: number) => number,
  count: number,
): GaussianExpectations {
  const { nodes, weights } = gaussHermite(count);
  const expectation = (f: (z: number, i: number) => number, first = 0) => {
    let sum = 0;
    for (let i = first; i < count - first; i++) sum += weights[i] * f(nodes[i], i);
    return sum;
  };
  // Of many nodes, most lie far out. Weights are symmetric and fall from the middle.
  const firsts = weights.map((weight) =>
    weights.findIndex((other, i) => weight * other >= negligible || 2 * i >= count),
  );
  return {
    mean(variance) {
      const deviation = Math.sqrt(variance);
      return expectation((z) => phi(deviation * z));
    },
    product(variance, otherVariance, covariance) {
      const deviation = Math.sqrt(variance);
      const slope = deviation === 0 ? 0 : covariance / deviation;
      const residualVariance = otherVariance - slope * slope;
      if (residualVariance <= otherVariance * 4 * Number.EPSILON) {
        return expectation((z) => phi(deviation * z) * phi(slope * z));
      }
      const residual = Math.sqrt(residualVariance);
      return expectation(
        (z, i) => phi(deviation * z) * expectation((w) => phi(slope * z + residual * w), firsts[i]),
      );
    },
  };
}
