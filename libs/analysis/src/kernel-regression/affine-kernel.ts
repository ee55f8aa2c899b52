import type { AffineKernel } from '@resdiff/networks';
import { requireVariance } from './rows.ts';

/**
 * The factors that make (1, x) the features of the kernel, k(x, x') = <phi(x), phi(x')>: sqrt(constant)
 * for the first feature and sqrt(slope) for every other.
 *
 * @throws {RangeError} if the constant or the slope is negative or not finite.
 */
export function featureFactors({ constant, slope }: AffineKernel, features: number): Float64Array {
  requireVariance("the kernel's constant", constant);
  requireVariance("the kernel's slope", slope);
  return new Float64Array(features).fill(Math.sqrt(slope)).fill(Math.sqrt(constant), 0, 1);
}

/** D A D for a square row-major matrix A and the diagonal of D. */
export function scaleBothSides(matrix: Float64Array, diagonal: Float64Array): Float64Array {
  const size = diagonal.length;
  const scaled = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      scaled[i * size + j] = diagonal[i] * diagonal[j] * matrix[i * size + j];
    }
  }
  return scaled;
}
