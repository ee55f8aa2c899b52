import type { AffineKernel } from '@resdiff/networks';
import { requireColumns, rowCount, type Rows } from './rows.ts';

/** A covariance function, by the matrices of its values. */
export interface Kernel {
  /** k(a_i, b_j), row-major, a row an input of `a`, a column an input of `b`. */
  readonly cross: (a: Rows, b: Rows) => Float64Array;
  /** k(a_i, a_j), symmetric. */
  readonly gram: (a: Rows) => Float64Array;
  /** k(a_i, a_i). */
  readonly diagonal: (a: Rows) => Float64Array;
}

/** The kernel of a symmetric function of two rows; their values are scaled. */
export function kernelOf(k: (x: Float64Array, y: Float64Array) => number): Kernel {
  return {
    cross(a, b) {
      requireColumns('inputs', b, a.columns);
      const rows = scaledRows(a);
      const others = scaledRows(b);
      const values = new Float64Array(rows.length * others.length);
      rows.forEach((x, i) => {
        others.forEach((y, j) => (values[i * others.length + j] = k(x, y)));
      });
      return values;
    },
    gram(a) {
      const rows = scaledRows(a);
      const size = rows.length;
      const gram = new Float64Array(size * size);
      for (let i = 0; i < size; i++) {
        for (let j = 0; j <= i; j++) gram[i * size + j] = gram[j * size + i] = k(rows[i], rows[j]);
        // A look at the first column finds functions that are not symmetric.
        gram[i] = k(rows[0], rows[i]);
      }
      return gram;
    },
    diagonal: (a) => Float64Array.from(scaledRows(a), (x) => k(x, x)),
  };
}

/** The kernel constant + slope <x, x'>, for use where a general one is asked for. */
export function affineKernel({ constant, slope }: AffineKernel): Kernel {
  return kernelOf((x, y) => {
    let product = 0;
    for (let j = 0; j < x.length; j++) product += x[j] * y[j];
    return constant + slope * product;
  });
}

function scaledRows(rows: Rows): Float64Array[] {
  const { values, columns, scale = 1 } = rows;
  return Array.from({ length: rowCount('inputs', rows) }, (_, i) =>
    Float64Array.from(values.subarray(i * columns, (i + 1) * columns), (value) => scale * value),
  );
}
