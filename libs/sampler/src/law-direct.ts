import type { ParameterLaw } from '@resdiff/networks';
import { normals } from '@resdiff/random';
import { addProduct, lawSampler, type DrawNoise, type LawDraws } from './law-draws.ts';
import { psdFactor } from './psd-factor.ts';
import type { Sampler } from './sampler.ts';

/**
 * The direct sampler for parameters of any law: makes every weight and bias, in f64. The only one for
 * a general Sigma^W, and the oracle of the others.
 *
 * @throws RangeError when the shapes do not agree or a number is out of range.
 */
export function directLawSampler(draws: LawDraws): Sampler {
  return lawSampler(draws, materialised(draws));
}

function materialised({ law, key, stream }: LawDraws): DrawNoise {
  const { width } = law;
  const { weights, count } = weightsOf(law);
  const bias = biasFactor(law);
  const variances = variancesOf(law);
  return (features, draw, layer) => {
    const z = normals({ key, stream, draw, layer }, count + bias.rank);
    const w = weights(z);
    const b = new Float64Array(width);
    addProduct(b, bias.factor, z.subarray(count));
    const noise = features.map((x) => {
      const h = b.slice();
      addProduct(h, w, x);
      return h;
    });
    return { noise, variances: features.map(variances) };
  };
}

/** A factor of Sigma_b. */
function biasFactor(law: ParameterLaw) {
  if (law.kind !== 'iid') return psdFactor(law.biasCovariance, law.width);
  const { width, sigmaB } = law;
  const factor = new Float64Array(width * width);
  for (let d = 0; d < width; d++) factor[d * width + d] = sigmaB;
  return { factor, rank: width };
}

/** How eps^W (D x D, row-major) is made of the first `count` normals. */
function weightsOf(law: ParameterLaw): {
  weights: (z: Float64Array) => Float64Array;
  count: number;
} {
  const { width } = law;
  if (law.kind === 'iid') {
    const scale = law.sigmaW / Math.sqrt(width);
    return {
      weights: (z) => z.subarray(0, width * width).map((x) => scale * x),
      count: width ** 2,
    };
  }
  if (law.kind === 'general') {
    const { factor, rank } = psdFactor(law.weightCovariance, width ** 2);
    const weights = (z: Float64Array) => {
      const w = new Float64Array(width ** 2);
      addProduct(w, factor, z.subarray(0, rank));
      return w;
    };
    return { weights, count: rank };
  }
  const output = psdFactor(law.outputCovariance, width);
  const input = psdFactor(law.inputCovariance, width);
  // F_O Z F_I^T, Z of rank_O x rank_I.
  const weights = (z: Float64Array) => {
    const w = new Float64Array(width ** 2);
    for (let k = 0; k < output.rank; k++) {
      const row = new Float64Array(width);
      addProduct(row, input.factor, z.subarray(k * input.rank, (k + 1) * input.rank));
      for (let o = 0; o < width; o++) {
        const by = output.factor[o * output.rank + k];
        for (let i = 0; i < width; i++) w[o * width + i] += by * row[i];
      }
    }
    return w;
  };
  return { weights, count: output.rank * input.rank };
}

/** diag V(x) from the features: row o is psi^T Sigma^W[(o, .), (o, .)] psi + Sigma_b[o, o]. */
function variancesOf(law: ParameterLaw): (features: Float64Array) => Float64Array {
  const { width } = law;
  const quadratic = (entry: (i: number, j: number) => number, x: Float64Array) => {
    let sum = 0;
    for (let i = 0; i < width; i++)
      for (let j = 0; j < width; j++) sum += entry(i, j) * x[i] * x[j];
    return sum;
  };
  const perCoordinate = (f: (d: number) => number) =>
    Float64Array.from({ length: width }, (_, d) => f(d));
  if (law.kind === 'iid') {
    const { sigmaW, sigmaB } = law;
    return (x) => {
      const square = x.reduce((sum, value) => sum + value * value, 0);
      return perCoordinate(() => sigmaB ** 2 + (sigmaW ** 2 * square) / width);
    };
  }
  const { biasCovariance } = law;
  const bias = (d: number) => biasCovariance[d * (width + 1)];
  if (law.kind === 'matrix-gaussian') {
    const { outputCovariance, inputCovariance } = law;
    return (x) => {
      const square = quadratic((i, j) => inputCovariance[i * width + j], x);
      return perCoordinate((d) => outputCovariance[d * (width + 1)] * square + bias(d));
    };
  }
  const { weightCovariance } = law;
  const entry = (d: number, i: number, j: number) =>
    weightCovariance[(d * width + i) * width ** 2 + d * width + j];
  return (x) => perCoordinate((d) => quadratic((i, j) => entry(d, i, j), x) + bias(d));
}
