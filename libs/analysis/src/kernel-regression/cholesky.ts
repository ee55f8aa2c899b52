import { addSymmetricProduct } from './symmetric-product.ts';

/** The factor of a symmetric positive definite matrix A = L L^T. */
export interface CholeskyFactor {
  readonly size: number;
  /** L, size x size row-major, zero above the diagonal. */
  readonly lower: Float64Array;
}

/** A matrix has no Cholesky factor; the message says where it fails. */
export class NotPositiveDefiniteError extends Error {
  override readonly name = 'NotPositiveDefiniteError';
  /** The row and column at which the factorisation stops. */
  readonly index: number;
  /** What is left of the diagonal there. */
  readonly pivot: number;

  constructor(size: number, index: number, pivot: number, diagonal: number) {
    super(
      `The ${size} x ${size} matrix is not positive definite to working precision: pivot ${index} ` +
        `is ${pivot} of a diagonal entry ${diagonal}, must be above ${size} * 2.2e-16 of it. ` +
        'Inputs that repeat or depend on each other need a larger noise variance.',
    );
    this.index = index;
    this.pivot = pivot;
  }
}

/** Columns factored before the rest of the matrix is updated: a block of rows stays in the cache. */
const BLOCK = 64;

/**
 * The Cholesky factorisation by blocks of columns (Golub & Van Loan, "Matrix Computations", 4.2.9).
 * Written here because the dual needs several thousand rows: 4000 take 6 s, and 38 s with ml-matrix
 * 6.15.
 *
 * @param matrix Symmetric, size x size row-major; left as it is.
 * @throws {RangeError} if it is not square or not symmetric to 1e-12 of its diagonal, with the place.
 * @throws {NotPositiveDefiniteError} where a pivot is not above size * 2.2e-16 of its diagonal entry,
 *   below which it is rounding error.
 */
export function cholesky(matrix: Float64Array, size: number): CholeskyFactor {
  requireSymmetric(matrix, size);
  const lower = matrix.slice();
  for (let first = 0; first < size; first += BLOCK) {
    const end = Math.min(size, first + BLOCK);
    factorColumns(lower, matrix, size, first, end);
    addSymmetricProduct(
      lower,
      size,
      end,
      { values: lower, stride: size, from: first, to: end },
      -1,
    );
  }
  for (let i = 0; i < size; i++) lower.fill(0, i * size + i + 1, (i + 1) * size);
  return { size, lower };
}

/** The columns of a block, of which the columns before have been subtracted already. */
function factorColumns(
  lower: Float64Array,
  matrix: Float64Array,
  size: number,
  first: number,
  end: number,
): void {
  for (let i = first; i < size; i++) {
    const row = i * size;
    const last = Math.min(i, end);
    for (let j = first; j < last; j++) {
      const other = j * size;
      let sum = lower[row + j];
      for (let c = first; c < j; c++) sum -= lower[row + c] * lower[other + c];
      lower[row + j] = sum / lower[other + j];
    }
    if (i >= end) continue;
    let pivot = lower[row + i];
    for (let c = first; c < i; c++) pivot -= lower[row + c] ** 2;
    const diagonal = matrix[row + i];
    if (!(pivot > size * Number.EPSILON * diagonal && pivot < Infinity)) {
      throw new NotPositiveDefiniteError(size, i, pivot, diagonal);
    }
    lower[row + i] = Math.sqrt(pivot);
  }
}

/** log det A. */
export function logDeterminant({ size, lower }: CholeskyFactor): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += Math.log(lower[i * size + i]);
  return 2 * sum;
}

/**
 * Solves L x = b in place for many right-hand sides.
 *
 * @param sides A right-hand side b a row of `size` values; each becomes its x.
 */
export function solveLower({ size, lower }: CholeskyFactor, sides: Float64Array): void {
  const count = sides.length / size;
  for (let side = 0; side < count; side += 4) {
    const p = side * size;
    const q = Math.min(side + 1, count - 1) * size;
    const r = Math.min(side + 2, count - 1) * size;
    const s = Math.min(side + 3, count - 1) * size;
    for (let i = 0; i < size; i++) {
      const row = i * size;
      let sp = sides[p + i];
      let sq = sides[q + i];
      let sr = sides[r + i];
      let ss = sides[s + i];
      for (let c = 0; c < i; c++) {
        const factor = lower[row + c];
        sp -= factor * sides[p + c];
        sq -= factor * sides[q + c];
        sr -= factor * sides[r + c];
        ss -= factor * sides[s + c];
      }
      const pivot = lower[row + i];
      sides[p + i] = sp / pivot;
      sides[q + i] = sq / pivot;
      sides[r + i] = sr / pivot;
      sides[s + i] = ss / pivot;
    }
  }
}

/** Solves A x = b in place, a right-hand side a row as in `solveLower`. */
export function solveCholesky(factor: CholeskyFactor, sides: Float64Array): void {
  solveLower(factor, sides);
  const { size, lower } = factor;
  for (let start = 0; start < sides.length; start += size) {
    for (let i = size - 1; i >= 0; i--) {
      const row = i * size;
      const x = sides[start + i] / lower[row + i];
      sides[start + i] = x;
      for (let c = 0; c < i; c++) sides[start + c] -= x * lower[row + c];
    }
  }
}

/**
 * The trace of A^{-1} B, as that of L^{-1} B L^{-T}: two forward substitutions, which take half the
 * time of solving A X = B.
 *
 * @param matrix B, symmetric, size x size row-major; overwritten.
 */
export function traceOfSolution(factor: CholeskyFactor, matrix: Float64Array): number {
  const { size } = factor;
  solveLower(factor, matrix);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) {
      const entry = matrix[i * size + j];
      matrix[i * size + j] = matrix[j * size + i];
      matrix[j * size + i] = entry;
    }
  }
  solveLower(factor, matrix);
  let trace = 0;
  for (let i = 0; i < size; i++) trace += matrix[i * size + i];
  return trace;
}

function requireSymmetric(matrix: Float64Array, size: number): void {
  if (matrix.length !== size * size) {
    throw new RangeError(
      `cholesky: ${matrix.length} entries, must be ${size} x ${size} = ${size * size}`,
    );
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const entry = matrix[i * size + j];
      const mirror = matrix[j * size + i];
      if (!(Number.isFinite(entry) && Number.isFinite(mirror))) {
        throw new RangeError(
          `cholesky: the entry at row ${i}, column ${j} is ${entry}, its mirror ${mirror}, ` +
            'must be finite',
        );
      }
      if (entry === mirror) continue;
      const magnitude = Math.sqrt(Math.abs(matrix[i * size + i] * matrix[j * size + j]));
      if (Math.abs(entry - mirror) > 1e-12 * magnitude) {
        throw new RangeError(
          `cholesky: the entry at row ${i}, column ${j} is ${entry}, at row ${j}, column ${i} ` +
            `${mirror}, must be equal`,
        );
      }
    }
  }
}
