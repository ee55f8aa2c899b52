import {
  checkNtkInputs,
  lost,
  type CompletedNtkDraw,
  type CompletedNtkDraws,
  type NtkSampler,
} from './ntk.ts';
import { ntkKernel } from './ntk-kernel.ts';
import { psdFactor } from './psd-factor.ts';

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
  const { width, depth, sigmaY } = network;
  const kernel = ntkKernel(module, network, inputs.length, draws);
  const prior = priorCovariance(draws);
  const { factor, rank } = psdFactor(prior, inputs.length);
  const scale = sigmaY / Math.sqrt(width);
  return {
    draw(index) {
      const z = kernel.normals(index, 2 * depth, rank * width);
      inputs.forEach((_, n) =>
        combine(factor.subarray(n * rank, (n + 1) * rank), z, kernel.initial(n)),
      );
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

/** The covariance of the rows of x_0, N x N: sigmaZ^2 <z, z'>. */
export function priorCovariance({
  network,
  inputs,
}: Pick<CompletedNtkDraws, 'network' | 'inputs'>): Float64Array {
  return innerProducts(inputs).map((product) => network.sigmaZ ** 2 * product);
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
