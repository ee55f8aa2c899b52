import { transpose } from './jacobian-matrices.ts';

const MOST_SWEEPS = 60;

/**
 * The singular values of a square matrix, row-major, the largest first: one-sided Jacobi rotations of
 * its rows (Hestenes, 1958), which find small ones to high relative accuracy. Some 10 sweeps of
 * 3 D^3 operations. NaN throughout if an entry is not finite.
 */
export function singularValues(matrix: Float64Array, width: number): Float64Array {
  if (!matrix.every(Number.isFinite)) return new Float64Array(width).fill(NaN);
  const rows = matrix.slice();
  const row = (i: number) => rows.subarray(i * width, (i + 1) * width);
  for (let sweep = 0, rotated = true; rotated && sweep < MOST_SWEEPS; sweep++) {
    rotated = false;
    for (let i = 0; i < width; i++) {
      for (let j = i + 1; j < width; j++) if (orthogonalise(row(i), row(j))) rotated = true;
    }
  }
  return Float64Array.from({ length: width }, (_, i) => Math.hypot(...row(i)))
    .sort()
    .reverse();
}

/** Rotates two vectors until they are orthogonal. Returns whether they were not. */
function orthogonalise(x: Float64Array, y: Float64Array): boolean {
  let [xx, yy, xy] = [0, 0, 0];
  for (let d = 0; d < x.length; d++) {
    xx += x[d] * x[d];
    yy += y[d] * y[d];
    xy += x[d] * y[d];
  }
  if (Math.abs(xy) <= x.length * Number.EPSILON * Math.sqrt(xx * yy)) return false;
  const zeta = (yy - xx) / (2 * xy);
  const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
  const cosine = 1 / Math.hypot(1, tangent);
  const sine = cosine * tangent;
  for (let d = 0; d < x.length; d++) {
    const value = x[d];
    x[d] = cosine * value - sine * y[d];
    y[d] = sine * value + cosine * y[d];
  }
  return true;
}

/** log |det A| and the sign of det A (0 where A is singular), by LU with partial pivoting. */
export function logDeterminant(
  matrix: Float64Array,
  width: number,
): { readonly logAbs: number; readonly sign: number } {
  const rows = Array.from({ length: width }, (_, i) => matrix.slice(i * width, (i + 1) * width));
  let [logAbs, sign] = [0, 1];
  for (let k = 0; k < width; k++) {
    let pivot = k;
    for (let i = k + 1; i < width; i++) {
      if (Math.abs(rows[i][k]) > Math.abs(rows[pivot][k])) pivot = i;
    }
    if (pivot !== k) {
      [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
      sign = -sign;
    }
    const head = rows[k][k];
    logAbs += Math.log(Math.abs(head));
    sign *= Math.sign(head);
    if (head === 0) return { logAbs: -Infinity, sign: 0 };
    for (let i = k + 1; i < width; i++) {
      const factor = rows[i][k] / head;
      for (let j = k + 1; j < width; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  return { logAbs, sign };
}

/** The Frobenius norm. */
export function frobeniusNorm(matrix: Float64Array): number {
  return Math.sqrt(matrix.reduce((sum, value) => sum + value * value, 0));
}

/** A^T A and A A^T. */
export function gramians(matrix: Float64Array, width: number) {
  const byRows = (A: Float64Array) =>
    Float64Array.from({ length: width * width }, (_, index) => {
      const [i, j] = [Math.floor(index / width) * width, (index % width) * width];
      let sum = 0;
      for (let k = 0; k < width; k++) sum += A[i + k] * A[j + k];
      return sum;
    });
  return { gramian: byRows(transpose(matrix, width)), outerGramian: byRows(matrix) };
}
