import { iidAsMatrixGaussian } from '@resdiff/networks';
import { instantiateKernel, type Kernel } from './kernel.ts';
import { addProduct, lawSampler, type DrawNoise, type LawDraws } from './law-draws.ts';
import { psdFactor } from './psd-factor.ts';
import type { Sampler } from './sampler.ts';

/**
 * Exact draws with matrix Gaussian or independent parameters without making them: given the features
 * F = psi(X) (D x N), eps^W F = F_O Z R^T in law, with F_O F_O^T = Sigma_O, R R^T = F^T Sigma_I F and
 * Z (rank(Sigma_O) x rank(R)) iid N(0, 1); eps^b, the same for every input, is F_b zeta with
 * F_b F_b^T = Sigma_b. Drifts only add to them. Normals are f32, all else is f64.
 *
 * A layer takes the normals of Z column after column, then those of zeta.
 *
 * @param module the compiled kernel (`kernelUrl`).
 * @throws RangeError when the shapes do not agree, a number is out of range, or the law is a general
 *   one, for which there is only the direct sampler.
 */
export function collapsedLawSampler(module: WebAssembly.Module, draws: LawDraws): Sampler {
  return lawSampler(draws, collapsedNoise(module, draws));
}

function collapsedNoise(module: WebAssembly.Module, draws: LawDraws): DrawNoise {
  const law = draws.law.kind === 'iid' ? iidAsMatrixGaussian(draws.law) : draws.law;
  if (law.kind === 'general') {
    throw new RangeError(
      'a general law has no collapsed sampler: its weights must be made (directLawSampler)',
    );
  }
  const { width, inputCovariance, outputCovariance, biasCovariance } = law;
  const output = psdFactor(outputCovariance, width);
  const bias = psdFactor(biasCovariance, width);
  const count = draws.initial.length;
  const layerNormals = normalsOf(module, draws, output.rank * count + bias.rank);
  return (features, draw, layer) => {
    const weighted = features.map((x) => product(inputCovariance, x));
    const gram = Float64Array.from({ length: count * count }, (_, at) =>
      dot(features[Math.floor(at / count)], weighted[at % count]),
    );
    const { factor, rank } = psdFactor(gram, count);
    const z = layerNormals(draw, layer, output.rank * rank + bias.rank);
    const columns = Array.from({ length: rank }, (_, k) => {
      const column = new Float64Array(width);
      addProduct(column, output.factor, z.subarray(k * output.rank, (k + 1) * output.rank));
      return column;
    });
    const common = new Float64Array(width);
    addProduct(common, bias.factor, z.subarray(output.rank * rank));
    const noise = features.map((_, input) => {
      const h = common.slice();
      columns.forEach((column, k) => {
        const by = factor[input * rank + k];
        for (let d = 0; d < width; d++) h[d] += by * column[d];
      });
      return h;
    });
    const variances = features.map((_, input) => {
      const square = gram[input * (count + 1)];
      return Float64Array.from({ length: width }, (_, d) => {
        const at = d * (width + 1);
        return outputCovariance[at] * square + biasCovariance[at];
      });
    });
    return { noise, variances };
  };
}

/** The first normals of a layer, out of the kernel. */
function normalsOf(module: WebAssembly.Module, { key, stream }: LawDraws, most: number) {
  const kernel: Kernel = instantiateKernel(module);
  const { exports } = kernel;
  const groups = (count: number) => 2 * Math.ceil(count / 32);
  exports.setSeed(key[0], key[1]);
  exports.reserveGroups(groups(most));
  const at = exports.reserve(64 * groups(most));
  let current = -1;
  return (draw: number, layer: number, count: number): Float32Array => {
    if (draw !== current) exports.startDraw(draw, stream);
    current = draw;
    exports.startLayer(layer);
    exports.normals(at, groups(count));
    return kernel.floats(at, count);
  };
}

function product(matrix: Float64Array, x: Float64Array): Float64Array {
  const out = new Float64Array(x.length);
  addProduct(out, matrix, x);
  return out;
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < x.length; d++) sum += x[d] * y[d];
  return sum;
}
