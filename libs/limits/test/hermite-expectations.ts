import type { GaussianExpectations } from '@resdiff/networks';
import { gaussHermite } from '../src/gauss-quadrature.ts';

/** E phi(h) and E phi(h) phi(h') by Gauss-Hermite in both variables: slow, the oracle of expansions. */
export function hermiteExpectations(
  phi: (x: number) => number,
  count: number,
): GaussianExpectations {
  const { nodes, weights } = gaussHermite(count);
  const expectation = (f: (z: number) => number) =>
    nodes.reduce((sum, z, i) => sum + weights[i] * f(z), 0);
  return {
    mean: (variance) => expectation((z) => phi(Math.sqrt(variance) * z)),
    product(variance, otherVariance, covariance) {
      const deviation = Math.sqrt(variance);
      const slope = deviation === 0 ? 0 : covariance / deviation;
      const residual = Math.sqrt(Math.max(0, otherVariance - slope ** 2));
      return expectation(
        (z) => phi(deviation * z) * expectation((w) => phi(slope * z + residual * w)),
      );
    },
  };
}
