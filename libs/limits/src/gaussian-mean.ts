import { normalDensity } from '@resdiff/networks';

/** Beyond it the normal density is below 1e-18 of its peak. */
const reach = 9.2;

/** Nodes k step, k = -count, ..., count, and the normal density there times the step. */
interface Mesh {
  readonly step: number;
  readonly count: number;
  readonly weights: Float64Array;
}

const meshes = new Map<number, Mesh>();
/** A map of a network's mean field asks for a few meshes again and again. */
const mostMeshes = 64;

/**
 * E f(h), h ~ N(0, variance), f analytic near the real line, by the trapezoidal rule. Its error
 * falls like exp(-2 pi a/(step sqrt(variance))), a the distance of the poles of f from the real
 * line: for tanh (a = pi/2) and its like it is at rounding for every variance, where Gauss-Hermite
 * would need thousands of nodes. For a kink it is of the order of step^2.
 *
 * From deviations of 1000 on the rule goes by t, h = sinh t, and f must come to a line on either side of 0.
 */
export function gaussianMean(f: (h: number) => number, variance: number): number {
  const deviation = Math.sqrt(variance);
  if (deviation >= WIDE) return wideMean(f, deviation);
  if (deviation === 0) return f(0);
  const { step, count, weights } = meshFor(deviation);
  // Two by two, here and for wide Gaussians, so that the mean of an odd f is 0 and not rounding.
  let sum = weights[count] * f(0);
  for (let k = 1; k <= count; k++) {
    const h = deviation * k * step;
    sum += weights[count + k] * (f(h) + f(-h));
  }
  return sum;
}

const WIDE = 1000;
const WIDE_STEP = 0.1;

/** In t the number of nodes grows as the logarithm of the deviation. */
function wideMean(f: (h: number) => number, deviation: number): number {
  if (!(deviation < Infinity)) return NaN;
  const count = Math.ceil(Math.asinh(reach * deviation) / WIDE_STEP);
  let sum = ((WIDE_STEP * normalDensity(0)) / deviation) * f(0);
  for (let k = 1; k <= count; k++) {
    const t = k * WIDE_STEP;
    const h = Math.sinh(t);
    const weight = (WIDE_STEP * Math.cosh(t) * normalDensity(h / deviation)) / deviation;
    if (weight > 0) sum += weight * (f(h) + f(-h));
  }
  return sum;
}

/**
 * E f(h) g(h'), (h, h') centred Gaussians of these variances and this covariance; as `gaussianMean`, but
 * that f and g must come to lines from deviations of 10 on.
 */
export function gaussianProduct(
  f: (h: number) => number,
  variance: number,
  otherVariance: number,
  covariance: number,
  g: (h: number) => number = f,
): number {
  // The wider first: steps that suit it suit what the other is of it too.
  if (otherVariance > variance) return gaussianProduct(g, otherVariance, variance, covariance, f);
  const slope = variance === 0 ? 0 : covariance / variance;
  const residual = otherVariance - slope * covariance;
  const deviation = Math.sqrt(variance);
  if (residual <= otherVariance * 4 * Number.EPSILON) {
    const both = (h: number) => f(h) * g(slope * h);
    return deviation > WIDE_PAIR ? wideMean(both, deviation) : gaussianMean(both, variance);
  }
  const residualDeviation = Math.sqrt(residual);
  if (deviation > WIDE_PAIR) {
    return wideMean((h) => f(h) * meanAbout(g, slope * h, residualDeviation), deviation);
  }
  const outer = meshFor(deviation);
  const inner = meshFor(residualDeviation);
  let sum = 0;
  for (let k = -outer.count; k <= outer.count; k++) {
    const node = k * outer.step;
    const h = deviation * node;
    // Outside of the disc the density of both is below 1e-18 of its peak.
    const last = Math.min(
      inner.count,
      Math.floor(Math.sqrt(Math.max(0, reach ** 2 - node ** 2)) / inner.step),
    );
    let mean = 0;
    for (let j = -last; j <= last; j++) {
      mean += inner.weights[j + inner.count] * g(slope * h + residualDeviation * j * inner.step);
    }
    sum += outer.weights[k + outer.count] * f(h) * mean;
  }
  return sum;
}

const WIDE_PAIR = 10;
/** So far from 0 a function that comes to a line has come to it. */
const STRAIGHT = 40;
/** Fine enough for a Gaussian of a mean of 18 deviations, of which t is the logarithm. */
const FINE_STEP = 0.03;

/** E g(h), h ~ N(mean, deviation^2). */
function meanAbout(g: (h: number) => number, mean: number, deviation: number): number {
  if (Math.abs(mean) > reach * deviation + STRAIGHT) return g(mean);
  if (deviation <= WIDE_PAIR) {
    const { step, count, weights } = meshFor(deviation);
    let sum = 0;
    for (let k = -count; k <= count; k++)
      sum += weights[k + count] * g(mean + deviation * k * step);
    return sum;
  }
  const last = Math.asinh(mean + reach * deviation);
  let sum = 0;
  for (let t = Math.asinh(mean - reach * deviation); t <= last; t += FINE_STEP) {
    const h = Math.sinh(t);
    sum += Math.cosh(t) * normalDensity((h - mean) / deviation) * g(h);
  }
  return (FINE_STEP * sum) / deviation;
}

function meshFor(deviation: number): Mesh {
  const step = 0.25 / Math.max(1, deviation);
  const known = meshes.get(step);
  if (known) return known;
  const count = Math.floor(reach / step);
  const weights = Float64Array.from({ length: 2 * count + 1 }, (_, k) => {
    return step * normalDensity((k - count) * step);
  });
  if (meshes.size === mostMeshes) meshes.clear();
  meshes.set(step, { step, count, weights });
  return { step, count, weights };
}
