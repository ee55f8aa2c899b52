import { drawMeans, standardError, type Sample } from './draws.ts';
import type { ClusterOptions } from './moments.ts';

export interface KsDistance {
  /** sup |F_a - F_b|. */
  distance: number;
  /** The smallest value at which the distance is attained. */
  at: number;
}

export interface KsTwoSample extends KsDistance {
  /**
   * The standard error of F_a(at) - F_b(at), by the draws' shares of values up to `at`; null where
   * a sample has only one draw. Pointwise: it takes `at` as given, not as the place of the maximum.
   */
  se: number | null;
}

/**
 * The two-sample Kolmogorov-Smirnov distance, ties included. Draws of `clusterSize` consecutive
 * values are independent, within and between the samples; the values of a draw need not be.
 *
 * @throws {RangeError} if a sample is empty, has a NaN, or not a whole number of draws.
 */
export function ksTwoSample(
  a: Sample,
  b: Sample,
  { clusterSize = 1 }: ClusterOptions = {},
): KsTwoSample {
  const { distance, at } = largestGap(sorted('ksTwoSample', a), sorted('ksTwoSample', b));
  const shareError = (values: Sample) =>
    standardError(
      drawMeans('ksTwoSample', values.length, clusterSize, (i) => (values[i] <= at ? 1 : 0)),
    );
  const seA = shareError(a);
  const seB = shareError(b);
  return { distance, at, se: seA === null || seB === null ? null : Math.hypot(seA, seB) };
}

/**
 * The Kolmogorov-Smirnov distance of a sample from a continuous distribution function.
 *
 * @throws {RangeError} if the sample is empty or has a NaN.
 */
export function ksOneSample(values: Sample, cdf: (x: number) => number): KsDistance {
  const ordered = sorted('ksOneSample', values);
  const count = ordered.length;
  let distance = -1;
  let at = NaN;
  for (let i = 0; i < count; i++) {
    const probability = cdf(ordered[i]);
    const gap = Math.max((i + 1) / count - probability, probability - i / count);
    if (gap > distance) {
      distance = gap;
      at = ordered[i];
    }
  }
  return { distance, at };
}

/** Both samples in increasing order. */
function largestGap(a: Sample, b: Sample): KsDistance {
  let distance = -1;
  let at = NaN;
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i], b[j]);
    while (i < a.length && a[i] === value) i++;
    while (j < b.length && b[j] === value) j++;
    const gap = Math.abs(i / a.length - j / b.length);
    if (gap > distance) {
      distance = gap;
      at = value;
    }
  }
  return { distance, at };
}

function sorted(caller: string, values: Sample): Sample {
  if (values.length === 0) throw new RangeError(`${caller}: a sample is empty; it needs a value.`);
  const ordered = values.slice().sort();
  if (Number.isNaN(ordered[ordered.length - 1])) {
    throw new RangeError(`${caller}: a sample has a NaN; leave such draws out.`);
  }
  return ordered;
}
