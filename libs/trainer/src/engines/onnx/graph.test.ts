import * as onnxruntime from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { noise } from '../../../test/problem.ts';
import { Graph, type Value } from './graph.ts';

/** What ONNX Runtime, which reads the model by the schema of ONNX, makes of a graph. */
async function evaluate(
  g: Graph,
  feeds: Record<string, onnxruntime.Tensor>,
): Promise<Record<string, number[]>> {
  const session = await onnxruntime.InferenceSession.create(g.encode());
  const results = await session.run(feeds);
  await session.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => [name, Array.from(data as Float32Array)]),
  );
}

function matrix(numbers: ArrayLike<number>, rows: number, columns: number): onnxruntime.Tensor {
  return new onnxruntime.Tensor('float32', Float32Array.from(numbers), [rows, columns]);
}

it.each([
  [false, false],
  [false, true],
  [true, false],
  [true, true],
])('multiplies matrices, transposed A: %s, B: %s', async (transA, transB) => {
  const [m, k, n] = [3, 4, 5];
  const [a, b, c] = [noise(m * k, 1), noise(k * n, 2), noise(m, 3)];
  const g = new Graph();
  const A = g.input('A', transA ? [k, m] : [m, k]);
  const B = g.input('B', transB ? [n, k] : [k, n]);
  const C = g.input('C', [m, 1]);
  g.output('Y', g.gemm(A, B, { alpha: 0.5, add: C, beta: -2, transA, transB }), [m, n]);
  const { Y } = await evaluate(g, {
    A: transA ? matrix(a, k, m) : matrix(a, m, k),
    B: transB ? matrix(b, n, k) : matrix(b, k, n),
    C: matrix(c, m, 1),
  });
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let l = 0; l < k; l++) {
        sum += a[transA ? l * m + i : i * k + l] * b[transB ? j * k + l : l * n + j];
      }
      expect(Y[i * n + j]).toBeCloseTo(0.5 * sum - 2 * c[i], 5);
    }
  }
});

it('loops, carries values and keeps one of every turn', async () => {
  const g = new Graph();
  const count = g.input('count', [], 'int64');
  const growth = g.input('growth', [2, 1]);
  const { last, kept } = g.loop({
    count,
    carried: {
      x: { start: g.input('x', [2, 1]), shape: [2, 1] },
      y: { start: g.input('y', [2, 1]), shape: [2, 1] },
    },
    turn: (body, { x, y }) => ({
      carried: { x: body.multiply(x, growth), y: body.add(x, y) },
      kept: body.sum(y),
    }),
  });
  g.output('lastX', last.x, [2, 1]);
  g.output('lastY', last.y, [2, 1]);
  g.output('sums', kept, ['turns']);
  const results = await evaluate(g, {
    count: new onnxruntime.Tensor('int64', BigInt64Array.of(3n), []),
    growth: matrix([2, 3], 2, 1),
    x: matrix([1, 1], 2, 1),
    y: matrix([0, 0], 2, 1),
  });
  expect(results).toEqual({ lastX: [8, 27], lastY: [7, 13], sums: [0, 2, 7] });
});

it('sums, picks rows and takes logarithms of a softmax', async () => {
  const g = new Graph();
  const a = g.input('a', [2, 3]);
  const give = (name: string, value: Value, shape: number[]) => g.output(name, value, shape);
  give('sum', g.sum(a), []);
  give('rowSums', g.sumRows(a), [2, 1]);
  give('logarithms', g.logSoftmax(a), [2, 3]);
  const rows = g.input('rows', [3], 'int32');
  give('picked', g.gather(a, rows), [3, 3]);
  give('difference', g.subtract(a, g.scalar(1)), [2, 3]);
  give('quotient', g.divide(a, g.scalar(4)), [2, 3]);
  const results = await evaluate(g, {
    a: matrix([1, 2, 3, 4, 5, 9], 2, 3),
    rows: new onnxruntime.Tensor('int32', Int32Array.of(1, 0, 1), [3]),
  });
  expect(results.sum).toEqual([24]);
  expect(results.rowSums).toEqual([6, 18]);
  expect(results.picked).toEqual([4, 5, 9, 1, 2, 3, 4, 5, 9]);
  expect(results.difference).toEqual([0, 1, 2, 3, 4, 8]);
  expect(results.quotient).toEqual([0.25, 0.5, 0.75, 1, 1.25, 2.25]);
  const logarithm = (row: number[], i: number) =>
    row[i] - Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));
  [1, 2, 3].forEach((_, i, row) => {
    expect(results.logarithms[i]).toBeCloseTo(logarithm(row, i), 6);
  });
});

it('makes do without operators that a device lacks', async () => {
  const numbers = [0, 0.5, -0, 1000, 3, 1001, -1000, 2, 7];
  const results = [new Graph(), new Graph(['LogSoftmax', 'Sign'])].map((g) => {
    const a = g.input('a', [3, 3]);
    g.output('softmax', g.logSoftmax(a), [3, 3]);
    g.output('step', g.step(g.apply('Relu', a)), [3, 3]);
    return evaluate(g, { a: matrix(numbers, 3, 3) });
  });
  const [whole, without] = await Promise.all(results);
  expect(without.step).toEqual(numbers.map((number) => Number(number > 0)));
  expect(whole.step).toEqual(without.step);
  without.softmax.forEach((number, i) => expect(number).toBeCloseTo(whole.softmax[i], 3));
});

it('has zeros of a shape that it is given, and chooses between numbers', async () => {
  const g = new Graph();
  const a = g.input('a', [2, 2]);
  const zeros = g.zeros(g.input('shape', [2], 'int64'));
  g.output('y', g.select(g.equals(a, g.scalar(2)), zeros, a), ['rows', 'columns']);
  const shape = new onnxruntime.Tensor('int64', BigInt64Array.of(2n, 2n), [2]);
  const { y } = await evaluate(g, { a: matrix([1, 2, 3, 2], 2, 2), shape });
  expect(y).toEqual([1, 0, 3, 0]);
});
