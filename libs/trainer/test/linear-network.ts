import { identity } from '@resdiff/networks';
import type { Model, TrainingSet } from '../src/index.ts';
import { smallModel } from './problem.ts';
import { referenceScales, type Tensors } from './reference.ts';

/**
 * Of one identity layer between frozen outer layers: y = G (x_0 + W x_0 + b) is linear in W and b,
 * so that gradient descent on the mean squared error has a closed form.
 */
export function linearModel(gradients: Model['gradients']): Model {
  return smallModel({
    gradients,
    trains: { input: false, output: false },
    network: { width: 3, depth: 1, inputs: 4, outputs: 2, activation: identity },
  });
}

/**
 * Losses and parameters of gradient descent with all images in every step, in closed form. With
 * residuals r + J theta, slopes g = J' r and curvature H = J' J = sum_i lambda_i q_i q_i' (both times
 * 2 / (N O)), step k is at theta_k = -sum_i (1 - (1 - rate lambda_i)^k) / lambda_i (q_i' g) q_i.
 *
 * @returns the loss before step k + 1 and the parameters after k steps, k = 0 to `steps`.
 */
export function linearTraining(
  { network, gradients }: Model,
  { A, 'W.0': W, 'b.0': b, G }: Tensors,
  { count, images, targets }: TrainingSet,
  { rate, steps }: { rate: number; steps: number },
): { loss: number; W: number[]; b: number[] }[] {
  const { width, inputs, outputs } = network;
  const scale = referenceScales(network);
  const unit = gradients === 'standard' ? scale : { W: 1, b: 1 };
  const residuals: number[] = [];
  const jacobian: number[][] = [];
  const range = (length: number) => Array.from({ length }, (_, i) => i);
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  for (let image = 0; image < count; image++) {
    const x = range(width).map((i) =>
      sum(range(inputs).map((j) => scale.A * A[i * inputs + j] * images[image * inputs + j])),
    );
    const last = range(width).map(
      (i) =>
        x[i] + scale.b * b[i] + sum(range(width).map((j) => scale.W * W[i * width + j] * x[j])),
    );
    for (let o = 0; o < outputs; o++) {
      const weights = range(width).map((i) => scale.G * G[o * width + i]);
      residuals.push(
        sum(weights.map((weight, i) => weight * last[i])) - targets[image * outputs + o],
      );
      jacobian.push([
        ...weights.flatMap((weight) => x.map((value) => (weight * value * scale.W) / unit.W)),
        ...weights.map((weight) => (weight * scale.b) / unit.b),
      ]);
    }
  }
  const factor = 2 / residuals.length;
  const size = width * width + width;
  const slopes = range(size).map(
    (p) => factor * sum(jacobian.map((row, n) => row[p] * residuals[n])),
  );
  const curvature = range(size).map((p) =>
    range(size).map((q) => factor * sum(jacobian.map((row) => row[p] * row[q]))),
  );
  const { values, vectors } = eigen(curvature);
  const along = vectors.map((vector) => sum(vector.map((entry, p) => entry * slopes[p])));
  return range(steps + 1).map((k) => {
    const theta = range(size).map((p) =>
      sum(
        values.map((value, i) => {
          const growth = value < 1e-12 ? rate * k : (1 - (1 - rate * value) ** k) / value;
          return -growth * along[i] * vectors[i][p];
        }),
      ),
    );
    const errors = residuals.map(
      (r, n) => r + sum(jacobian[n].map((entry, p) => entry * theta[p])),
    );
    return {
      loss: sum(errors.map((error) => error ** 2)) / errors.length,
      W: theta.slice(0, width * width).map((change, p) => W[p] + change / unit.W),
      b: theta.slice(width * width).map((change, p) => b[p] + change / unit.b),
    };
  });
}

/** Eigenvalues and eigenvectors (rows) of a symmetric matrix, by Jacobi's rotations. */
export function eigen(symmetric: number[][]): { values: number[]; vectors: number[][] } {
  const a = symmetric.map((row) => [...row]);
  const size = a.length;
  const vectors = a.map((_, i) => a.map((_, j) => Number(i === j)));
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        if (a[p][q] === 0) continue;
        const angle = Math.atan2(2 * a[p][q], a[p][p] - a[q][q]) / 2;
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        for (const row of a) [row[p], row[q]] = [c * row[p] + s * row[q], c * row[q] - s * row[p]];
        for (const matrix of [a, vectors]) {
          [matrix[p], matrix[q]] = [
            matrix[p].map((value, j) => c * value + s * matrix[q][j]),
            matrix[q].map((value, j) => c * value - s * matrix[p][j]),
          ];
        }
      }
    }
  }
  return { values: a.map((row, i) => row[i]), vectors };
}
