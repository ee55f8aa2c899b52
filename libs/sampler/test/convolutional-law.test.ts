import { convolutionalMeanField, copiedInputsMeanField } from '@resdiff/limits';
import {
  copiedInput,
  identity,
  swish,
  tanh,
  type Convolution,
  type ConvolutionalNetwork,
  type IidParameterLaw,
} from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import { describe, expect, it } from 'vitest';
import { directConvolutionalSampler } from '../src/convolutional-direct.ts';
import { convolutionalSampler, type ConvolutionalDraws } from '../src/convolutional.ts';
import type { Sampler } from '../src/sampler.ts';
import { kernelModule } from './kernel-module.ts';
import { sample, smallestPValue } from './law-comparison.ts';
import { generalInputs } from './networks.ts';

const [collapsedDraws, directDraws] = [16_000, 8000];

type Given = Partial<ConvolutionalNetwork> &
  Partial<ConvolutionalNetwork['convolution']> &
  Pick<Partial<ConvolutionalDraws>, 'increment' | 'psi'> & { readonly images?: number };

function drawsOf({ images = 1, ...given }: Given): ConvolutionalDraws {
  const { rows = 2, columns = 2, kernel = 3, patchScaling = 'none', ...network } = given;
  const { increment = 'recursion', psi, width = 2, ...rest } = network;
  return {
    network: {
      ...{ width, depth: 4, T: 0.5, sigmaW: 1, sigmaB: 1, activation: tanh, ...rest },
      convolution: { rows, columns, kernel, patchScaling },
    },
    ...{ increment, ...(psi && { psi }) },
    initial: generalInputs(images * rows * columns, width),
    key: seedKey(8),
    stream: increment === 'euler' ? streams.sde : streams.resnet,
    keep: width,
  };
}

const collapsed = (draws: ConvolutionalDraws) =>
  sample(convolutionalSampler(kernelModule, draws), draws, collapsedDraws);
const direct = (draws: ConvolutionalDraws) =>
  sample(
    directConvolutionalSampler({ ...draws, stream: streams.resnetDirect }),
    draws,
    directDraws,
  );

/** Every p-value above 1e-7: six networks, seven statistics, three tests; a false alarm at 1e-5. */
describe('collapsed draws have the law of the direct ones', () => {
  it.each([
    ['a square', {}],
    // Patches of the first and the last site have no site in common.
    ['patches that are disjoint', { rows: 1, columns: 4 }],
    ['two images, fan-in', { images: 2, rows: 1, columns: 2, patchScaling: 'fan-in' }],
    ['swish, Euler', { activation: swish, increment: 'euler' }],
    ['features other than the states', { psi: tanh, activation: identity }],
    ['wider than the patch, one layer', { width: 6, rows: 1, columns: 3, depth: 1 }],
  ] satisfies [string, Given][])('%s', (_, given) => {
    const draws = drawsOf(given);
    expect(smallestPValue(collapsed(draws), direct(draws))).toBeGreaterThan(1e-7);
  });
});

describe('the comparison of laws notices', () => {
  const draws = drawsOf({ rows: 1, columns: 4 });
  const right = collapsed(draws);

  it.each([
    ['a sigmaW of 1.5', { sigmaW: 1.5 }],
    ['another patch scaling', { patchScaling: 'fan-in' }],
    ['a narrower kernel', { kernel: 1 }],
  ] satisfies [string, Given][])('%s', (_, given) => {
    const wrong = drawsOf({ rows: 1, columns: 4, ...given });
    expect(smallestPValue(right, direct(wrong))).toBeLessThan(1e-12);
  });

  it('sites that do not share their weights', () => {
    const shallow = {
      ...drawsOf({ rows: 1, columns: 4, depth: 1, sigmaB: 0 }),
      initial: Array.from({ length: 4 }, () => copiedInput(1, 2)),
    };
    const [first, rest] = [streams.resnetDirect, streams.sdeDirect].map((stream) =>
      directConvolutionalSampler({ ...shallow, stream }),
    );
    const { width } = shallow.network;
    const apart: Sampler = {
      draw: (index) => ({
        states: Float32Array.from([
          ...first.draw(index).states.subarray(0, width),
          ...rest.draw(index).states.subarray(width),
        ]),
      }),
    };
    const wrong = sample(apart, shallow, directDraws);
    expect(smallestPValue(collapsed(shallow), wrong)).toBeLessThan(1e-12);
  });
});

/** |z| < 5 for 21 products: a false alarm at 1.2e-5. */
it('products of sites have their exact means at every width with phi = identity', () => {
  const z = [1, -1, 0.5, 2, 0, 1];
  const width = 3;
  const draws: ConvolutionalDraws = {
    ...drawsOf({ activation: identity, width, rows: 2, columns: 3, patchScaling: 'fan-in' }),
    initial: z.map((value) => copiedInput(value, width)),
  };
  const { network } = draws;
  const sampler = convolutionalSampler(kernelModule, draws);
  const pairs = z.flatMap((_, p) => z.slice(p).map((__, i) => [p, p + i] as const));
  const sums = pairs.map(() => [0, 0]);
  const count = 4000;
  for (let index = 0; index < count; index++) {
    const { states } = sampler.draw(index);
    pairs.forEach(([p, other], at) => {
      let product = 0;
      for (let d = 0; d < width; d++) product += states[p * width + d] * states[other * width + d];
      sums[at][0] += product / width;
      sums[at][1] += (product / width) ** 2;
    });
  }
  const largestZ = (law: IidParameterLaw & { readonly convolution: Convolution }) => {
    const { lambda } = convolutionalMeanField(
      copiedInputsMeanField(z),
      identity,
      law,
      network.T,
      network.depth,
    );
    return Math.max(
      ...pairs.map(([p, other], at) => {
        const mean = sums[at][0] / count;
        const variance = sums[at][1] / count - mean ** 2;
        return Math.abs(mean - lambda[p * z.length + other]) / Math.sqrt(variance / count);
      }),
    );
  };
  expect(largestZ(network)).toBeLessThan(5);
  const { convolution } = network;
  expect(largestZ({ ...network, convolution: { ...convolution, kernel: 1 } })).toBeGreaterThan(8);
  expect(largestZ({ ...network, sigmaB: 1.2 })).toBeGreaterThan(8);
});
