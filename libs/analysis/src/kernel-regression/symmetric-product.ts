/** A block of columns of a row-major matrix. */
export interface ColumnBlock {
  readonly values: Float64Array;
  readonly stride: number;
  /** The first column. */
  readonly from: number;
  /** The column after the last. */
  readonly to: number;
}

/**
 * Adds sign * S S^T to the lower triangle of a square row-major matrix T, S the columns `from` to
 * `to` of another (or, for columns before `first`, of T itself), for the rows and columns from
 * `first` on: T[i, j] += sign * sum_c S[i, c] S[j, c], first <= j <= i < size.
 *
 * In tiles of two rows by four, whose sums stay in registers.
 */
export function addSymmetricProduct(
  target: Float64Array,
  size: number,
  first: number,
  { values, stride, from, to }: ColumnBlock,
  sign: 1 | -1,
): void {
  for (let i = first; i < size; i += 2) {
    const a = i * stride;
    // The last row of an odd number is its own partner, and written once.
    const paired = i + 1 < size;
    const b = paired ? a + stride : a;
    const diagonal = paired ? i + 1 : i;
    const top = i * size;
    const bottom = top + size;
    let j = first;
    for (; j + 3 <= diagonal; j += 4) {
      const p = j * stride;
      const q = p + stride;
      const r = q + stride;
      const s = r + stride;
      let a0 = 0;
      let a1 = 0;
      let a2 = 0;
      let a3 = 0;
      let b0 = 0;
      let b1 = 0;
      let b2 = 0;
      let b3 = 0;
      for (let c = from; c < to; c++) {
        const x = values[a + c];
        const y = values[b + c];
        const vp = values[p + c];
        const vq = values[q + c];
        const vr = values[r + c];
        const vs = values[s + c];
        a0 += x * vp;
        a1 += x * vq;
        a2 += x * vr;
        a3 += x * vs;
        b0 += y * vp;
        b1 += y * vq;
        b2 += y * vr;
        b3 += y * vs;
      }
      target[top + j] += sign * a0;
      target[top + j + 1] += sign * a1;
      target[top + j + 2] += sign * a2;
      if (j + 3 <= i) target[top + j + 3] += sign * a3;
      if (!paired) continue;
      target[bottom + j] += sign * b0;
      target[bottom + j + 1] += sign * b1;
      target[bottom + j + 2] += sign * b2;
      target[bottom + j + 3] += sign * b3;
    }
    for (; j <= diagonal; j++) {
      const p = j * stride;
      let a0 = 0;
      let b0 = 0;
      for (let c = from; c < to; c++) {
        a0 += values[a + c] * values[p + c];
        b0 += values[b + c] * values[p + c];
      }
      if (j <= i) target[top + j] += sign * a0;
      if (paired) target[bottom + j] += sign * b0;
    }
  }
}
