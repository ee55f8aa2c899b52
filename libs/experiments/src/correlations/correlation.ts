import { moments } from '@resdiff/analysis';
import { pairIndex, type ModelSample } from './samples.ts';

/** A correlation over draws and coordinates; null where there is no draw or no variation. */
export interface Correlation {
  readonly value: number | null;
  /** By the delta method, the coordinates of a draw being dependent; null of fewer than two draws. */
  readonly se: number | null;
}

/** The correlation of the final states of the inputs i <= j. */
export function sampleCorrelation(sample: ModelSample, i: number, j: number): Correlation {
  const xx = centred(sample, i, i);
  const yy = centred(sample, j, j);
  const xy = centred(sample, i, j);
  if (xy.length === 0) return { value: null, se: null };
  const [varianceX, varianceY] = [average(xx), average(yy)];
  const scale = Math.sqrt(varianceX) * Math.sqrt(varianceY);
  if (!(scale > 0)) return { value: null, se: null };
  const value = Math.max(-1, Math.min(1, average(xy) / scale));
  const influence = xy.map(
    (product, draw) =>
      product / scale - (value / 2) * (xx[draw] / varianceX + yy[draw] / varianceY),
  );
  return { value, se: moments(influence).meanSe };
}

/** Each draw's average of (x - E x)(y - E y) over coordinates, with the means over all draws. */
function centred({ means, products }: ModelSample, i: number, j: number): Float64Array {
  const [x, y] = [means[i], means[j]];
  const [meanX, meanY] = [average(x), average(y)];
  return products[pairIndex(means.length, i, j)].map(
    (product, draw) => product - meanX * y[draw] - meanY * x[draw] + meanX * meanY,
  );
}

function average(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The correlations of all pairs of inputs, row-major; NaN where there is none. */
export function correlationMatrix(sample: ModelSample): Float64Array {
  const points = sample.means.length;
  const matrix = new Float64Array(points ** 2);
  for (let i = 0; i < points; i++) {
    for (let j = i; j < points; j++) {
      const value = sampleCorrelation(sample, i, j).value ?? NaN;
      matrix[i * points + j] = value;
      matrix[j * points + i] = value;
    }
  }
  return matrix;
}
