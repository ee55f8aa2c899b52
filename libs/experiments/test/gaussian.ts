import { normals, seedKey } from '@resdiff/random';
import type { CoordinateLaw } from '@resdiff/limits';

/** Independent standard normal numbers. */
export function noise(seed: number, count: number): Float64Array {
  return Float64Array.from(normals({ key: seedKey(seed), stream: 0, draw: 0, layer: 0 }, count));
}

/** Independent draws of a Gaussian vector, a column for each of its numbers. */
export function gaussianColumns(law: CoordinateLaw, draws: number, seed: number): Float64Array[] {
  const count = law.mean.length;
  const factor = cholesky(law.covariance, count);
  const independent = noise(seed, count * draws);
  return Array.from({ length: count }, (_, i) =>
    Float64Array.from({ length: draws }, (__, draw) => {
      let value = law.mean[i];
      for (let k = 0; k <= i; k++) value += factor[i * count + k] * independent[draw * count + k];
      return value;
    }),
  );
}

/** Of a matrix that may be singular. */
function cholesky(matrix: Float64Array, count: number): Float64Array {
  const factor = new Float64Array(count ** 2);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * count + j];
      for (let k = 0; k < j; k++) rest -= factor[i * count + k] * factor[j * count + k];
      const pivot = factor[j * count + j];
      factor[i * count + j] =
        i === j ? Math.sqrt(Math.max(0, rest)) : pivot > 1e-6 ? rest / pivot : 0;
    }
  }
  return factor;
}
