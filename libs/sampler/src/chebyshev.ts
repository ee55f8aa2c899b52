/** Polynomial interpolation at the Chebyshev points of the second kind, both ends included. */

/** The m points (b + a)/2 + (b - a)/2 cos(pi k / (m - 1)), from b down to a; m is at least 2. */
export function chebyshevPoints([a, b]: readonly [number, number], m: number): Float64Array {
  return Float64Array.from({ length: m }, (_, k) => {
    // The sine is symmetric about the middle to the last bit.
    const x = Math.sin((Math.PI * (m - 1 - 2 * k)) / (2 * (m - 1)));
    return (a + b) / 2 + ((b - a) / 2) * x;
  });
}

/** The Chebyshev coefficients of the polynomial with these values at the points. */
export function chebyshevCoefficients(values: ArrayLike<number>): Float64Array {
  const last = values.length - 1;
  return Float64Array.from({ length: last + 1 }, (_, n) => {
    let sum = 0;
    for (let k = 0; k <= last; k++) {
      const half = k === 0 || k === last ? 0.5 : 1;
      sum += half * values[k] * Math.cos((Math.PI * n * k) / last);
    }
    return (sum * (n === 0 || n === last ? 1 : 2)) / last;
  });
}

/**
 * The matrix (targets x m, row-major) that turns values at the m Chebyshev points into those of the
 * interpolating polynomial at the targets, by the barycentric formula (Berrut & Trefethen, SIAM
 * Review 46, 2004, (4.2) and (5.4)).
 */
export function interpolationMatrix(
  interval: readonly [number, number],
  m: number,
  targets: ArrayLike<number>,
): Float64Array {
  const points = chebyshevPoints(interval, m);
  const weight = (k: number) => (k % 2 === 0 ? 1 : -1) * (k === 0 || k === m - 1 ? 0.5 : 1);
  const matrix = new Float64Array(targets.length * m);
  for (let t = 0; t < targets.length; t++) {
    const row = matrix.subarray(t * m, (t + 1) * m);
    const hit = points.indexOf(targets[t]);
    if (hit >= 0) {
      row[hit] = 1;
      continue;
    }
    for (let k = 0; k < m; k++) row[k] = weight(k) / (targets[t] - points[k]);
    const total = row.reduce((sum, value) => sum + value, 0);
    for (let k = 0; k < m; k++) row[k] /= total;
  }
  return matrix;
}
