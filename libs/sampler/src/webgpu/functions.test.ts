import { relu, swish, tanh } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import { describe, expect, it } from 'vitest';
import { kernelModule } from '../../test/kernel-module.ts';
import { testDevice } from '../../test/webgpu.ts';
import { functionSampler, type FunctionDraws } from '../functions.ts';
import { webgpuFunctionSampler } from './functions.ts';

const device = await testDevice();

/**
 * Largest difference of two functions, relative to the largest value of their draw. Where two nodes
 * are the next pivot to within rounding, either side may take the other: the function is another of
 * the same law, as far away as what is left of these nodes is large. So one draw in eight may be.
 */
const TOLERANCE = 1e-5;
const OTHER_PIVOT = 1e-2;
const COUNT = 16;

const network = { width: 40, depth: 15, T: 1, sigmaW: 1, sigmaB: 1, activation: tanh };

function drawsOf(settings: Partial<Omit<FunctionDraws, 'network' | 'psi' | 'increment'>> = {}) {
  const key = seedKey(20);
  return { network, increment: 'recursion' as const, key, stream: streams.resnet, ...settings };
}

async function onDevice(draws: FunctionDraws) {
  const sampler = await webgpuFunctionSampler(device!, kernelModule, draws);
  const found = await sampler.draw(2, COUNT);
  sampler.close();
  return { ...sampler, found };
}

function deviations(
  found: readonly { states: Float32Array }[],
  draws: FunctionDraws,
): readonly number[] {
  const cpu = functionSampler(kernelModule, draws);
  return found.map(({ states }, i) => {
    const exact = cpu.draw(2 + i).states;
    expect(states.length).toBe(exact.length);
    const scale = exact.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    return states.reduce((most, x, d) => Math.max(most, Math.abs(x - exact[d]) / scale), 0);
  });
}

describe.skipIf(!device)('functions on a GPU', () => {
  it.each([
    ['tanh', drawsOf()],
    ['swish', { ...drawsOf(), network: { ...network, activation: swish } }],
    ['the diffusion', { ...drawsOf(), increment: 'euler' as const, stream: streams.sde }],
    ['two coordinates at a few points', drawsOf({ keep: 2, points: 60, interval: [-1, 3] })],
    ['ReLU without bias', { ...drawsOf(), network: { ...network, sigmaB: 0, activation: relu } }],
    ['many nodes', { ...drawsOf(), network: { ...network, width: 10, depth: 15, sigmaW: 1.4 } }],
  ])('%s: every draw is that of the CPU', async (_, draws) => {
    const { found, method, inputs } = await onDevice(draws);
    const cpu = functionSampler(kernelModule, draws);
    expect(method).toEqual(cpu.method);
    expect(inputs).toEqual(cpu.inputs);
    const all = deviations(found, draws);
    for (const deviation of all) expect(deviation).toBeLessThan(OTHER_PIVOT);
    expect(all.filter((x) => x > TOLERANCE).length).toBeLessThanOrEqual(COUNT / 8);
  });

  it('another seed is another function', async () => {
    const { found } = await onDevice(drawsOf({ key: seedKey(21) }));
    for (const deviation of deviations(found, drawsOf())) expect(deviation).toBeGreaterThan(0.05);
  });

  it('refuses what it does not draw', async () => {
    const rough = { ...drawsOf(), network: { ...network, activation: relu } };
    await expect(webgpuFunctionSampler(device!, kernelModule, rough)).rejects.toThrow(
      'a GPU draws functions by interpolation only, and relu is not smooth',
    );
    const psi = { ...drawsOf(), psi: tanh };
    await expect(webgpuFunctionSampler(device!, kernelModule, psi)).rejects.toThrow(
      /identity only/,
    );
  });
});
