import { copiedInput, relu, swish, tanh, type ResidualNetwork } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import { describe, expect, it } from 'vitest';
import { kernelModule } from '../../test/kernel-module.ts';
import { generalInputs } from '../../test/networks.ts';
import { withCode } from '../../test/scrambled.ts';
import { testDevice } from '../../test/webgpu.ts';
import { ntkSampler, type NtkDraw, type NtkDraws } from '../ntk.ts';
import type { BatchSettings } from './batch.ts';
import { webgpuNtkSampler } from './ntk.ts';

const device = await testDevice();

/** Largest difference of an entry, relative to the largest of its matrix in that draw if that is over 1. */
const TOLERANCE = 5e-6;
const COUNT = 8;
const parts = ['outputs', 'weights', 'biases', 'gradients'] as const;

type Settings = Partial<ResidualNetwork> & Partial<Pick<NtkDraws, 'key' | 'stream' | 'initial'>>;

function drawsOf({ key, stream, initial, ...rest }: Settings = {}): NtkDraws {
  const width = rest.width ?? 36;
  return {
    network: { width, depth: 15, T: 1, sigmaW: 1, sigmaB: 1, activation: tanh, ...rest },
    initial: initial ?? generalInputs(2, width),
    key: key ?? seedKey(3),
    stream: stream ?? streams.ntk,
  };
}

async function onDevice(
  draws: NtkDraws,
  count = COUNT,
  batches?: Partial<BatchSettings>,
  on = device!,
) {
  const sampler = await webgpuNtkSampler(on, draws, batches);
  const found = await sampler.draw(5, count);
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

async function expectSameDraws(
  draws: NtkDraws,
  tolerance = TOLERANCE,
  count = COUNT,
): Promise<void> {
  for (const deviation of deviations(await onDevice(draws, count), draws)) {
    expect(deviation).toBeLessThan(tolerance);
  }
}

describe.skipIf(!device)('tangent kernels of two inputs on a GPU', () => {
  it.each([
    ['in general position', drawsOf()],
    ['copied inputs', drawsOf({ initial: [copiedInput(1, 36), copiedInput(2, 36)] })],
    ['one input twice', drawsOf({ initial: [copiedInput(1, 36), copiedInput(1, 36)] })],
  ])('%s: every draw is that of the CPU', async (_, draws) => {
    await expectSameDraws(draws);
  });

  it('knows equal inputs where quotients are no better than WGSL asks', async () => {
    const draws = drawsOf({ initial: [copiedInput(1, 36), copiedInput(1, 36)] });
    const far = (code: string) => code.replaceAll(' / square', ' * 1.0000002f / square');
    const found = await onDevice(draws, COUNT, {}, withCode(device!, far));
    for (const deviation of deviations(found, draws)) expect(deviation).toBeLessThan(TOLERANCE);
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
    const cut = await onDevice(draws, COUNT, { draws: 3, work: 3 * 8192 });
    expect(cut).toEqual(await onDevice(draws));
  });

  it.each([swish, relu])('$name: every draw is that of the CPU', async (activation) => {
    await expectSameDraws(drawsOf({ activation }));
  });

  // Proportional inputs without bias part slowly: at a relative distance of r, f32 tells the part of
  // one orthogonal to the other to 1e-7 / r.
  const proportional = [copiedInput(1, 20), copiedInput(3, 20)];
  it.each([
    ['one coordinate', drawsOf({ width: 1 }), TOLERANCE],
    ['many coordinates a thread', drawsOf({ width: 300, depth: 4 }), TOLERANCE],
    [
      'deep, without bias',
      drawsOf({ width: 20, depth: 100, sigmaB: 0, initial: proportional }),
      1e-4,
    ],
  ])('%s: every draw is that of the CPU', async (_, draws, tolerance) => {
    await expectSameDraws(draws, tolerance);
  });

  it('says where a draw diverged', async () => {
    const draws = drawsOf({ activation: relu, T: 100, sigmaW: 1e5, sigmaB: 0, depth: 20 });
    const found = await onDevice(draws);
    for (const { divergedAt, weights } of found) {
      expect(divergedAt).toBeGreaterThan(1);
      expect(weights.every(Number.isNaN)).toBe(true);
    }
  });
});

describe.skipIf(!device)('tangent kernels of any inputs on a GPU', () => {
  const three = generalInputs(3, 17);
  it.each([
    ['one', drawsOf({ width: 30, initial: generalInputs(1, 30), depth: 8 })],
    ['three', drawsOf({ width: 17, initial: three })],
    ['without bias', drawsOf({ width: 17, initial: three, depth: 5, sigmaB: 0 })],
    ['more than coordinates', drawsOf({ width: 3, initial: generalInputs(6, 3), depth: 8 })],
    [
      'more than coordinates, where rounding leaves 3e-7 of one',
      drawsOf({ width: 3, initial: generalInputs(6, 3), depth: 8, key: seedKey(6) }),
    ],
    ['two of three equal', drawsOf({ width: 17, initial: [0, 1, 0].map((n) => three[n]) })],
    ['many', drawsOf({ width: 24, initial: generalInputs(20, 24), depth: 3 })],
    ['swish', drawsOf({ width: 17, initial: three, activation: swish, depth: 5 })],
    ['a deep network', drawsOf({ width: 9, initial: generalInputs(3, 9), depth: 100 })],
  ])('%s: every draw is that of the CPU', async (_, draws) => {
    await expectSameDraws(draws, TOLERANCE, 3);
  });

  // What tells three copied inputs from two is the curvature of tanh: r = 1e-3 of their length here.
  it('copied inputs, to 1e-7 / r', async () => {
    const initial = [1, 2, -1].map((z) => copiedInput(z, 17));
    await expectSameDraws(drawsOf({ width: 17, initial, depth: 4, T: 2 }), 1e-4, 3);
  });

  it('takes its draws apart by batches and by layers to the same bits', async () => {
    const draws = drawsOf({ width: 17, initial: three, depth: 5 });
    const cut = await onDevice(draws, 5, { draws: 2, work: 1 });
    expect(cut).toEqual(await onDevice(draws, 5));
  });

  it('says where a draw diverged', async () => {
    const steep = { activation: relu, T: 100, sigmaW: 1e5, sigmaB: 0, depth: 12 };
    const found = await onDevice(drawsOf({ width: 17, initial: three, ...steep }), 2);
    for (const { divergedAt, weights } of found) {
      expect(divergedAt).toBeGreaterThan(1);
      expect(weights.every(Number.isNaN)).toBe(true);
    }
  });

  it('refuses more than 48', async () => {
    const draws = drawsOf({ initial: generalInputs(49, 36) });
    await expect(webgpuNtkSampler(device!, draws)).rejects.toThrow('at most 48 inputs, not 49');
  });
});
