import { dt } from '@resdiff/networks';
import { normals } from '@resdiff/random';
import type { FeedforwardDraws, NetworkDraws, ResidualDraws } from '../src/sampler.ts';

/** How a version of the collapsed sampler turns a covariance and a run of normals into preactivations. */
export interface CollapsedPath {
  /** The rows of R, where covariance = R R^T. */
  readonly factor: (covariance: readonly number[][]) => number[][];
  /** Which normal of the layer stands for column k of R at coordinate d. */
  readonly normal: (k: number, d: number, width: number) => number;
}

/** Two inputs that are well apart: normals lie in fours, by column of R. */
export const pairPath: CollapsedPath = {
  factor([[k00], [k01, k11]]: readonly number[][]) {
    const r00 = Math.sqrt(k00);
    const r10 = r00 > 0 ? k01 / r00 : 0;
    return [
      [r00, 0],
      [r10, Math.sqrt(Math.max(0, k11 - r10 ** 2))],
    ];
  },
  normal: (k, d) => 8 * Math.floor(d / 4) + 4 * k + (d % 4),
};

/** Any number of inputs: a run of normals for each column of R, over the width rounded up to 8. */
export const manyPath: CollapsedPath = {
  factor: (covariance) => pivotedFactor(covariance, 1e-14),
  normal: (k, d, width) => k * 8 * Math.ceil(width / 8) + d,
};

/** Final states, N x D, and the layer after which one was beyond the f32 numbers. */
export interface OracleDraw {
  readonly states: number[][];
  readonly divergedAt?: number;
}

/**
 * The collapsed recursion in plain f64, from the same normals as the kernel: its path-wise oracle,
 * to f32 accuracy.
 */
export function collapsedOracle(
  draws: NetworkDraws,
  path: CollapsedPath,
  index: number,
): OracleDraw {
  const { network, initial, key, stream } = draws;
  const { width, depth } = network;
  let states = initial.map((x) => [...x]);
  for (let layer = 0; layer < depth; layer++) {
    const covariance = preactivationCovariance(draws, states);
    const factor = path.factor(covariance);
    const rank = factor[0].length;
    const count = rank === 0 ? 0 : 1 + path.normal(rank - 1, width - 1, width);
    const z = normals({ key, stream, draw: index, layer }, count);
    const h = factor.map((row) =>
      Array.from({ length: width }, (_, d) =>
        row.reduce((sum, r, k) => sum + r * z[path.normal(k, d, width)], 0),
      ),
    );
    states = moved(draws, states, covariance, h);
    if (!states.flat().every((x) => Number.isFinite(Math.fround(x)))) {
      return { states, divergedAt: layer + 1 };
    }
  }
  return { states };
}

/** K = (sigmaW^2 dt / D) X^T X + sigmaB^2 dt. */
export function preactivationCovariance(
  { network }: NetworkDraws,
  states: readonly number[][],
): number[][] {
  const { sigmaW, sigmaB, width } = network;
  return states.map((x) =>
    states.map((y) => {
      const product = x.reduce((sum, value, d) => sum + value * y[d], 0);
      return ((sigmaW ** 2 * product) / width + sigmaB ** 2) * dt(network);
    }),
  );
}

/** The states after a layer with preactivations h of this covariance. */
export function moved(
  { network, increment }: NetworkDraws,
  states: readonly number[][],
  covariance: readonly number[][],
  h: readonly number[][],
): number[][] {
  const { phi, atZero } = network.activation;
  return states.map((x, i) =>
    x.map((value, d) =>
      increment === 'recursion'
        ? value + phi(h[i][d])
        : value + atZero.dphi * h[i][d] + (atZero.ddphi / 2) * covariance[i][i],
    ),
  );
}

/** Cholesky with the largest remaining diagonal element as pivot, by outer products. */
export function pivotedFactor(matrix: readonly number[][], tolerance: number): number[][] {
  const rest = matrix.map((row) => [...row]);
  const factor: number[][] = matrix.map(() => []);
  for (;;) {
    let pivot = -1;
    for (const [i, row] of rest.entries()) {
      if (row[i] > tolerance * matrix[i][i] && (pivot < 0 || row[i] > rest[pivot][pivot]))
        pivot = i;
    }
    if (pivot < 0) return factor;
    const column = rest.map((row) => row[pivot] / Math.sqrt(rest[pivot][pivot]));
    for (const [i, row] of rest.entries()) {
      factor[i].push(column[i]);
      for (const j of row.keys())
        row[j] = i === pivot || j === pivot ? 0 : row[j] - column[i] * column[j];
    }
  }
}

/**
 * The collapsed recursion with an activation of the states, or of a feedforward network, in plain
 * f64 from the same normals as the kernel.
 */
export function featureOracle(draws: ResidualDraws | FeedforwardDraws, index: number): number[][] {
  const { network, initial, key, stream } = draws;
  const { width, depth, sigmaW, sigmaB } = network;
  const feedforward = draws.increment === 'feedforward';
  const step = feedforward ? 1 : dt(draws.network);
  let states = initial.map((x) => [...x]);
  for (let layer = 0; layer < depth; layer++) {
    const psi = feedforward
      ? layer === 0
        ? (x: number) => x
        : network.activation.phi
      : (draws.psi?.phi ?? ((x: number) => x));
    const features = states.map((x) => x.map(psi));
    const covariance = features.map((x) =>
      features.map((y) => {
        const product = x.reduce((sum, value, d) => sum + value * y[d], 0);
        return ((sigmaW ** 2 * product) / width + sigmaB ** 2) * step;
      }),
    );
    const factor = manyPath.factor(covariance);
    const rank = factor[0].length;
    const count = rank === 0 ? 0 : 1 + manyPath.normal(rank - 1, width - 1, width);
    const z = normals({ key, stream, draw: index, layer }, count);
    const h = factor.map((row) =>
      Array.from({ length: width }, (_, d) =>
        row.reduce((sum, r, k) => sum + r * z[manyPath.normal(k, d, width)], 0),
      ),
    );
    states = feedforward ? h : moved(draws, states, covariance, h);
  }
  return states;
}
