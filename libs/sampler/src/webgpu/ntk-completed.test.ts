import { swish } from '@resdiff/networks';
import { seedKey } from '@resdiff/random';
import { describe, expect, it } from 'vitest';
import { kernelModule } from '../../test/kernel-module.ts';
import { completedNtkDrawsOf, completedParts, generalStates } from '../../test/ntk-networks.ts';
import { testDevice } from '../../test/webgpu.ts';
import { completedNtkSampler } from '../ntk-completed.ts';
import type { CompletedNtkDraw, CompletedNtkDraws } from '../ntk.ts';
import type { BatchSettings } from './batch.ts';
import { webgpuCompletedNtkSampler } from './ntk-completed.ts';

const device = await testDevice();

/** Largest difference of an entry, relative to the largest of its matrix in that draw if that is over 1. */
const TOLERANCE = 5e-6;
const COUNT = 4;
const parts = ['outputs', ...completedParts] as const;

const [x, y] = generalStates(2, 4);
const drawsOf = (settings: Partial<Parameters<typeof completedNtkDrawsOf>[0]> = {}) =>
  completedNtkDrawsOf({ inputs: [x, y], width: 17, depth: 6, ...settings });

async function onDevice(draws: CompletedNtkDraws, batches?: Partial<BatchSettings>) {
  const sampler = await webgpuCompletedNtkSampler(device!, draws, batches);
  const found = await sampler.draw(5, COUNT);
  sampler.close();
  return found;
}

/** Of all draws, the largest differences from the CPU's. */
function deviations(
  found: readonly CompletedNtkDraw[],
  draws: CompletedNtkDraws,
): readonly number[] {
  const cpu = completedNtkSampler(kernelModule, draws);
  return found.map((draw, i) => {
    const exact = cpu.draw(5 + i);
    return Math.max(
      ...parts.map((part) => {
        const scale = Math.max(1, ...exact[part].map(Math.abs));
        return (
          Math.max(...draw[part].map((value, at) => Math.abs(value - exact[part][at]))) / scale
        );
      }),
    );
  });
}

describe.skipIf(!device)('tangent kernels of completed networks on a GPU', () => {
  it.each([
    ['two inputs', drawsOf()],
    ['one input', drawsOf({ inputs: [x], width: 1 })],
    ['parallel inputs', drawsOf({ inputs: [x, x.map((value) => 2 * value), y] })],
    ['more inputs than they have coordinates', drawsOf({ inputs: generalStates(6, 4) })],
    ['swish, without bias', drawsOf({ activation: swish, sigmaB: 0 })],
  ])('%s: every draw is that of the CPU', async (_, draws) => {
    for (const deviation of deviations(await onDevice(draws), draws)) {
      expect(deviation).toBeLessThan(TOLERANCE);
    }
  });

  it('another seed or stream is another draw', async () => {
    const draws = drawsOf();
    for (const other of [{ key: seedKey(4) }, { stream: 7 }]) {
      const found = await onDevice({ ...draws, ...other });
      for (const deviation of deviations(found, draws)) expect(deviation).toBeGreaterThan(0.01);
    }
  });

  it('takes its draws apart by batches and by layers to the same bits', async () => {
    const draws = drawsOf();
    expect(await onDevice(draws, { draws: 3, work: 1 })).toEqual(await onDevice(draws));
  });

  it('refuses what the CPU refuses', async () => {
    const draws = drawsOf({ sigmaZ: -1 });
    await expect(webgpuCompletedNtkSampler(device!, draws)).rejects.toThrow(
      'sigmaZ must be finite and not negative, not -1',
    );
  });
});
