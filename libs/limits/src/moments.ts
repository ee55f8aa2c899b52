/**
 * The first two moments of the coordinates of N inputs' states, which stay deterministic as the
 * width grows ([PF22], Proposition 5.1): m_i = <x^i, 1>/D and lambda_ij = <x^i, x^j>/D.
 */
export interface MeanField {
  /** m, length N. */
  readonly m: Float64Array;
  /** lambda, N x N row-major; its diagonal holds q_i = |x^i|^2/D. */
  readonly lambda: Float64Array;
}

/** The mean field of inputs z_i copied into every coordinate: m = z, lambda_ij = z_i z_j. */
export function copiedInputsMeanField(z: ArrayLike<number>): MeanField {
  const m = Float64Array.from(z);
  return { m, lambda: symmetric(m.length, (i, j) => m[i] * m[j]) };
}

/** The symmetric size x size matrix, row-major, of these entries; asks for i <= j only. */
export function symmetric(size: number, entry: (i: number, j: number) => number): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) {
      matrix[i * size + j] = entry(i, j);
      matrix[j * size + i] = matrix[i * size + j]!;
    }
  }
  return matrix;
}
