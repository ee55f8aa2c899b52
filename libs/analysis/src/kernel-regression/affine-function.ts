import { requireColumns, rowCount, type Outputs, type Rows } from './rows.ts';

/** f(x) = intercept + weights^T x. */
export interface AffineFunction {
  /** A value an output. */
  readonly intercept: Float64Array;
  /** A row an input coordinate, a column an output. */
  readonly weights: Float64Array;
}

/**
 * The function's values, a row an input.
 *
 * @throws {RangeError} if the inputs do not have as many columns as the weights have rows.
 */
export function evaluateAffine({ intercept, weights }: AffineFunction, inputs: Rows): Outputs {
  const { values: x, columns: size, scale = 1 } = inputs;
  const count = rowCount('inputs', inputs);
  const outputs = intercept.length;
  requireColumns('inputs', inputs, weights.length / outputs);
  const values = new Float64Array(count * outputs);
  for (let i = 0; i < count; i++) {
    const out = i * outputs;
    for (let j = 0; j < size; j++) {
      const value = scale * x[i * size + j];
      if (value === 0) continue;
      for (let o = 0; o < outputs; o++) values[out + o] += value * weights[j * outputs + o];
    }
    for (let o = 0; o < outputs; o++) values[out + o] += intercept[o];
  }
  return { values, columns: outputs };
}
