/** Products of D x D matrices, row-major, in f64. */

/** Adds A B to `out`. */
export function addProduct(
  A: Float64Array,
  B: Float64Array,
  width: number,
  out: Float64Array,
): void {
  for (let i = 0; i < width; i++) {
    const sum = out.subarray(i * width, (i + 1) * width);
    for (let k = 0; k < width; k++) {
      const a = A[i * width + k];
      if (a === 0) continue;
      const row = k * width;
      for (let j = 0; j < width; j++) sum[j] += a * B[row + j];
    }
  }
}

export function identityMatrix(width: number): Float64Array {
  return Float64Array.from({ length: width * width }, (_, i) => (i % (width + 1) === 0 ? 1 : 0));
}

/** A x. */
export function apply(A: Float64Array, x: Float64Array): Float64Array {
  const { length: width } = x;
  const out = new Float64Array(width);
  for (let i = 0; i < width; i++) {
    let sum = 0;
    for (let j = 0; j < width; j++) sum += A[i * width + j] * x[j];
    out[i] = sum;
  }
  return out;
}

export function transpose(A: Float64Array, width: number): Float64Array {
  return A.map((_, i) => A[(i % width) * width + Math.floor(i / width)]);
}

/**
 * The columns of F, where a covariance of this width is F F^T: Cholesky with the largest remaining
 * diagonal element as pivot, which takes singular covariances.
 *
 * @returns F, width x width, row-major.
 */
export function covarianceFactor(covariance: Float64Array, width: number): Float64Array {
  const rest = covariance.slice();
  const factor = new Float64Array(width * width);
  for (let k = 0; k < width; k++) {
    let pivot = -1;
    for (let i = 0; i < width; i++) {
      const left = rest[i * (width + 1)];
      if (left <= 1e-14 * covariance[i * (width + 1)]) continue;
      if (pivot < 0 || left > rest[pivot * (width + 1)]) pivot = i;
    }
    if (pivot < 0) return factor;
    const root = Math.sqrt(rest[pivot * (width + 1)]);
    for (let i = 0; i < width; i++) factor[i * width + k] = rest[i * width + pivot] / root;
    for (let i = 0; i < width; i++) {
      const own = factor[i * width + k];
      if (own === 0) continue;
      for (let j = 0; j < width; j++) rest[i * width + j] -= own * factor[j * width + k];
    }
    for (let i = 0; i < width; i++) rest[i * width + pivot] = rest[pivot * width + i] = 0;
  }
  return factor;
}
