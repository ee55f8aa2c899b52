import { activations, copiedInput, relu, swish, tanh, type Activation } from '@resdiff/networks';
import { seedKey } from '@resdiff/random';
import { describe, expect, it } from 'vitest';
import { kernelModule } from '../../test/kernel-module.ts';
import { drawsOf, generalInputs, onHost, type DrawsOf } from '../../test/networks.ts';
import { testDevice } from '../../test/webgpu.ts';
import { collapsedSampler } from '../collapsed.ts';
import type { Draw } from '../sampler.ts';
import type { BatchSettings } from './batch.ts';
import { webgpuCollapsedSampler } from './collapsed.ts';

const device = await testDevice();

/** Largest difference of a coordinate of a state, relative to the largest coordinate of its draw. */
const TOLERANCE = 3e-6;

async function onDevice(
  settings: DrawsOf,
  first: number,
  count: number,
  batches?: Partial<BatchSettings>,
): Promise<readonly Draw[]> {
  const sampler = await webgpuCollapsedSampler(device!, drawsOf(settings), batches);
  try {
    return await sampler.draw(first, count);
  } finally {
    sampler.close();
  }
}

function onCpu(settings: DrawsOf, first: number, count: number): readonly Draw[] {
  const sampler = collapsedSampler(kernelModule, drawsOf(settings));
  return Array.from({ length: count }, (_, i) => sampler.draw(first + i));
}

/** How far each draw is from the other of its number. */
function deviations(found: readonly Draw[], expected: readonly Draw[]): readonly number[] {
  expect(found.length).toBe(expected.length);
  return found.map(({ states }, i) => {
    const exact = expected[i].states;
    expect(states.length).toBe(exact.length);
    const scale = exact.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    return states.reduce((most, x, d) => Math.max(most, Math.abs(x - exact[d]) / scale), 0);
  });
}

async function expectSameDraws(settings: DrawsOf, count = 20): Promise<void> {
  const found = await onDevice(settings, 3, count);
  for (const deviation of deviations(found, onCpu(settings, 3, count))) {
    expect(deviation).toBeLessThan(TOLERANCE);
  }
}

describe.skipIf(!device)('two inputs on a GPU', () => {
  const initial = generalInputs(2, 50);

  it.each(activations)('$name: every draw is that of the CPU', async (activation) => {
    await expectSameDraws({ initial, activation, depth: 30 });
  });

  it.each([tanh, swish] satisfies Activation[])(
    '$name: so is every draw of the diffusion',
    async (activation) => {
      await expectSameDraws({ initial, activation, depth: 30, increment: 'euler' });
    },
  );

  it.each([1, 13, 1100])('width %i', async (width) => {
    const inputs = [copiedInput(0.5, width), copiedInput(2, width)];
    await expectSameDraws({ initial: inputs, depth: 5, keep: Math.ceil(width / 3) }, 3);
  });

  it('a deep network', async () => {
    await expectSameDraws({ initial: generalInputs(2, 16), depth: 500 }, 8);
  });

  it('another seed, stream or draw is another draw', async () => {
    const settings = { initial, depth: 10 };
    const expected = onCpu(settings, 0, 10);
    const others = [
      await onDevice({ ...settings, key: seedKey(21) }, 0, 10),
      await onDevice({ ...settings, stream: 1 }, 0, 10),
      await onDevice(settings, 1, 10),
    ];
    for (const other of others) {
      for (const deviation of deviations(other, expected)) expect(deviation).toBeGreaterThan(0.01);
    }
  });

  it('takes its draws apart by batches and by layers to the same bits', async () => {
    const settings = { initial, depth: 11 };
    const whole = await onDevice(settings, 5, 17);
    const cut = await onDevice(settings, 5, 17, { draws: 3, work: 3 * 1024 });
    expect(cut).toEqual(whole);
  });

  it('draws that are asked for at once come in order', async () => {
    const sampler = await webgpuCollapsedSampler(device!, drawsOf({ initial }), { draws: 4 });
    const parts = await Promise.all([sampler.draw(0, 5), sampler.draw(5, 9), sampler.draw(14, 0)]);
    expect(parts.flat()).toEqual(await sampler.draw(0, 14));
    expect(parts[2]).toEqual([]);
    sampler.close();
  });

  it.each([
    ['at once', [copiedInput(1e39, 50), copiedInput(-1e39, 50)]],
    ['after some layers', initial],
  ])('diverges where the CPU does: %s', async (_, start) => {
    const network = { depth: 8, T: 100, sigmaW: 1e8, sigmaB: 0, activation: relu };
    const settings = { initial: start, ...network };
    const divergedAt = (draws: readonly Draw[]) => draws.map((draw) => draw.divergedAt);
    const found = await onDevice(settings, 0, 5);
    expect(divergedAt(found)).toEqual(divergedAt(onCpu(settings, 0, 5)));
    expect(found[0].divergedAt).toBeGreaterThan(0);
    expect(found[0].states.every(Number.isNaN)).toBe(true);
    const cut = await onDevice(settings, 0, 5, { work: 1 });
    expect(divergedAt(cut)).toEqual(divergedAt(found));
  });

  it('holds states whose squares leave f32', async () => {
    await expectSameDraws({ initial, depth: 5, T: 5, sigmaW: 3e4, sigmaB: 0, activation: relu }, 4);
  });

  it('refuses what the CPU refuses, and an activation without a version in WGSL', async () => {
    const depth = drawsOf({ initial, depth: 0.5 });
    await expect(webgpuCollapsedSampler(device!, depth)).rejects.toThrow(/depth must be a whole/);
    const unknown = drawsOf({ initial, activation: onHost(tanh) });
    await expect(webgpuCollapsedSampler(device!, unknown)).rejects.toThrow(/no activation tanh on/);
    const kinked = drawsOf({ initial, activation: relu, increment: 'euler' });
    await expect(webgpuCollapsedSampler(device!, kinked)).rejects.toThrow(/which relu lacks/);
    const huge = drawsOf({ initial, sigmaW: 1e30 });
    await expect(webgpuCollapsedSampler(device!, huge)).rejects.toThrow(/must be finite in f32/);
  });
});

describe.skipIf(!device)('any inputs on a GPU', () => {
  it.each([
    ['one', generalInputs(1, 30)],
    ['five', generalInputs(5, 50)],
    ['more than coordinates', generalInputs(9, 6)],
    ['two that are close', [copiedInput(1, 40), copiedInput(1.01, 40)]],
    ['two that are equal', [copiedInput(1, 40), copiedInput(1, 40)]],
  ])('%s', async (_, initial) => {
    await expectSameDraws({ initial, depth: 20 }, 10);
  });

  it('in memory that is not shared by a workgroup', async () => {
    await expectSameDraws({ initial: generalInputs(6, 1500), depth: 3, keep: 9 }, 3);
  });

  it('loses nothing over many layers', async () => {
    await expectSameDraws({ initial: generalInputs(3, 8), depth: 500 }, 4);
  });

  it('takes its draws apart to the same bits', async () => {
    const settings = { initial: generalInputs(3, 20), depth: 11 };
    const whole = await onDevice(settings, 5, 7);
    expect(await onDevice(settings, 5, 7, { draws: 2, work: 2000 })).toEqual(whole);
  });

  it('diverges where the CPU does', async () => {
    const settings = { initial: generalInputs(3, 20), depth: 8, T: 100, sigmaW: 1e8, sigmaB: 0 };
    const draws = { ...settings, activation: relu };
    const divergedAt = (all: readonly Draw[]) => all.map((draw) => draw.divergedAt);
    const found = divergedAt(await onDevice(draws, 0, 3));
    expect(found).toEqual(divergedAt(onCpu(draws, 0, 3)));
    expect(found[0]).toBeGreaterThan(1);
  });

  it('refuses more than 48', async () => {
    const draws = drawsOf({ initial: generalInputs(49, 4) });
    await expect(webgpuCollapsedSampler(device!, draws)).rejects.toThrow(
      'a GPU draws at most 48 inputs at once, not 49',
    );
  });
});
