import type { Activation, IidParameterLaw } from '@resdiff/networks';
import { gaussianMean, gaussianProduct } from './gaussian-mean.ts';
import { symmetric } from './moments.ts';
import { logarithmicGrid, signChanges } from './roots.ts';

/**
 * The feedforward network x' = W phi(x) + b of pre-activations x at infinite width, W ~ N(0,
 * sigmaW^2/D), b ~ N(0, sigmaB^2): its mean-field maps (Poole et al., 2016; Schoenholz et al., 2017;
 * the networks of [PF22], figures 1 and 5).
 */
export interface FeedforwardMaps {
  /** The variance of x' if x has variance q: sigmaB^2 + sigmaW^2 E phi(x)^2. */
  readonly variance: (q: number) => number;
  /** d variance/dq = sigmaW^2 E[phi'^2 + phi phi'']: a fixed point attracts if it is below 1. */
  readonly varianceSlope: (q: number) => number;
  /** The covariance over two inputs of x'. */
  readonly covariance: (q: number, otherQ: number, covariance: number) => number;
  /** The correlation of x' for two inputs of variance q and correlation c. */
  readonly correlation: (q: number, c: number) => number;
  /**
   * chi_1 = sigmaW^2 E phi'(x)^2: the slope of the correlation map at c = 1, and the factor of a
   * gradient's mean square a layer; 1 at the edge of chaos.
   */
  readonly chi1: (q: number) => number;
}

export function feedforwardMaps(
  activation: Activation,
  { sigmaW, sigmaB }: IidParameterLaw,
): FeedforwardMaps {
  const { phi, ddphi, homogeneous, gaussian } = activation;
  const slopeSquare = meanSquareSlope(activation);
  const product = gaussian?.product ?? ((v, w, c) => gaussianProduct(phi, v, w, c));
  const square = meanSquare(activation);
  const variance = (q: number) => sigmaB ** 2 + sigmaW ** 2 * square(q);
  const covariance = (q: number, otherQ: number, c: number) =>
    sigmaB ** 2 + sigmaW ** 2 * product(q, otherQ, c);
  return {
    variance,
    varianceSlope: (q) =>
      sigmaW ** 2 *
      (homogeneous ? square(1) : slopeSquare(q) + gaussianMean((x) => phi(x) * ddphi(x), q)),
    covariance,
    correlation: (q, c) => covariance(q, q, c * q) / variance(q),
    // Homogeneous: that of every other q, also at the kink where q is 0.
    chi1: (q) => sigmaW ** 2 * slopeSquare(homogeneous ? 1 : q),
  };
}

/** E phi(x)^2, x ~ N(0, q). */
export function meanSquare({ phi, gaussian }: Activation): (q: number) => number {
  if (gaussian) return (q) => gaussian.product(q, q, q);
  return (q) => gaussianMean((x) => phi(x) ** 2, q);
}

/** E phi'(x)^2, x ~ N(0, q). */
export function meanSquareSlope({ dphi, slopeGaussian }: Activation): (q: number) => number {
  if (slopeGaussian) return (q) => slopeGaussian.product(q, q, q);
  return (q) => gaussianMean((x) => dphi(x) ** 2, q);
}

/**
 * The covariance of N inputs' pre-activations after 0, 1, ..., `layers` more layers.
 *
 * @param covariance of the first, N x N row-major.
 * @throws {RangeError} if `layers` is not a natural number.
 */
export function feedforwardCovariances(
  covariance: Float64Array,
  activation: Activation,
  law: IidParameterLaw,
  layers: number,
): Float64Array[] {
  if (!Number.isSafeInteger(layers) || layers < 0) {
    throw new RangeError(`The number of layers is ${layers}; it must be a natural number.`);
  }
  const maps = feedforwardMaps(activation, law);
  const count = Math.sqrt(covariance.length);
  const states = [covariance];
  for (let l = 0; l < layers; l++) {
    const at = (i: number, j: number) => states[l][i * count + j];
    states.push(
      symmetric(count, (i, j) =>
        i === j ? maps.variance(at(i, i)) : maps.covariance(at(i, i), at(j, j), at(i, j)),
      ),
    );
  }
  return states;
}

/** A fixed point of a map, and the map's slope there: it attracts if that is below 1. */
export interface FixedPoint {
  readonly value: number;
  readonly slope: number;
}

/**
 * The fixed points of the variance map in [0, 1e4]. A homogeneous phi without biases keeps or loses
 * every variance: it has the one at 0 alone.
 */
export function varianceFixedPoints(activation: Activation, law: IidParameterLaw): FixedPoint[] {
  const { variance, varianceSlope } = feedforwardMaps(activation, law);
  const zero = variance(0) === 0 ? [0] : [];
  const scaleFree = activation.homogeneous && law.sigmaB === 0;
  const others = scaleFree
    ? []
    : signChanges((q) => variance(q) / q - 1, logarithmicGrid(1e-8, 1e4, 20));
  return [...zero, ...others].map((value) => ({ value, slope: varianceSlope(value) }));
}

/**
 * The fixed points in [-1, 1] of the correlation map at a variance q that is a fixed point of the
 * variance map, 1 always among them, and -1 if the map is odd. Correlations approach one of slope below 1
 * exponentially with depth, one of slope 1 (the edge of chaos) like a power.
 *
 * The map is a power series with coefficients that are not negative and add up to 1. So it is convex above
 * 0, where it has one more fixed point at most, and none is below 0 but -1.
 */
export function correlationFixedPoints(
  activation: Activation,
  law: IidParameterLaw,
  q: number,
): FixedPoint[] {
  const { correlation, chi1 } = feedforwardMaps(activation, law);
  const map = (c: number) => correlation(q, c);
  const step = 1e-5;
  const slope = (c: number) => {
    const [low, high] = [Math.max(-1, c - step), Math.min(1, c + step)];
    return (map(high) - map(low)) / (high - low);
  };
  return [
    ...(map(-1) < -1 + 1e-12 ? [{ value: -1, slope: chi1(q) }] : []),
    // Close to 1 the difference of c and its image is rounding, where the slope is 1.
    ...signChanges((c) => map(c) - c, [-0.5, 1 - 1e-4]).map((value) => ({
      value,
      slope: slope(value),
    })),
    { value: 1, slope: chi1(q) },
  ];
}
