import { dt } from '@resdiff/networks';
import { normals } from '@resdiff/random';
import type { NtkDraw, NtkDraws } from '../src/ntk.ts';

/** Rows of a matrix. */
type Rows = number[][];

const dot = (x: readonly number[], y: readonly number[]) =>
  x.reduce((sum, value, d) => sum + value * y[d], 0);

const gram = (rows: Rows) => rows.map((x) => rows.map((y) => dot(x, y)));

/** The sum over k of weights[k] rows[k], of `length` coordinates. */
function combined(weights: readonly number[], rows: Rows, length: number): number[] {
  return Array.from({ length }, (_, d) =>
    weights.reduce((sum, weight, k) => sum + weight * rows[k][d], 0),
  );
}

/**
 * What the gradients hold of a column q of Q, given <z, v>, which the way forwards fixed, and <q, e>
 * of what is fresh.
 */
export type AlongStates = (fixed: number, fresh: number) => number;

/**
 * The tangent kernel without weights in plain f64, from the same normals as the kernel: its path-wise
 * oracle, to f32 accuracy. Columns of Q come from Gram-Schmidt, not from a triangular inverse.
 *
 * @param alongStates other rules than the default are not the network's.
 */
export function ntkOracle(
  { network, initial, key, stream }: NtkDraws,
  index: number,
  alongStates: AlongStates = (fixed, fresh) => fixed - fresh,
): NtkDraw {
  const { width, depth, sigmaW, sigmaB, activation } = network;
  const [weightScale, biasScale] = [
    sigmaW * Math.sqrt(dt(network) / width),
    sigmaB * Math.sqrt(dt(network)),
  ];
  const padded = 8 * Math.ceil((width + 1) / 8);
  const draw = (layer: number, count: number, length: number): Rows => {
    const z = normals({ key, stream, draw: index, layer }, count * padded);
    return Array.from({ length: count }, (_, k) => [
      ...z.subarray(k * padded, k * padded + length),
    ]);
  };

  let states: Rows = initial.map((x) => [...x]);
  const layers: { states: Rows; slopes: Rows; z: Rows; q: Rows }[] = [];
  for (let layer = 0; layer < depth; layer++) {
    const extended = states.map((x) => [...x.map((value) => weightScale * value), biasScale]);
    const { factor, pivots } = pivotedFactor(gram(extended));
    const z = draw(layer, pivots.length, width);
    const h = factor.map((row) => combined(row, z, width));
    layers.push({
      states,
      slopes: h.map((row) => row.map(activation.dphi)),
      z,
      q: gramSchmidt(pivots.map((row) => extended[row])),
    });
    states = states.map((x, n) => x.map((value, d) => value + activation.phi(h[n][d])));
  }

  const count = initial.length;
  const weights = new Float64Array(count * count);
  const biases = new Float64Array(count * count);
  let gradients: Rows = initial.map((x) => [...x].map((_, d) => (d === 0 ? 1 : 0)));
  for (let step = 0; step < depth; step++) {
    const layer = layers[depth - 1 - step];
    const back = gradients.map((row, n) => row.map((value, d) => value * layer.slopes[n][d]));
    const backGram = gram(back);
    gram(layer.states).forEach((row, i) =>
      row.forEach((product, j) => {
        weights[i * count + j] += weightScale ** 2 * product * backGram[i][j];
        biases[i * count + j] += biasScale ** 2 * backGram[i][j];
      }),
    );
    const { factor, pivots } = pivotedFactor(backGram);
    const fresh = draw(depth + step, pivots.length, width + 1);
    gradients = gradients.map((row, n) => {
      const through = combined(factor[n], fresh, width + 1);
      const known = layer.q.map((q, k) => alongStates(dot(layer.z[k], back[n]), dot(q, through)));
      const along = combined(known, layer.q, width + 1);
      return row.map((value, d) => value + weightScale * (along[d] + through[d]));
    });
  }
  return {
    outputs: Float64Array.from(states, (x) => x[0]),
    weights,
    biases,
    gradients: Float64Array.from(gram(gradients).flat()),
  };
}

/** Cholesky with the largest remaining diagonal element as pivot, by outer products. */
function pivotedFactor(matrix: Rows): { factor: Rows; pivots: number[] } {
  const rest = matrix.map((row) => [...row]);
  const factor: Rows = matrix.map(() => []);
  const pivots: number[] = [];
  for (;;) {
    let pivot = -1;
    rest.forEach((row, i) => {
      if (row[i] > 1e-14 * matrix[i][i] && (pivot < 0 || row[i] > rest[pivot][pivot])) pivot = i;
    });
    if (pivot < 0) return { factor, pivots };
    pivots.push(pivot);
    const column = rest.map((row) => row[pivot] / Math.sqrt(rest[pivot][pivot]));
    rest.forEach((row, i) => {
      factor[i].push(column[i]);
      row.forEach((_, j) => {
        row[j] = i === pivot || j === pivot ? 0 : row[j] - column[i] * column[j];
      });
    });
  }
}

/** Twice over, for what the first round leaves. */
function gramSchmidt(vectors: Rows): Rows {
  const basis: Rows = [];
  for (const vector of vectors) {
    let rest = vector;
    for (const q of [...basis, ...basis]) {
      const along = dot(q, rest);
      rest = rest.map((value, d) => value - along * q[d]);
    }
    const norm = Math.sqrt(dot(rest, rest));
    basis.push(rest.map((value) => value / norm));
  }
  return basis;
}
