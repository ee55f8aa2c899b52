import { describe, expect, test } from 'vitest';
import { column, deviation, images, normals, oneHot, uniforms } from '../../test/random.ts';
import { regressionData } from './regression-data.ts';
import type { Rows } from './rows.ts';

/** The sums by their definition, over features (1, scale x). */
function bruteForce(inputs: Rows, targets: Rows) {
  const rows = ({ values, columns, scale = 1 }: Rows) =>
    Array.from({ length: values.length / columns }, (_, i) =>
      Array.from(values.subarray(i * columns, (i + 1) * columns), (value) => scale * value),
    );
  const x = rows(inputs).map((row) => [1, ...row]);
  const y = rows(targets);
  const sums = (others: number[][]) =>
    x[0].flatMap((_, a) =>
      others[0].map((_, b) => x.reduce((sum, row, i) => sum + row[a] * others[i][b], 0)),
    );
  return { moments: sums(x), products: sums(y) };
}

const uniform = uniforms(3);
const dense = column(300 * 37, () => uniform() + 0.1);
const mixed = dense.map((value, index) => (index > 140 * 37 && uniform() < 0.5 ? 0 : value));
const normal = normals(8);

describe('regressionData', () => {
  test.each<[string, Rows]>([
    ['sparse bytes', { values: images(1, 300, 37), columns: 37, scale: 1 / 255 }],
    ['sparse bytes of even size', { values: images(2, 257, 40), columns: 40 }],
    ['dense numbers', { values: dense, columns: 37 }],
    ['single precision', { values: Float32Array.from(dense), columns: 37, scale: 0.3 }],
    ['dense and sparse blocks', { values: mixed, columns: 37 }],
    ['one column', { values: dense.subarray(0, 300), columns: 1 }],
  ])('agrees with brute force: %s', (_, inputs) => {
    const count = inputs.values.length / inputs.columns;
    for (const targets of [
      { values: oneHot(4, count, 10), columns: 10, scale: 2 },
      { values: column(count * 3, normal), columns: 3 },
    ]) {
      const data = regressionData(inputs, targets);
      const exact = bruteForce(inputs, targets);
      expect(deviation(data.moments, exact.moments)).toBeLessThan(1e-13);
      expect(deviation(data.products, exact.products)).toBeLessThan(1e-13);
      expect(data).toMatchObject({ count, features: inputs.columns + 1, outputs: targets.columns });
    }
  });

  test('is exact for bytes, whatever their density', () => {
    const full = Uint8Array.from(dense, (value) => 1 + 200 * value);
    for (const values of [full, images(1, 300, 37)]) {
      const targets = { values: oneHot(4, 300, 2), columns: 2 };
      const { moments } = regressionData({ values, columns: 37 }, targets);
      expect([...moments]).toEqual(bruteForce({ values, columns: 37 }, targets).moments);
    }
  });

  test('refuses what cannot be summed, with the place', () => {
    const x = { values: new Float64Array(6), columns: 2 };
    const y = { values: new Float64Array(3), columns: 1 };
    const bad = Float64Array.of(0, 1, 2, NaN, 4, 5);
    expect(() => regressionData(x, { ...y, columns: 3 })).toThrow('3 inputs and 1 targets');
    expect(() => regressionData({ ...x, values: bad }, y)).toThrow(
      'inputs: row 1, column 1 is NaN',
    );
    const infinite = Float32Array.of(0, Infinity, 0);
    expect(() => regressionData(x, { ...y, values: infinite })).toThrow(
      'targets: row 1, column 0 is Infinity',
    );
    expect(() => regressionData({ ...x, columns: 4 }, y)).toThrow('6 values in rows of 4');
    expect(() => regressionData({ ...x, scale: 0 }, y)).toThrow('the scale is 0');
    expect(() => regressionData({ values: new Uint8Array(0), columns: 2 }, y)).toThrow('0 values');
  });
});
