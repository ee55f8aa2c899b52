import type { Activation } from '@resdiff/networks';
import { feedforwardMaps, meanSquare, meanSquareSlope } from './feedforward.ts';
import { logarithmicGrid, signChanges } from './roots.ts';

/**
 * Scales of a feedforward network between order and chaos: the variance q stays, and so do
 * correlations and gradients to first order, chi_1 = 1 (Schoenholz et al., 2017).
 */
export interface EdgeOfChaosPoint {
  readonly sigmaW: number;
  readonly sigmaB: number;
  /** The variance q* of a pre-activation that stays; undefined if every variance does. */
  readonly q: number | undefined;
  /** The slope of the variance map at q*: other variances approach q* if it is below 1. */
  readonly varianceSlope: number;
}

/** No scale of the weights puts this activation at the edge of chaos with these biases. */
export class NoEdgeOfChaosError extends Error {
  override readonly name = 'NoEdgeOfChaosError';
}

/** The variances that are searched: nearer 0, odd activations are linear to rounding. */
const variances = (sigmaB: number) => logarithmicGrid(sigmaB === 0 ? 1e-4 : 1e-7, 1e4, 12);

/**
 * The edge-of-chaos points of an activation with biases of scale sigmaB, by increasing q: the roots
 * of sigmaB^2 = q - sigmaW^2 E phi^2, sigmaW^2 = 1/E phi'^2, x ~ N(0, q). Activations such as tanh
 * have one, those such as swish none or several; homogeneous ones only without biases.
 *
 * @throws {NoEdgeOfChaosError} if there is none.
 * @throws {RangeError} if sigmaB is not a number that is not negative.
 */
export function edgeOfChaosPoints(activation: Activation, sigmaB: number): EdgeOfChaosPoint[] {
  if (!(sigmaB >= 0 && sigmaB < Infinity)) {
    throw new RangeError(`sigmaB is ${sigmaB}; it must be a number that is not negative.`);
  }
  const slope = meanSquareSlope(activation);
  if (activation.homogeneous) return [homogeneousPoint(activation, sigmaB, slope(1))];

  const square = meanSquare(activation);
  const biasVariance = (q: number) => q - square(q) / slope(q);
  const { phi, dphi } = activation.atZero;
  const atZero = sigmaB === 0 && phi === 0 && Math.abs(dphi) > 0 ? [0] : [];
  const others = signChanges((q) => biasVariance(q) - sigmaB ** 2, variances(sigmaB));
  const points = [...atZero, ...others].map((q) => pointAt(activation, sigmaB, q, slope(q)));
  if (points.length > 0) return points;
  const largest = variances(sigmaB).reduce((best, q) => Math.max(best, biasVariance(q)), 0);
  throw new NoEdgeOfChaosError(
    `${activation.name} has no edge of chaos with sigmaB = ${sigmaB}; sigmaB must be at most ` +
      `${Math.sqrt(largest).toPrecision(6)}, where variances up to 1e4 reach.`,
  );
}

function pointAt(
  activation: Activation,
  sigmaB: number,
  q: number,
  slope: number,
): EdgeOfChaosPoint {
  const sigmaW = 1 / Math.sqrt(slope);
  const { varianceSlope } = feedforwardMaps(activation, { sigmaW, sigmaB });
  return { sigmaW, sigmaB, q, varianceSlope: varianceSlope(q) };
}

function homogeneousPoint({ name }: Activation, sigmaB: number, slope: number): EdgeOfChaosPoint {
  if (sigmaB === 0) {
    return { sigmaW: 1 / Math.sqrt(slope), sigmaB, q: undefined, varianceSlope: 1 };
  }
  throw new NoEdgeOfChaosError(
    `${name} is positively homogeneous and has no edge of chaos with sigmaB = ${sigmaB}; ` +
      `sigmaB must be 0.`,
  );
}
