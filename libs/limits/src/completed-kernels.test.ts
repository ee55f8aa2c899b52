import { findActivation, type AffineKernel } from '@resdiff/networks';
import { normals, seedKey } from '@resdiff/random';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  bayesianLinearModel,
  completedPriorKernel,
  completedStateKernel,
  completedTangentKernel,
  completedTangentKernelParts,
  type CompletedLimit,
} from './completed-kernels.ts';
import { limitMeanField } from './dynamics.ts';
import { networkMeanField } from './network-recursion.ts';
import { CurvatureError, NoDiffusionLimitError } from './parameters.ts';

const paper: CompletedLimit = {
  activation: findActivation('tanh')!,
  T: 1,
  sigmaW: 1,
  sigmaB: 0.1,
  sigmaZ: 1 / 28,
  sigmaY: 1,
};
const networks: CompletedLimit[] = [
  paper,
  { ...paper, T: 1.7, sigmaW: 0.8, sigmaB: 0.9, sigmaZ: 0.6, sigmaY: 1.3 },
  { ...paper, activation: findActivation('erf')!, sigmaB: 0.5, sigmaZ: 2, sigmaY: 0.3 },
  { ...paper, activation: findActivation('sigmoid-centred')!, T: 5, sigmaB: 2, sigmaZ: 1 },
  { ...paper, sigmaW: 1e-3, sigmaB: 1 },
  { ...paper, sigmaW: 2.2, sigmaB: 1 },
];

const at = ({ constant, slope }: AffineKernel, product: number) => constant + slope * product;

describe('the printed formulas at the parameters of the MNIST experiment', () => {
  test.each([
    ['(35)', completedStateKernel(paper), 0.01 * (Math.E - 1), Math.E / 784],
    ['(36)', completedPriorKernel(paper), 0.01 * (Math.E - 1), Math.E / 784],
    ['(37)', completedTangentKernel(paper), 0.01 * (2 * Math.E - 1), (3 * Math.E) / 784],
  ])('%s', (_, kernel, constant, slope) => {
    expect(kernel.constant / constant).toBeCloseTo(1, 14);
    expect(kernel.slope / slope).toBeCloseTo(1, 14);
  });
});

describe.each(networks.map((network, index) => [index, network] as const))(
  'network %i',
  (_, network) => {
    const { activation, T, sigmaW, sigmaB, sigmaZ, sigmaY } = network;
    const products = [-3, 0, 0.4, 5];

    test('(35) is the limiting mean field of two inputs', () => {
      const parameters = { p1: activation.atZero.dphi, p2: 0, sigmaW, sigmaB };
      for (const product of products) {
        const lambda = Float64Array.of(7, product, product, 7).map((x) => sigmaZ ** 2 * x);
        const end = limitMeanField({ m: new Float64Array(2), lambda }, parameters, T);
        const kernel = completedStateKernel(network);
        expect(Math.abs(at(kernel, product) / end.lambda[1] - 1)).toBeLessThan(1e-13);
        expect(Math.abs(at(kernel, 7) / end.lambda[0] - 1)).toBeLessThan(1e-13);
      }
    });

    test('the parts are the derivatives of the prior in the log variances of their parameters', () => {
      const parts = completedTangentKernelParts(network);
      const groups = {
        input: 'sigmaZ',
        weights: 'sigmaW',
        biases: 'sigmaB',
        output: 'sigmaY',
      } as const;
      for (const [part, scale] of Object.entries(groups)) {
        // Fourth order, in steps of the logarithm of the variance.
        const prior = (step: number, product: number) =>
          at(
            completedPriorKernel({ ...network, [scale]: network[scale] * Math.exp(step / 2) }),
            product,
          );
        for (const product of products) {
          const h = 1e-2;
          const slope = (step: number) =>
            (prior(step, product) - prior(-step, product)) / (2 * step);
          const derivative = (4 * slope(h) - slope(2 * h)) / 3;
          const kernel = at(parts[part as keyof typeof parts], product);
          const magnitude = at(completedTangentKernel(network), Math.abs(product));
          expect(Math.abs(kernel - derivative) / magnitude).toBeLessThan(1e-6);
        }
      }
    });

    test('the interior parts are the integrals of section 5 along the path, from lambda_0', () => {
      const { weights, biases } = completedTangentKernelParts(network);
      const k = (activation.atZero.dphi * sigmaW) ** 2;
      const steps = 4000;
      const dt = T / steps;
      for (const product of products) {
        let lambda = sigmaZ ** 2 * product;
        let [atWeights, atBiases] = [0, 0];
        for (let step = 0; step < steps; step++) {
          // The midpoint rule, the state moved to the midpoint and on by exact halves.
          const half = (x: number) =>
            x + (x + sigmaB ** 2 / sigmaW ** 2) * Math.expm1((k * dt) / 2);
          lambda = half(lambda);
          const carried = Math.exp(k * (T - (step + 0.5) * dt)) * dt;
          atWeights += k * lambda * carried;
          atBiases += activation.atZero.dphi ** 2 * sigmaB ** 2 * carried;
          lambda = half(lambda);
        }
        const close = (value: number, exact: number) =>
          expect(Math.abs(value - exact)).toBeLessThan(2e-6 * Math.abs(exact) + 1e-12);
        close(at(weights, product), sigmaY ** 2 * atWeights);
        close(at(biases, product), sigmaY ** 2 * atBiases);
      }
    });

    test('(37) is the sum of the parts, the printed formula', () => {
      const C = (activation.atZero.dphi * sigmaW) ** 2 * T;
      const r = (sigmaB / sigmaW) ** 2;
      const { constant, slope } = completedTangentKernel(network);
      const printed = sigmaY ** 2 * r * (C * Math.exp(C) + Math.expm1(C));
      expect(Math.abs(constant / printed - 1)).toBeLessThan(1e-12);
      const printedSlope = (sigmaY * sigmaZ) ** 2 * (C + 2) * Math.exp(C);
      expect(Math.abs(slope / printedSlope - 1)).toBeLessThan(1e-13);
    });

    test('the Bayesian linear model has the prior kernel', () => {
      const { sigmaAlpha, sigmaBeta } = bayesianLinearModel(network);
      const { constant, slope } = completedPriorKernel(network);
      expect(sigmaAlpha ** 2 / constant).toBeCloseTo(1, 14);
      expect(sigmaBeta ** 2 / slope).toBeCloseTo(1, 14);
    });
  },
);

test('tends to the limit without weights, and needs none', () => {
  const none = completedTangentKernelParts({ ...paper, sigmaW: 0 });
  const few = completedTangentKernelParts({ ...paper, sigmaW: 1e-6 });
  expect(none.weights).toEqual({ constant: 0, slope: 0 });
  expect(none.biases.constant).toBeCloseTo(0.01, 15);
  // K_W = sigmaB^2 sigmaW^2 T^2 / 2 to first order.
  expect(few.weights.constant / (0.01 * 1e-12 * 0.5)).toBeCloseTo(1, 9);
  expect(few.biases.constant / none.biases.constant).toBeCloseTo(1, 9);
});

test('(35) is where the networks of infinite width go with their depth', () => {
  // Richardson's extrapolation from three depths leaves errors of order 1/L^3.
  const lambda = Float64Array.of(1.2, -0.4, -0.4, 0.7).map((x) => 0.36 * x);
  const start = { m: new Float64Array(2), lambda };
  const law = { sigmaW: 1, sigmaB: 0.5 };
  const deep = (depth: number) => networkMeanField(start, paper.activation, law, 1, depth).lambda;
  const [coarse, middle, fine] = [200, 400, 800].map(deep);
  const kernel = completedStateKernel({ ...paper, sigmaB: 0.5, sigmaZ: 0.6 });
  [1.2, -0.4, -0.4, 0.7].forEach((product, i) => {
    const limit = (8 * fine[i] - 6 * middle[i] + coarse[i]) / 3;
    expect(Math.abs(limit - at(kernel, product))).toBeLessThan(1e-5);
    expect(Math.abs(fine[i] - at(kernel, product))).toBeGreaterThan(1e-4);
  });
});

describe('networks drawn at random', () => {
  const width = 8;
  const depth = 100;
  const draws = 2000;
  const inputs = [Float64Array.of(1, -0.5, 2), Float64Array.of(0.3, 0.8, 1.1)];
  const product = 0.3 - 0.4 + 2.2;
  const network: CompletedLimit = {
    activation: findActivation('identity')!,
    T: 1,
    sigmaW: 0.9,
    sigmaB: 0.7,
    sigmaZ: 0.6,
    sigmaY: 1.2,
  };

  /** The products of two inputs' gradients in the standard normal parameters, a group each. */
  function sample(draw: number): Record<string, number> {
    const size = inputs[0].length;
    const perLayer = width * (width + 1);
    const stream = (layer: number, count: number) =>
      normals({ key: seedKey(11), stream: 1000, draw, layer }, count);
    const A = stream(0, width * size);
    const G = stream(1, width);
    const layers = stream(2, perLayer * depth);
    const dt = network.T / depth;
    const scaleW = network.sigmaW * Math.sqrt(dt / width);
    const scaleB = network.sigmaB * Math.sqrt(dt);

    const states = inputs.map((z) => {
      const path = [
        Float64Array.from({ length: width }, (_, i) =>
          z.reduce((sum, value, j) => sum + network.sigmaZ * A[i * size + j] * value, 0),
        ),
      ];
      for (let l = 0; l < depth; l++) {
        const x = path[l];
        const next = x.slice();
        for (let i = 0; i < width; i++) {
          const row = l * perLayer + i * (width + 1);
          for (let j = 0; j < width; j++) next[i] += scaleW * layers[row + j] * x[j];
          next[i] += scaleB * layers[row + width];
        }
        path.push(next);
      }
      return path;
    });
    // The network is linear, so both inputs share the gradient of the output in the state.
    const scaleY = network.sigmaY / Math.sqrt(width);
    let gradient = G.map((value) => scaleY * value);
    const dot = (a: Float64Array, b: Float64Array) =>
      a.reduce((sum, value, i) => sum + value * b[i], 0);
    const [first, second] = states;
    const sums = { input: 0, weights: 0, biases: 0, output: 0, prior: 0 };
    sums.output = scaleY ** 2 * dot(first[depth], second[depth]);
    sums.prior = dot(gradient, first[depth]) * dot(gradient, second[depth]);
    for (let l = depth - 1; l >= 0; l--) {
      const squares = dot(gradient, gradient);
      sums.weights += scaleW ** 2 * squares * dot(first[l], second[l]);
      sums.biases += scaleB ** 2 * squares;
      const back = gradient.slice();
      for (let i = 0; i < width; i++) {
        const row = l * perLayer + i * (width + 1);
        for (let j = 0; j < width; j++) back[j] += scaleW * layers[row + j] * gradient[i];
      }
      gradient = back;
    }
    sums.input = network.sigmaZ ** 2 * dot(gradient, gradient) * dot(inputs[0], inputs[1]);
    return sums;
  }

  let samples: Record<string, number>[];
  beforeAll(() => {
    samples = Array.from({ length: draws }, (_, draw) => sample(draw));
  });
  const zScore = (name: string, expected: number) => {
    const values = samples.map((s) => s[name]);
    const mean = values.reduce((sum, value) => sum + value, 0) / draws;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (draws - 1);
    return (mean - expected) / Math.sqrt(variance / draws);
  };

  // The means hold at every width; the bias of the depth is below 1%, less than a standard error.
  // Fixed seed; a check passes 4.2 with probability 3e-5, the five of them with 1.4e-4.
  test('have these tangent kernels and this prior on average', () => {
    const parts = completedTangentKernelParts(network);
    for (const [name, kernel] of Object.entries({
      ...parts,
      prior: completedPriorKernel(network),
    })) {
      expect(Math.abs(zScore(name, at(kernel, product)))).toBeLessThan(4.2);
    }
  });

  test('negative control: a kernel off by a sixth is found out', () => {
    const { weights, output } = completedTangentKernelParts(network);
    expect(Math.abs(zScore('weights', (7 / 6) * at(weights, product)))).toBeGreaterThan(4.2);
    expect(Math.abs(zScore('output', (7 / 6) * at(output, product)))).toBeGreaterThan(4.2);
  });
});

test('refuses activations without these kernels, and says why', () => {
  const run = (name: string) => () =>
    completedTangentKernel({ ...paper, activation: findActivation(name)! });
  expect(run('swish')).toThrow(CurvatureError);
  expect(run('swish')).toThrow("network of swish has no closed form for phi''(0) = 0.5");
  expect(run('relu')).toThrow(NoDiffusionLimitError);
});
