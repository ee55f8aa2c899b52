import { copiedInput, identity, relu, swish } from '@resdiff/networks';
import { streams } from '@resdiff/random';
import { beforeAll, describe, expect, it } from 'vitest';
import { completedNtkSampler } from '../src/ntk-completed.ts';
import { directCompletedNtkSampler, directNtkSampler } from '../src/ntk-direct.ts';
import {
  ntkSampler,
  type CompletedNtkDraw,
  type NtkDraw,
  type NtkDraws,
  type NtkSampler,
} from '../src/ntk.ts';
import { kernelModule } from './kernel-module.ts';
import { smallestPValue } from './law-comparison.ts';
import {
  completedNtkDrawsOf,
  entries,
  generalStates,
  ntkDrawsOf,
  type NtkDrawsOf,
} from './ntk-networks.ts';
import { ntkOracle, type AlongStates } from './ntk-oracle.ts';

const directDraws = 2000;
const collapsedDraws = 6000;
const controlDraws = 2000;

type AnyDraw = NtkDraw | CompletedNtkDraw;

/** The values of every number of a draw, and of products that see how outputs and matrices go together. */
function sample(source: NtkSampler<AnyDraw>, draws: number): Float64Array[] {
  let columns: Float64Array[] = [];
  for (let index = 0; index < draws; index++) {
    const draw = source.draw(index);
    const { outputs, weights, biases } = draw;
    const last = weights.length - 1;
    const values = [
      ...entries(draw),
      outputs[0] * outputs[outputs.length - 1],
      outputs[0] ** 2 * weights[last],
      weights[0] - biases[last],
      weights[0] - weights[last],
    ];
    if (index === 0) columns = values.map(() => new Float64Array(draws));
    values.forEach((value, s) => (columns[s][index] = value));
  }
  return columns;
}

/** Draws 0, 1, ..., `draws` - 1, made once. */
function recorded<Draw>(source: NtkSampler<Draw>, draws: number): NtkSampler<Draw> {
  const all = Array.from({ length: draws }, (_, index) => source.draw(index));
  return { draw: (index) => all[index] };
}

/** Some of the inputs of each draw. */
function ofInputs(source: NtkSampler<NtkDraw>, rows: readonly number[]): NtkSampler<NtkDraw> {
  return {
    draw(index) {
      const { outputs, weights, biases, gradients } = source.draw(index);
      const pairs = rows.flatMap((i) => rows.map((j) => i * outputs.length + j));
      const among = (matrix: Float64Array) => Float64Array.from(pairs, (at) => matrix[at]);
      return {
        outputs: Float64Array.from(rows, (row) => outputs[row]),
        weights: among(weights),
        biases: among(biases),
        gradients: among(gradients),
      };
    },
  };
}

/** The matrices of each draw, K_b that of the next. */
function withBiasesApart(source: NtkSampler<AnyDraw>): NtkSampler<AnyDraw> {
  return { draw: (index) => ({ ...source.draw(index), biases: source.draw(index + 1).biases }) };
}

/** A network with inputs, and which of these are drawn together, held against one set of direct draws. */
interface Compared extends NtkDrawsOf {
  readonly of: Record<string, readonly number[]>;
}

const [x, y, w] = generalStates(3, 3);
const two = { 'two inputs': [0, 1] };
// Activations that are not here take the same path: ntk.test.ts has every one of them by its draws.
const networks: Record<string, Compared> = {
  tanh: {
    initial: [x, y, w, x.map((v, d) => v + 1e-6 * y[d])],
    depth: 5,
    of: {
      'two inputs': [0, 1],
      'one input': [0],
      'three inputs': [0, 1, 2],
      'a repeated input': [0, 1, 0],
      'inputs that are nearly one': [0, 3],
    },
  },
  'copied inputs': {
    initial: [0, 1, -2].map((z) => copiedInput(z, 3)),
    depth: 4,
    of: { 'two inputs': [0, 1], 'three inputs': [0, 1, 2] },
  },
  'width 2': {
    initial: generalStates(4, 2),
    depth: 5,
    of: { 'more inputs than coordinates': [0, 1, 2, 3] },
  },
  'width 1': { initial: [copiedInput(1, 1), copiedInput(-0.5, 1)], depth: 6, of: two },
  'depth 1': { initial: [x, y], depth: 1, T: 3, of: two },
  'a long time': { initial: [x, y], depth: 4, T: 4, of: two },
  'width 9': { initial: generalStates(2, 9), depth: 3, of: two },
  swish: { initial: [x, y], depth: 5, activation: swish, of: two },
  relu: { initial: [x, y], depth: 5, activation: relu, T: 0.5, of: two },
  identity: { initial: [x, y], depth: 5, activation: identity, T: 0.5, of: two },
  'tanh without bias': {
    initial: [x, y, x.map(() => 0)],
    depth: 5,
    sigmaB: 0,
    of: { 'two inputs': [0, 1], 'a zero input': [2, 1] },
  },
  'tanh without weights': { initial: [x, y], depth: 5, sigmaW: 0, of: two },
};

/**
 * Every p-value above 1e-8: some 1200 of them (18 statistics, three tests, 22 networks), so the whole
 * family raises a false alarm at 2e-5. The wrong laws have 1e-12 and less at these sizes.
 */
describe.each(Object.entries(networks))('tangent kernels of %s', (_, { of, ...setting }) => {
  const draws = ntkDrawsOf(setting);
  const { network, initial } = draws;
  const choices = Object.values(of);
  const collapsed = (rows: readonly number[], wrong: Partial<NtkDraws['network']> = {}) =>
    ntkSampler(kernelModule, {
      ...draws,
      network: { ...network, ...wrong },
      initial: rows.map((row) => initial[row]),
    });
  let direct: Map<readonly number[], Float64Array[]>;
  beforeAll(() => {
    const all = recorded(directNtkSampler({ ...draws, stream: streams.ntkDirect }), directDraws);
    direct = new Map(choices.map((rows) => [rows, sample(ofInputs(all, rows), directDraws)]));
  });

  it.each(Object.entries(of))('without weights have the law of those with them: %s', (__, rows) => {
    const found = sample(collapsed(rows), collapsedDraws);
    expect(smallestPValue(found, direct.get(rows)!)).toBeGreaterThan(1e-8);
  });

  it('have not that of parameters a quarter larger', () => {
    const { sigmaW, sigmaB } = network;
    for (const rows of choices) {
      const larger = collapsed(rows, { sigmaW: 1.25 * sigmaW, sigmaB: 1.25 * sigmaB });
      const found = sample(larger, controlDraws);
      expect(smallestPValue(found, direct.get(rows)!)).toBeLessThan(1e-9);
    }
  });
});

const inputs = generalStates(3, 5);
describe.each([
  ['one input', { inputs: inputs.slice(0, 1) }],
  ['two inputs', { inputs: inputs.slice(0, 2) }],
  ['parallel inputs', { inputs: [inputs[0], inputs[0].map((value) => 2 * value), inputs[1]] }],
])('tangent kernels of completed networks, %s', (_, setting) => {
  const draws = completedNtkDrawsOf(setting);
  const collapsed = completedNtkSampler(kernelModule, draws);
  let direct: Float64Array[];
  beforeAll(() => {
    const stream = streams.ntkDirect;
    direct = sample(directCompletedNtkSampler({ ...draws, stream }), directDraws);
  });

  it('without weights have the law of those with them', () => {
    expect(smallestPValue(sample(collapsed, collapsedDraws), direct)).toBeGreaterThan(1e-8);
  });

  it.each(['sigmaW', 'sigmaB', 'sigmaZ', 'sigmaY'] as const)(
    'have not that of a larger %s',
    (name) => {
      const network = { ...draws.network, [name]: 1.25 * draws.network[name] };
      const wrong = completedNtkSampler(kernelModule, { ...draws, network });
      expect(smallestPValue(sample(wrong, controlDraws), direct)).toBeLessThan(1e-9);
    },
  );

  it('have not that of K_b of another network', () => {
    const found = sample(withBiasesApart(collapsed), collapsedDraws);
    expect(smallestPValue(found, direct)).toBeLessThan(1e-9);
  });
});

describe('the comparison of laws notices', () => {
  const draws = ntkDrawsOf({ initial: [0, 1].map((z) => copiedInput(z, 2)), depth: 2, T: 4 });
  const direct = sample(directNtkSampler({ ...draws, stream: streams.ntkDirect }), 3000);
  const ruled = (rule?: AlongStates): NtkSampler => ({
    draw: (index) => ntkOracle(draws, index, rule),
  });

  it('nothing where the rule is right', () => {
    expect(smallestPValue(sample(ruled(), 4000), direct)).toBeGreaterThan(1e-8);
  });

  it.each<[string, AlongStates]>([
    ['fresh weights on the way back', () => 0],
    ['what is fresh, not projected off the states', (fixed) => fixed],
  ])('%s', (_, rule) => {
    expect(smallestPValue(sample(ruled(rule), 4000), direct)).toBeLessThan(1e-12);
  });
});
