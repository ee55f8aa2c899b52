import { copiedInput, identity, relu, swish, tanh, type ResidualNetwork } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import { afterAll, describe, expect, it } from 'vitest';
import { kernelModule } from '../../test/kernel-module.ts';
import { generalInputs } from '../../test/networks.ts';
import { testDevice } from '../../test/webgpu.ts';
import { ntkSampler, type NtkDraw, type NtkDraws } from '../ntk.ts';
import type { BatchSettings } from './batch.ts';
import { webgpuNtkSampler } from './ntk.ts';

const device = await testDevice();
afterAll(() => device?.close());

/** Largest difference of an entry, relative to the largest of its matrix in that draw if that is over 1. */
const TOLERANCE = 5e-6;
const COUNT = 8;
const parts = ['outputs', 'weights', 'biases', 'gradients'] as const;

type Settings = Partial<ResidualNetwork> & Partial<Pick<NtkDraws, 'key' | 'stream' | 'initial'>>;

function drawsOf({ key, stream, initial, ...rest }: Settings = {}): NtkDraws {
  const width = rest.width ?? 40;
  return {
    network: { width, depth: 15, T: 1, sigmaW: 1, sigmaB: 1, activation: tanh, ...rest },
    initial: initial ?? generalInputs(2, width),
    key: key ?? seedKey(3),
    stream: stream ?? streams.ntk,
  };
}

async function onDevice(draws: NtkDraws, batches?: Partial<BatchSettings>) {
  const sampler = await webgpuNtkSampler(device!, draws, batches);
  const found = await sampler.draw(5, COUNT);
  sampler.close();
  return found;
}

/** Of all draws, the largest differences from the CPU's. */
function deviations(found: readonly NtkDraw[], draws: NtkDraws): readonly number[] {
  const cpu = ntkSampler(kernelModule, draws);
  return found.map((draw, i) => {
    const exact = cpu.draw(5 + i);
    return Math.max(
      ...parts.map((part) => {
        const scale = Math.max(1, ...exact[part].map(Math.abs));
        return Math.max(...draw[part].map((x, at) => Math.abs(x - exact[part][at]))) / scale;
      }),
    );
  });
}

async function expectSameDraws(draws: NtkDraws, tolerance = TOLERANCE): Promise<void> {
  for (const deviation of deviations(await onDevice(draws), draws)) {
    expect(deviation).toBeLessThan(tolerance);
  }
}

describe.skipIf(!device)('tangent kernels on a GPU', () => {
  it.each([
    ['two inputs', drawsOf()],
    ['copied inputs', drawsOf({ initial: [copiedInput(1, 40), copiedInput(2, 40)] })],
    ['one input twice', drawsOf({ initial: [copiedInput(1, 40), copiedInput(1, 40)] })],
  ])('%s: every draw is that of the CPU', async (_, draws) => {
    await expectSameDraws(draws);
  });

  it('another seed, stream or draw is another draw', async () => {
    const draws = drawsOf();
    for (const other of [{ key: seedKey(4) }, { stream: streams.ntkDirect }]) {
      const found = await onDevice(drawsOf(other));
      for (const deviation of deviations(found, draws)) expect(deviation).toBeGreaterThan(0.01);
    }
    const [, ...next] = await onDevice(draws);
    for (const deviation of deviations(next, draws)) expect(deviation).toBeGreaterThan(0.01);
  });

  it('takes its draws apart by batches and by layers to the same bits', async () => {
    const draws = drawsOf();
    const cut = await onDevice(draws, { draws: 3, work: 3 * 8192 });
    expect(cut).toEqual(await onDevice(draws));
  });

  it.each([swish, relu])('$name: every draw is that of the CPU', async (activation) => {
    await expectSameDraws(drawsOf({ activation }));
  });

  // Proportional inputs without bias part slowly: at a relative distance of r, f32 tells the part of
  // one orthogonal to the other to 1e-7 / r.
  const proportional = [copiedInput(1, 12), copiedInput(3, 12)];
  it.each([
    ['one coordinate', drawsOf({ width: 1 }), TOLERANCE],
    ['rows of normals that begin within a block', drawsOf({ width: 1030, depth: 2 }), TOLERANCE],
    [
      'deep, without bias',
      drawsOf({ width: 12, depth: 100, sigmaB: 0, initial: proportional }),
      1e-4,
    ],
  ])('%s: every draw is that of the CPU', async (_, draws, tolerance) => {
    await expectSameDraws(draws, tolerance);
  });

  it('has the mean of phi = id at every width and depth: 5.623, 5 standard errors', async () => {
    const initial = [copiedInput(1, 8), copiedInput(2, 8)];
    const draws = drawsOf({ width: 8, depth: 12, activation: identity, initial });
    const sampler = await webgpuNtkSampler(device!, draws);
    const values = (await sampler.draw(0, 300)).map(({ weights }) => weights[1]);
    sampler.close();
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1);
    const z = (mean - 5.6230624366) / Math.sqrt(variance / values.length);
    expect(Math.abs(z)).toBeLessThan(5);
  });

  it('says where a draw diverged', async () => {
    const draws = drawsOf({ activation: relu, T: 100, sigmaW: 1e5, sigmaB: 0, depth: 20 });
    const found = await onDevice(draws);
    for (const { divergedAt, weights } of found) {
      expect(divergedAt).toBeGreaterThan(1);
      expect(weights.every(Number.isNaN)).toBe(true);
    }
  });

  it('refuses any other number of inputs', async () => {
    const draws = drawsOf({ initial: generalInputs(3, 40) });
    await expect(webgpuNtkSampler(device!, draws)).rejects.toThrow('of 2 inputs, not 3');
  });
});
