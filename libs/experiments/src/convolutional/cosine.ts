import { moments } from '@resdiff/analysis';

/** A cosine of the angle between the states of two sites. */
export interface Cosine {
  readonly value: number;
  /** By the delta method; NaN of fewer than two draws. */
  readonly se: number;
}

/**
 * E <x, y> / sqrt(E |x|^2 E |y|^2) from draws of the three; NaN of states that are zero.
 */
export function cosine(product: Float64Array, xx: Float64Array, yy: Float64Array): Cosine {
  const [meanX, meanY] = [average(xx), average(yy)];
  const scale = Math.sqrt(meanX) * Math.sqrt(meanY);
  if (!(scale > 0)) return { value: NaN, se: NaN };
  const value = average(product) / scale;
  const influence = product.map(
    (each, draw) => each / scale - (value / 2) * (xx[draw] / meanX + yy[draw] / meanY),
  );
  return { value, se: moments(influence).meanSe ?? NaN };
}

function average(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
