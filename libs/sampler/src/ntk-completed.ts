import {
  checkNtkInputs,
  lost,
  type CompletedNtkDraw,
  type CompletedNtkDraws,
  type NtkSampler,
} from './ntk.ts';
import { ntkKernel, type NtkKernel } from './ntk-kernel.ts';

/**
 * Empirical tangent kernels of an output of the completed network x_0 = A z, y = G x_T, as
 * `ntkSampler` draws them: the states x_0 have iid rows N(0, sigmaZ^2 <z, z'>), so A is not made
 * either.
 *
 * @param module the compiled kernel (`kernelUrl`).
 * @throws RangeError as `ntkSampler`, or when sigmaZ or sigmaY is out of range.
 */
export function completedNtkSampler(
  module: WebAssembly.Module,
  draws: CompletedNtkDraws,
): NtkSampler<CompletedNtkDraw> {
  checkCompletedInputs(draws);
  const { network, inputs } = draws;
  const { width, depth, sigmaZ, sigmaY } = network;
  const kernel = ntkKernel(module, network, inputs.length, draws);
  const prior = innerProducts(inputs).map((product) => sigmaZ ** 2 * product);
  const factor = semidefiniteFactor(kernel, prior, inputs.length);
  const scale = sigmaY / Math.sqrt(width);
  return {
    draw(index) {
      const rank = factor[0].length;
      const z = kernel.normals(index, 2 * depth, rank * width);
      factor.forEach((row, n) => combine(row, z, kernel.initial(n)));
      const g = kernel.normals(index, 2 * depth + 1, width);
      kernel.start().set(g.map((value) => scale * value));
      const divergedAt = kernel.draw(index);
      const states = inputs.map((_, n) => kernel.state(n));
      const draw = {
        outputs: Float64Array.from(states, (x) => dot(kernel.start(), x)),
        input: kernel.gradients().map((value, i) => prior[i] * value),
        weights: kernel.weights(),
        biases: kernel.biases(),
        output: innerProducts(states).map((product) => scale ** 2 * product),
      };
      return divergedAt > 0 ? { ...lost(draw), divergedAt } : draw;
    },
  };
}

/** @throws RangeError when the shapes do not agree or a number is out of range. */
export function checkCompletedInputs({ network, inputs }: CompletedNtkDraws): void {
  const { sigmaZ, sigmaY } = network;
  checkNtkInputs(network, inputs, network.inputs);
  for (const [name, value] of Object.entries({ sigmaZ, sigmaY })) {
    if (!(value >= 0 && value < Infinity)) {
      throw new RangeError(`${name} must be finite and not negative, not ${value}`);
    }
  }
}

/** The rows of R, where `matrix` = R R^T is N x N. */
function semidefiniteFactor(kernel: NtkKernel, matrix: Float64Array, size: number): Float64Array[] {
  const { exports } = kernel;
  const [at, residual, factor] = [size * size, size, size * size].map((n) =>
    exports.reserve(8 * n),
  );
  kernel.doubles(at, size * size).set(matrix);
  const rank = exports.pivotedCholesky(at, residual, factor, size, 1e-14);
  return Array.from({ length: size }, (_, n) =>
    kernel.doubles(factor + 8 * n * size, rank).slice(),
  );
}

/** Sets `out` to the sum over k of row[k] times run k of z. */
function combine(row: Float64Array, z: Float32Array, out: Float64Array): void {
  out.fill(0);
  row.forEach((r, k) => {
    for (let d = 0; d < out.length; d++) out[d] += r * z[k * out.length + d];
  });
}

function innerProducts(vectors: readonly Float64Array[]): Float64Array {
  return Float64Array.from(vectors.flatMap((x) => vectors.map((y) => dot(x, y))));
}

function dot(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
  return sum;
}
