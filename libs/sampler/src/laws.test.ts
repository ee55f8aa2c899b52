import {
  generalLaw,
  identity,
  iidLaw,
  matrixGaussianAsGeneral,
  matrixGaussianLaw,
  relu,
  swish,
  tanh,
  type Activation,
  type ParameterLaw,
} from '@resdiff/networks';
import { normals, seedKey, streams } from '@resdiff/random';
import { beforeAll, describe, expect, it } from 'vitest';
import { pivotedFactor } from '../test/collapsed-oracle.ts';
import { kernelModule } from '../test/kernel-module.ts';
import { sample, smallestPValue } from '../test/law-comparison.ts';
import { generalInputs } from '../test/networks.ts';
import { ofInputs, recorded, withLastApart } from '../test/recorded-draws.ts';
import { zScore } from '../test/statistics.ts';
import { directSampler } from './direct.ts';
import { collapsedLawSampler } from './law-collapsed.ts';
import { directLawSampler } from './law-direct.ts';
import type { LawDraws } from './law-draws.ts';
import type { Sampler } from './sampler.ts';

function drawsOf(law: ParameterLaw, settings: Partial<LawDraws> = {}): LawDraws {
  return {
    law,
    depth: 5,
    T: 1,
    activation: tanh,
    increment: 'recursion',
    initial: generalInputs(2, law.width),
    key: seedKey(6),
    stream: streams.parameterLaw,
    keep: law.width,
    ...settings,
  };
}

const directOf = (draws: LawDraws) =>
  directLawSampler({ ...draws, stream: streams.parameterLawDirect });
const collapsed = (draws: LawDraws) => collapsedLawSampler(kernelModule, draws);
const sampled = (sampler: Sampler, { law, initial }: LawDraws, count: number) =>
  sample(sampler, { network: law, initial }, count);

/** A law with nothing equal to anything else. */
const width = 4;
const covariances = {
  outputCovariance: { name: 'ar1', rho: 0.7, variance: 1.5 },
  inputCovariance: { name: 'low-rank', factor: [[1], [-1], [0.5], [0]], variance: 0.2 },
  biasCovariance: { name: 'diagonal', variances: [1, 0, 0.3, 2] },
} as const;
const skew = matrixGaussianLaw(width, {
  ...covariances,
  weightDrift: [
    [0.5, 0, 0, 1],
    [0, -1, 0, 0],
    [0, 0, 0.2, 0],
    [0.3, 0, 0, 0],
  ],
  biasDrift: [1, -0.5, 0, 0.2],
});
const withoutDrift = matrixGaussianLaw(width, covariances);

/** A law with inputs, and which of these are drawn together, held against one set of direct draws. */
interface Compared {
  readonly draws: LawDraws;
  readonly of: Record<string, readonly number[]>;
}

const two = { 'two inputs': [0, 1] };
const compared: Record<string, Compared> = {
  'matrix Gaussian with drifts': {
    draws: drawsOf(skew, { initial: generalInputs(6, width) }),
    of: { ...two, 'one input': [0], 'more inputs than coordinates': [0, 1, 2, 3, 4, 5] },
  },
  'psi = ReLU, phi = swish': {
    draws: drawsOf(skew, { psi: relu, activation: swish, T: 0.2 }),
    of: two,
  },
  'Euler, swish': {
    draws: drawsOf(skew, { activation: swish, increment: 'euler', T: 0.2 }),
    of: two,
  },
  'Sigma_O of rank 1': { draws: drawsOf(lowRank()), of: two },
  'iid with a drift': {
    draws: drawsOf(iidLaw(3, { sigmaW: 1.3, sigmaB: 0.4, biasDrift: [1, 0, -1] })),
    of: two,
  },
  'width 1, one layer': {
    draws: drawsOf(iidLaw(1, { sigmaW: 2, sigmaB: 1 }), { depth: 1 }),
    of: two,
  },
};

const directDraws = 6000;
const collapsedDraws = 9000;
const controlDraws = 3000;

const chosen = (draws: LawDraws, rows: readonly number[]): LawDraws => ({
  ...draws,
  initial: rows.map((row) => draws.initial[row]),
});

/**
 * Every p-value above 1e-7, of eight comparisons of 21: a false alarm at 2e-5. Wrong laws have
 * 1e-14 and less at these sizes.
 */
describe.each(Object.entries(compared))('parameters of a law: %s', (_, { draws, of }) => {
  const choices = Object.values(of);
  let direct: Map<readonly number[], Float64Array[]>;
  beforeAll(() => {
    const all = recorded(directOf(draws), directDraws);
    direct = new Map(
      choices.map((rows) => [
        rows,
        sampled(ofInputs(all, rows, draws.law.width), chosen(draws, rows), directDraws),
      ]),
    );
  });

  it.each(Object.entries(of))('collapsed have the law of the direct ones: %s', (__, rows) => {
    const own = chosen(draws, rows);
    const found = sampled(collapsed(own), own, collapsedDraws);
    expect(smallestPValue(found, direct.get(rows)!)).toBeGreaterThan(1e-7);
  });

  const [pair] = choices;
  const wrong = wrongLaws(draws);
  it.each(Object.keys(wrong))('they have not that of %s', (name) => {
    const found = sampled(wrong[name](), chosen(draws, pair), controlDraws);
    expect(smallestPValue(found, direct.get(pair)!)).toBeLessThan(1e-9);
  });
});

/** Collapsed draws of the first two inputs with one error each. */
function wrongLaws(all: LawDraws): Record<string, () => Sampler> {
  const draws = chosen(all, [0, 1]);
  const { law, psi } = draws;
  const withLaw = (changed: object) => () => collapsed({ ...draws, law: { ...law, ...changed } });
  const wrong: Record<string, () => Sampler> = {
    'inputs with parameters of their own': () =>
      withLastApart(recorded(collapsed(draws), controlDraws + 1), law.width),
    'noise half as large again': withLaw(louder(law)),
  };
  if (psi) wrong['psi = identity'] = () => collapsed({ ...draws, psi: identity });
  if (law.biasDrift) {
    const biasDrift = new Float64Array(law.width);
    wrong['no drift'] = withLaw({ weightDrift: new Float64Array(law.width ** 2), biasDrift });
  }
  if (law.kind === 'matrix-gaussian' && law.weightDrift) {
    wrong['Sigma_I transposed with Sigma_O'] = withLaw({
      outputCovariance: law.inputCovariance,
      inputCovariance: law.outputCovariance,
    });
  }
  return wrong;
}

/** What changes where eps^W and eps^b are half as large again. */
function louder(law: ParameterLaw): Partial<ParameterLaw> {
  if (law.kind === 'general') throw new Error('a general law has no collapsed sampler');
  if (law.kind === 'iid') return { sigmaW: 1.5 * law.sigmaW, sigmaB: 1.5 * law.sigmaB };
  const scaled = (matrix: Float64Array) => matrix.map((value) => 2.25 * value);
  return {
    outputCovariance: scaled(law.outputCovariance),
    biasCovariance: scaled(law.biasCovariance),
  };
}

describe('parameters of any law', () => {
  it('as a general law have that of the matrix Gaussian one', () => {
    const draws = drawsOf(skew);
    const found = sampled(collapsed(draws), draws, collapsedDraws);
    const general = (law: typeof skew) =>
      sampled(
        directLawSampler(drawsOf(matrixGaussianAsGeneral(law), { stream: 7 })),
        draws,
        directDraws / 2,
      );
    expect(smallestPValue(found, general(skew))).toBeGreaterThan(1e-7);
    expect(smallestPValue(found, general(withoutDrift))).toBeLessThan(1e-9);
  });

  it('with the independent law are the sampler of independent ones', () => {
    const law = iidLaw(4, { sigmaW: 0.8, sigmaB: 0.5 });
    for (const increment of ['recursion', 'euler'] as const) {
      const draws = drawsOf(law, { activation: swish, psi: tanh, increment });
      const network = { ...law, depth: 5, T: 1, activation: swish };
      const other = directSampler({ ...draws, network });
      [0, 1, 2].forEach((index) =>
        other.draw(index).states.forEach((x, i) => {
          expect(directLawSampler(draws).draw(index).states[i]).toBeCloseTo(x, 5);
        }),
      );
    }
  });

  it('collapsed are the recursion of the f64 oracle with the same normals', () => {
    for (const [law, count] of [
      [skew, 2],
      [skew, 5],
      [wide(), 3],
    ] as const) {
      const draws = drawsOf(law, { psi: swish, initial: generalInputs(count, law.width) });
      const exact = oracle(draws, 3).flat();
      const scale = Math.max(...exact.map(Math.abs));
      collapsed(draws)
        .draw(3)
        .states.forEach((x, i) => expect(Math.abs(x - exact[i]) / scale).toBeLessThan(2e-6));
    }
  });

  it.each<[string, ParameterLaw, Activation]>([
    ['matrix Gaussian', skew, swish],
    ['general', generalOf(3), swish],
    ['iid', iidLaw(3, { sigmaW: 1, sigmaB: 1, biasDrift: [1, 2, 3] }), tanh],
  ])('have the drift and the covariance of Theorem 3.1 in an Euler step: %s', (_, law, phi) => {
    const draws = drawsOf(law, { increment: 'euler', depth: 1, T: 0.5, activation: phi });
    const { width } = law;
    const [x, y] = draws.initial;
    const found = Array.from({ length: 8000 }, (_, index) => directOf(draws).draw(index).states);
    const { dphi, ddphi } = phi.atZero;
    for (let o = 0; o < width; o++) {
      const V = covariance(law, x, x, o, o);
      let drift = law.biasDrift?.[o] ?? 0;
      for (let i = 0; i < width; i++) drift += (law.weightDrift?.[o * width + i] ?? 0) * x[i];
      const mean = x[o] + 0.5 * (dphi * drift + (ddphi / 2) * V);
      const p = (o + 1) % width;
      const values = Float64Array.from(found, (states) => states[o] - mean);
      // Each of 18 z-scores is beyond 5 once in 1.7 million seeds.
      expect(Math.abs(zScore(values, 0))).toBeLessThan(5);
      expect(Math.abs(zScore(values, 0.2))).toBeGreaterThan(5);
      const other = found.reduce((sum, states) => sum + states[width + p], 0) / found.length;
      const cross = Float64Array.from(found, (s) => (s[o] - mean) * (s[width + p] - other));
      expect(Math.abs(zScore(cross, 0.5 * dphi ** 2 * covariance(law, x, y, o, p)))).toBeLessThan(
        5,
      );
    }
  });

  // phi = identity: exact at every width and depth. Each of some 160 z-scores is beyond 5.3 once in
  // eight million seeds.
  it.each<[string, ParameterLaw, typeof directOf]>([
    ['matrix Gaussian, collapsed', skew, collapsed],
    ['general, direct', generalOf(3), directOf],
    ['iid, collapsed', iidLaw(3, { sigmaW: 1, sigmaB: 0.5, biasDrift: [1, 2, 3] }), collapsed],
  ])('have their exact first and second moments under the identity: %s', (_, law, of) => {
    const [x, other] = generalInputs(2, law.width);
    const near = x.map((value, d) => value + 1e-6 * other[d]);
    for (const y of [other, near]) {
      const draws = drawsOf(law, { activation: identity, initial: [x, y], T: 0.5, depth: 3 });
      const { states, products } = linearMoments(draws);
      const sampler = of(draws);
      const found = Array.from({ length: 4000 }, (__, index) => sampler.draw(index).states);
      const score = (value: (states: Float32Array) => number, expected: number) =>
        Math.abs(zScore(Float64Array.from(found, value), expected));
      const { width } = law;
      for (let o = 0; o < width; o++) {
        expect(score((s) => s[o], states[0][o])).toBeLessThan(5.3);
        for (let p = 0; p < width; p++) {
          const [[, across], [, own]] = products.map((row) => row.map((P) => P[o][p]));
          expect(score((s) => s[o] * s[width + p], across)).toBeLessThan(5.3);
          const apart = products[0][0][o][p] - across - products[1][0][o][p] + own;
          // f32 leaves 1e-7 of a state.
          const scale = y === near ? 1e-12 : 1;
          const distance = (s: Float32Array) => (s[width + o] - s[o]) * (s[width + p] - s[p]);
          expect(score((s) => distance(s) / scale, apart / scale)).toBeLessThan(5.3);
        }
      }
      const distances = (s: Float32Array) => (s[width] - s[0]) ** 2;
      const [[a, b], [c, d]] = products.map((row) => row.map((P) => P[0][0]));
      expect(score(distances, 1.3 * (a - b - c + d))).toBeGreaterThan(5.3);
    }
  });

  it('without noise are a deterministic recursion', () => {
    const zero = { name: 'identity', variance: 0 } as const;
    const law = matrixGaussianLaw(2, {
      outputCovariance: zero,
      inputCovariance: zero,
      biasCovariance: zero,
      weightDrift: [
        [0, 1],
        [-1, 0],
      ],
      biasDrift: [0.5, 0],
    });
    const draws = drawsOf(law, { depth: 50, T: 2 });
    const expected = draws.initial.flatMap((x) => {
      let [a, b] = x;
      for (let layer = 0; layer < 50; layer++) {
        [a, b] = [a + Math.tanh((b + 0.5) / 25), b + Math.tanh(-a / 25)];
      }
      return [a, b];
    });
    for (const sampler of [collapsed(draws), directOf(draws)]) {
      sampler.draw(0).states.forEach((x, i) => expect(x).toBeCloseTo(expected[i], 5));
    }
  });

  it('say after which layer they were not finite', () => {
    for (const of of [collapsed, directOf]) {
      const draws = drawsOf(skew, { activation: swish, T: 1e12, depth: 30 });
      const { divergedAt, states } = of(draws).draw(0);
      expect(divergedAt).toBeGreaterThan(0);
      expect(states.every(Number.isNaN)).toBe(true);
    }
  });

  it('refuse what cannot be drawn', () => {
    const general = drawsOf(generalOf(3));
    expect(() => collapsed(general)).toThrow('a general law has no collapsed sampler');
    expect(() => directOf({ ...general, keep: 4 })).toThrow(
      'keep must be a whole number from 1 to 3',
    );
    expect(() => directOf({ ...general, initial: generalInputs(1, 4) })).toThrow(
      'input 0 has 4 coordinates, but the width is 3',
    );
    const wide = iidLaw(10_000, { sigmaW: 1, sigmaB: 1 });
    expect(() => directOf(drawsOf(wide, { initial: [new Float64Array(10_000)] }))).toThrow(
      'a law of kind iid is drawn up to width 8192, not 10000',
    );
  });
});

function lowRank() {
  return matrixGaussianLaw(3, {
    outputCovariance: { name: 'low-rank', factor: [[1], [2], [-1]], variance: 0 },
    inputCovariance: { name: 'identity', variance: 0.3 },
    biasCovariance: { name: 'identity', variance: 0 },
  });
}

function wide() {
  return matrixGaussianLaw(40, {
    outputCovariance: { name: 'ar1', rho: -0.5 },
    inputCovariance: { name: 'ar1', rho: 0.9, variance: 0.025 },
    biasCovariance: 'identity',
  });
}

/** Weights all of whose pairs correlate. */
function generalOf(width: number) {
  const size = width * width;
  const z = normals({ key: [1, 2], stream: 0, draw: 0, layer: 0 }, size * 2 * size);
  const covariance = Float64Array.from({ length: size * size }, (_, at) => {
    const [i, j] = [Math.floor(at / size), at % size];
    let sum = 0;
    for (let k = 0; k < 2 * size; k++) sum += z[i * 2 * size + k] * z[j * 2 * size + k];
    return sum / (2 * size);
  });
  return generalLaw(width, {
    weightCovariance: covariance,
    biasCovariance: { name: 'ar1', rho: 0.5 },
    biasDrift: Array.from({ length: width }, (_, d) => d),
  });
}

/** Cov[(eps^W x + eps^b)_o, (eps^W y + eps^b)_p], out of the definition of the law. */
function covariance(law: ParameterLaw, x: Float64Array, y: Float64Array, o: number, p: number) {
  return meanCovariance(law, (i, j) => x[i] * y[j], o, p);
}

/** Its mean over random x and y with these E x_i y_j. */
function meanCovariance(
  law: ParameterLaw,
  product: (i: number, j: number) => number,
  o: number,
  p: number,
) {
  const { width } = law;
  let sum = 0;
  for (let i = 0; i < width; i++)
    for (let j = 0; j < width; j++) sum += entry(i, j) * product(i, j);
  const bias =
    law.kind === 'iid' ? (o === p ? law.sigmaB ** 2 : 0) : law.biasCovariance[o * width + p];
  return sum + bias;

  function entry(i: number, j: number): number {
    if (law.kind === 'iid') return o === p && i === j ? law.sigmaW ** 2 / width : 0;
    if (law.kind === 'general') {
      return law.weightCovariance[(o * width + i) * width ** 2 + p * width + j];
    }
    return law.outputCovariance[o * width + p] * law.inputCovariance[i * width + j];
  }
}

/** E x^i and E x^i (x^j)^T after the last layer, phi = psi = identity: a recursion in both. */
function linearMoments({ law, initial, depth, T }: LawDraws) {
  const { width } = law;
  const dt = T / depth;
  const drift = (x: readonly number[]) =>
    x.map((_, o) => x.reduce((sum, v, i) => sum + (law.weightDrift?.[o * width + i] ?? 0) * v, 0));
  /** x + mu^W x dt. */
  const moved = (x: readonly number[]) => drift(x).map((value, o) => x[o] + dt * value);
  const transposed = (P: number[][]) => P[0].map((_, p) => P.map((row) => row[p]));
  const bias = Array.from({ length: width }, (_, o) => dt * (law.biasDrift?.[o] ?? 0));
  let states = initial.map((x) => [...x]);
  let products = states.map((x) => states.map((y) => x.map((a) => y.map((b) => a * b))));
  for (let layer = 0; layer < depth; layer++) {
    const means = states.map(moved);
    products = products.map((row, i) =>
      row.map((P, j) =>
        transposed(transposed(P.map(moved)).map(moved)).map((line, o) =>
          line.map(
            (value, p) =>
              value +
              bias[o] * means[j][p] +
              means[i][o] * bias[p] +
              bias[o] * bias[p] +
              dt * meanCovariance(law, (k, l) => P[k][l], o, p),
          ),
        ),
      ),
    );
    states = means.map((x) => x.map((value, o) => value + bias[o]));
  }
  return { states, products };
}

const rows = (matrix: Float64Array, size: number) =>
  Array.from({ length: size }, (_, i) => [...matrix.subarray(i * size, (i + 1) * size)]);
const times = (matrix: readonly number[][], x: readonly number[]) =>
  matrix.map((row) => row.reduce((sum, value, k) => sum + value * x[k], 0));

/** The collapsed recursion with a matrix Gaussian law in plain f64. */
function oracle({ law, initial, depth, T, key, stream, psi, activation }: LawDraws, index: number) {
  if (law.kind !== 'matrix-gaussian') throw new Error('not a matrix Gaussian law');
  const { width } = law;
  const [O, I, b] = [law.outputCovariance, law.inputCovariance, law.biasCovariance].map((matrix) =>
    rows(matrix, width),
  );
  const [FO, Fb] = [pivotedFactor(O, 1e-13), pivotedFactor(b, 1e-13)];
  const dt = T / depth;
  let states = initial.map((x) => [...x]);
  for (let layer = 0; layer < depth; layer++) {
    const features = states.map((x) => x.map(psi!.phi));
    const gram = features.map((x) =>
      features.map((y) => times(I, y).reduce((sum, value, d) => sum + value * x[d], 0)),
    );
    const R = pivotedFactor(gram, 1e-13);
    const [rank, columns] = [R[0].length, FO[0].length];
    const z = normals({ key, stream, draw: index, layer }, columns * rank + Fb[0].length);
    const bias = times(Fb, [...z.slice(columns * rank)]);
    const noise = R.map((row) => {
      const mixed = Array.from({ length: columns }, (_, c) =>
        row.reduce((sum, r, k) => sum + r * z[k * columns + c], 0),
      );
      return times(FO, mixed).map((value, d) => value + bias[d]);
    });
    states = states.map((x, i) =>
      x.map((value, d) => {
        const drift =
          (law.biasDrift?.[d] ?? 0) +
          features[i].reduce((sum, f, k) => sum + (law.weightDrift?.[d * width + k] ?? 0) * f, 0);
        return value + activation.phi(drift * dt + noise[i][d] * Math.sqrt(dt));
      }),
    );
  }
  return states;
}
