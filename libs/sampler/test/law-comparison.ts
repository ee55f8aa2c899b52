import type { Sampler } from '../src/sampler.ts';
import { ksPValue, zScoreTwoSample } from './statistics.ts';

/**
 * Statistics of a draw, N x D states, that see a coordinate's law, the joint law of inputs, and the
 * joint law of coordinates.
 */
const statistics: Record<string, (x: ArrayLike<number>, count: number, width: number) => number> = {
  'first input, first coordinate': (x) => x[0],
  'last input, last coordinate': (x, count, width) => x[count * width - 1],
  'product of the first two coordinates': (x, _, width) => (width > 1 ? x[0] * x[1] : x[0] ** 2),
  '|x^1|^2 / D': (x, _, width) => inner(x, 0, 0, width),
  'coordinate of the first input times that of the last': (x, count, width) =>
    x[0] * x[(count - 1) * width],
  'difference of the first input from the last': (x, count, width) => x[(count - 1) * width] - x[0],
  '<x^1, x^N> / D': (x, count, width) => inner(x, 0, count - 1, width),
};

function inner(x: ArrayLike<number>, i: number, j: number, width: number): number {
  let sum = 0;
  for (let d = 0; d < width; d++) sum += x[i * width + d] * x[j * width + d];
  return sum / width;
}

export interface SampledNetwork {
  readonly network: { readonly width: number };
  readonly initial: readonly Float64Array[];
}

/** The values of every statistic over draws 0, 1, ... */
export function sample(
  sampler: Sampler,
  { network, initial }: SampledNetwork,
  draws: number,
): Float64Array[] {
  const values = Object.values(statistics).map(() => new Float64Array(draws));
  for (let index = 0; index < draws; index++) {
    const { states } = sampler.draw(index);
    Object.values(statistics).forEach((statistic, s) => {
      values[s][index] = statistic(states, initial.length, network.width);
    });
  }
  return values;
}

/**
 * The smallest p-value over statistics, of Kolmogorov-Smirnov and of equal means and equal mean
 * squares. What one side fixes, the other has to have within f32.
 */
export function smallestPValue(a: readonly Float64Array[], b: readonly Float64Array[]): number {
  let smallest = 1;
  a.forEach((x, s) => {
    const y = b[s];
    const scale = 1e-4 * (1 + Math.abs(y[0]));
    const fixed = (value: number) => !(Math.abs(value - y[0]) > scale);
    if (y.every(fixed)) {
      if (!x.every(fixed)) smallest = 0;
      return;
    }
    const squares = [x, y].map((values) => values.map((v) => v * v));
    smallest = Math.min(
      smallest,
      ksPValue(x, y),
      normalPValue(zScoreTwoSample(x, y)),
      normalPValue(zScoreTwoSample(squares[0], squares[1])),
    );
  });
  return smallest;
}

/** Two-sided, by an upper bound: P(|Z| > z) <= exp(-z^2 / 2). */
const normalPValue = (z: number) => Math.exp((-z * z) / 2);
