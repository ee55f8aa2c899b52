import { copiedInput, identity, swish, tanh, type ConvolutionalNetwork } from '@resdiff/networks';
import { normals, seedKey, streams } from '@resdiff/random';
import { describe, expect, it } from 'vitest';
import { manyPath } from '../test/collapsed-oracle.ts';
import { kernelModule } from '../test/kernel-module.ts';
import { generalInputs } from '../test/networks.ts';
import { collapsedSampler } from './collapsed.ts';
import { convolutionalCost } from './convolutional-cost.ts';
import { directConvolutionalSampler } from './convolutional-direct.ts';
import { convolutionalSampler, type ConvolutionalDraws } from './convolutional.ts';
import { instantiateKernel } from './kernel.ts';

type Given = Partial<ConvolutionalNetwork> &
  Partial<ConvolutionalNetwork['convolution']> &
  Partial<Omit<ConvolutionalDraws, 'network'>> & { readonly images?: number };

function drawsOf(given: Given = {}): ConvolutionalDraws {
  const { width = 5, depth = 6, T = 1, sigmaW = 1, sigmaB = 1, activation = tanh } = given;
  const { rows = 3, columns = 4, kernel = 3, patchScaling = 'none', images = 1 } = given;
  const { increment = 'recursion', psi, keep = width } = given;
  const convolution = { rows, columns, kernel, patchScaling };
  return {
    network: { width, depth, T, sigmaW, sigmaB, activation, convolution },
    ...{ increment, keep, ...(psi && { psi }) },
    initial: given.initial ?? generalInputs(images * rows * columns, width),
    key: seedKey(3),
    stream: streams.resnet,
  };
}

/** The collapsed recursion in plain f64, from the normals of the kernel, with patches written out. */
function oracle(draws: ConvolutionalDraws, index: number): number[] {
  const { network, initial, key, stream, increment } = draws;
  const { width, depth, T, activation, convolution } = network;
  const { rows, columns, kernel, patchScaling } = convolution;
  const { phi, atZero } = activation;
  const [dt, sites] = [T / depth, rows * columns];
  const scale = network.sigmaW ** 2 / width / (patchScaling === 'fan-in' ? kernel ** 2 : 1);
  let x = initial.map((state) => [...state]);
  for (let layer = 0; layer < depth; layer++) {
    const features = x.map((state) => state.map((value) => draws.psi?.phi(value) ?? value));
    const patch = (site: number) => {
      const [image, r, c] = [
        Math.floor(site / sites),
        Math.floor((site % sites) / columns),
        site % columns,
      ];
      const values: number[] = [];
      for (let u = r - (kernel - 1) / 2; u <= r + (kernel - 1) / 2; u++) {
        for (let v = c - (kernel - 1) / 2; v <= c + (kernel - 1) / 2; v++) {
          const inside = u >= 0 && u < rows && v >= 0 && v < columns;
          values.push(
            ...(inside ? features[image * sites + u * columns + v] : Array<number>(width).fill(0)),
          );
        }
      }
      return values;
    };
    const patches = x.map((_, site) => patch(site));
    const covariance = patches.map((a) =>
      patches.map(
        (b) =>
          dt * (network.sigmaB ** 2 + scale * a.reduce((sum, value, i) => sum + value * b[i], 0)),
      ),
    );
    const factor = manyPath.factor(covariance);
    const rank = factor[0].length;
    const z = normals(
      { key, stream, draw: index, layer },
      rank === 0 ? 0 : 1 + manyPath.normal(rank - 1, width - 1, width),
    );
    x = x.map((state, site) =>
      state.map((value, d) => {
        const h = factor[site].reduce((sum, r, k) => sum + r * z[manyPath.normal(k, d, width)], 0);
        const drift = (atZero.ddphi / 2) * covariance[site][site];
        return value + (increment === 'euler' ? atZero.dphi * h + drift : phi(h));
      }),
    );
  }
  return x.flat();
}

describe('a collapsed draw, against the same recursion in f64', () => {
  it.each([
    ['tanh', {}],
    ['fan-in', { patchScaling: 'fan-in', T: 3 }],
    ['two images', { images: 2, rows: 2, columns: 3 }],
    ['a kernel larger than the image', { kernel: 5, rows: 1, columns: 8 }],
    ['a kernel of one site', { kernel: 1 }],
    ['an image of one site', { rows: 1, columns: 1 }],
    ['width 1', { width: 1 }],
    ['one layer', { depth: 1 }],
    ['no biases', { sigmaB: 0 }],
    ['no weights', { sigmaW: 0 }],
    ['the Euler scheme, swish', { increment: 'euler', activation: swish, T: 0.5 }],
    ['features other than the states', { psi: tanh, activation: swish }],
    ['more normals than a vector', { width: 19, rows: 5, columns: 5 }],
  ] satisfies [string, Given][])('%s', (_, given) => {
    const draws = drawsOf(given);
    for (const index of [0, 3]) {
      const found = convolutionalSampler(kernelModule, draws).draw(index).states;
      const expected = oracle(draws, index);
      const scale = Math.max(...expected.map(Math.abs));
      const error = Math.max(...expected.map((value, i) => Math.abs(value - found[i]))) / scale;
      expect(error).toBeLessThan(3e-6);
    }
  });
});

it('is a fully connected network of as many inputs where a patch is a site', () => {
  const draws = drawsOf({ kernel: 1 });
  const connected = collapsedSampler(kernelModule, draws);
  const found = convolutionalSampler(kernelModule, draws);
  for (const index of [0, 1]) expect(found.draw(index)).toEqual(connected.draw(index));
});

it('is the same draw of an image beside any other, but for the pivots', () => {
  // One site an image: its pivot is the first whatever the other image is, if it is the larger.
  const [large, small] = [copiedInput(2, 6), copiedInput(0.1, 6)];
  const given = { rows: 1, columns: 1, width: 6 };
  const alone = convolutionalSampler(
    kernelModule,
    drawsOf({ ...given, initial: [large], depth: 1 }),
  );
  const both = convolutionalSampler(
    kernelModule,
    drawsOf({ ...given, initial: [large, small], depth: 1 }),
  );
  expect(both.draw(4).states.slice(0, 6)).toEqual(alone.draw(4).states);
});

describe('draws that leave the finite numbers', () => {
  it.each([
    ['collapsed', (draws: ConvolutionalDraws) => convolutionalSampler(kernelModule, draws)],
    ['direct', directConvolutionalSampler],
  ])('say after which layer: %s', (_, make) => {
    const draws = drawsOf({ activation: identity, sigmaW: 1e12, depth: 8, rows: 2, columns: 2 });
    const { states, divergedAt } = make(draws).draw(0);
    expect(divergedAt).toBeGreaterThan(1);
    expect(divergedAt).toBeLessThanOrEqual(8);
    expect(states.every(Number.isNaN)).toBe(true);
  });
});

describe('refuses', () => {
  it.each([
    [{ initial: generalInputs(13, 5) }, /13 sites, which must be a multiple of the 12 sites/],
    [{ kernel: 4 }, /kernel is 4; it must be odd/],
    [{ initial: generalInputs(12, 4) }, /input 0 has 4 coordinates, but the width is 5/],
    [{ sigmaB: -1 }, /sigmaB must be finite and not negative/],
  ])('%#', (given, message) => {
    expect(() => convolutionalSampler(kernelModule, drawsOf(given))).toThrow(message);
    expect(() => directConvolutionalSampler(drawsOf(given))).toThrow(message);
  });
});

describe('the cost', () => {
  it('counts normals up to the rank of patches, and the memory that the kernel takes', () => {
    expect(convolutionalCost(drawsOf()).normals).toBe(6 * 8 * 12);
    expect(convolutionalCost(drawsOf({ width: 1, kernel: 1 })).normals).toBe(6 * 8 * 2);
    for (const [side, width] of [
      [16, 40],
      [10, 1000],
    ]) {
      const { exports } = instantiateKernel(kernelModule);
      const before = exports.memory.buffer.byteLength;
      exports.configure(width, 1, 1, 1, 0, 0, 0);
      exports.manyReserve(side ** 2, 0, false);
      exports.patchesReserve(1, side, side, 3);
      const taken = exports.memory.buffer.byteLength - before;
      const initial = Array.from({ length: side ** 2 }, () => copiedInput(1, width));
      const cost = convolutionalCost(drawsOf({ rows: side, columns: side, width, initial }));
      expect(Math.abs(cost.bytes - taken)).toBeLessThan(2 ** 17);
    }
  });
});
