import { copiedInput, erf } from '@resdiff/networks';
import { describe, expect, it } from 'vitest';
import { kernelModule } from '../test/kernel-module.ts';
import { drawsOf, generalInputs, onHost } from '../test/networks.ts';
import { collapsedCost } from './cost.ts';
import { instantiateKernel } from './kernel.ts';

describe('collapsedCost', () => {
  it('counts a normal for every coordinate, layer and input, with padding', () => {
    const cost = (count: number, width: number) =>
      collapsedCost(drawsOf({ initial: generalInputs(count, width), depth: 30 })).normals;
    expect(cost(2, 32)).toBe(2 * 32 * 30);
    expect(cost(2, 33)).toBe(2 * 48 * 30);
    expect(cost(3, 33)).toBe(3 * 40 * 30);
    expect(cost(9, 2)).toBe(3 * 8 * 30);
  });

  it('grows in proportion to the depth', () => {
    const initial = [copiedInput(0, 64), copiedInput(1, 64)];
    const [shallow, deep] = [100, 200].map((depth) => collapsedCost(drawsOf({ initial, depth })));
    expect(deep.seconds / shallow.seconds).toBeCloseTo(2, 1);
    expect(deep.bytes).toBe(shallow.bytes);
  });

  it('counts the memory that the kernel takes', () => {
    for (const [count, width] of [
      [1, 5000],
      [2, 30_000],
      [300, 400],
      [300, 10],
    ]) {
      const { exports } = instantiateKernel(kernelModule);
      const before = exports.memory.buffer.byteLength;
      exports.configure(width, 1, 1, 1, 0, 0, 0);
      if (count === 2) exports.pairReserve();
      else exports.manyReserve(count, 0, false);
      const taken = exports.memory.buffer.byteLength - before;
      const initial = Array.from({ length: count }, (_, i) => copiedInput(i, width));
      expect(Math.abs(collapsedCost(drawsOf({ initial })).bytes - taken)).toBeLessThan(2 ** 17);
    }
  });

  it('asks more for an activation that the host applies, but not for its Euler scheme', () => {
    const initial = generalInputs(2, 100);
    const tanh = collapsedCost(drawsOf({ initial }));
    const host = collapsedCost(drawsOf({ initial, activation: onHost(erf) }));
    const euler = collapsedCost(drawsOf({ initial, activation: onHost(erf), increment: 'euler' }));
    expect(host.seconds).toBeGreaterThan(2 * tanh.seconds);
    expect(euler.seconds).toBe(tanh.seconds);
  });
});
