import { tanh } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import { describe, expect, it } from 'vitest';
import { drawsOf, generalInputs } from '../../test/networks.ts';
import { scrambling, workgroupBytes } from '../../test/scrambled.ts';
import { testDevice } from '../../test/webgpu.ts';
import { webgpuCollapsedSampler } from './collapsed.ts';
import type { WebgpuDevice } from './device.ts';
import { webgpuNtkSampler } from './ntk.ts';
import { manyKernel, manyLayout, MOST_INPUTS } from './shaders/many.ts';
import { MOST_NTK_INPUTS, ntkManyKernel } from './shaders/ntk-many.ts';
import { MOST_NTK_PAIR_WIDTH, ntkPairKernel } from './shaders/ntk-pair.ts';
import { MOST_PAIR_WIDTH, pairKernel } from './shaders/pair.ts';

const device = await testDevice();

async function draws(on: WebgpuDevice, inputs: number): Promise<unknown> {
  const initial = generalInputs(inputs, 17);
  const sampler = await webgpuCollapsedSampler(on, drawsOf({ initial, depth: 3 }));
  return sampler.draw(0, 3);
}

async function kernels(on: WebgpuDevice, inputs: number): Promise<unknown> {
  const sampler = await webgpuNtkSampler(on, {
    network: { width: 17, depth: 3, T: 1, sigmaW: 1, sigmaB: 1, activation: tanh },
    initial: generalInputs(inputs, 17),
    key: seedKey(3),
    stream: streams.ntk,
  });
  return sampler.draw(0, 3);
}

const cases = [
  ['draws of two inputs', draws, 2],
  ['draws of three inputs', draws, 3],
  ['tangent kernels of two inputs', kernels, 2],
  ['tangent kernels of three inputs', kernels, 3],
] as const;

describe('the threads of a workgroup share no more than 16 KiB, as every device has', () => {
  const GUARANTEED = 2 ** 14;
  const network = { width: 1, depth: 1, T: 1, sigmaW: 1, sigmaB: 1, activation: tanh };
  const wide = (width: number) => ({ ...network, width });
  const most = drawsOf({ initial: generalInputs(MOST_INPUTS, 1), depth: 1 });

  it.each([
    ['draws of two inputs', pairKernel({ ...most, network: wide(MOST_PAIR_WIDTH) })],
    [
      'draws of the most inputs',
      manyKernel({ ...most, tolerance: 0 }, manyLayout(1, MOST_INPUTS, GUARANTEED)),
    ],
    ['narrow tangent kernels of two inputs', ntkPairKernel(network)],
    ['tangent kernels of two inputs', ntkPairKernel(wide(MOST_NTK_PAIR_WIDTH))],
    ['tangent kernels of the most inputs', ntkManyKernel({ network, inputs: MOST_NTK_INPUTS })],
  ])('%s', (_, { code }) => {
    expect(workgroupBytes(code)).toBeGreaterThan(1024);
    expect(workgroupBytes(code)).toBeLessThanOrEqual(GUARANTEED);
  });
});

describe.skipIf(!device)('the threads of a workgroup', () => {
  async function inBothOrders(
    drawn: (typeof cases)[number][1],
    inputs: number,
    change?: (code: string) => string,
  ) {
    const { on, scramble } = scrambling(device!, change);
    const first = await drawn(on, inputs);
    scramble();
    return [first, await drawn(on, inputs)];
  }

  it.each(cases)('may come in any order: %s', async (_, drawn, inputs) => {
    const [first, second] = await inBothOrders(drawn, inputs);
    expect(second).toEqual(first);
  });

  // On a card, threads that do not wait may be in time by chance.
  const inSoftware = /swiftshader|software/.test(device?.adapter.architecture ?? '');
  it.skipIf(!inSoftware).each(cases.slice(0, 2))(
    'wait for one another: %s',
    async (_, drawn, inputs) => {
      const hasty = (code: string) => code.replace(/workgroupBarrier\(\);\s+(?=if|var)/, '');
      const [first, second] = await inBothOrders(drawn, inputs, hasty);
      expect(second).not.toEqual(first);
    },
  );
});
