import { copiedInput, tanh } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import { kernelUrl, ntkSampler } from '@resdiff/sampler';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { findPeer, runPeer } from './peers.ts';

const size = { width: 48, depth: 20, inputs: [1, 2] };
const draws = 400;

// Below 4.5 standard errors for six entries: a false alarm for one seed in 24,000.
it.skipIf(!findPeer('torch'))(
  'ntk_torch.py draws the same tangent kernels as ours',
  { timeout: 120_000 },
  () => {
    const { width, depth, inputs } = size;
    const sampler = ntkSampler(new WebAssembly.Module(readFileSync(kernelUrl)), {
      network: { width, depth, T: 1, sigmaW: 1, sigmaB: 1, activation: tanh },
      initial: inputs.map((z) => copiedInput(z, width)),
      key: seedKey(3),
      stream: streams.ntk,
    });
    const ours = Array.from({ length: draws }, (_, index) => sampler.draw(index));
    const theirs = runPeer(findPeer('torch')!, 'ntk_torch.py', [
      ...['--width', width, '--depth', depth, '--inputs', JSON.stringify(inputs)],
      ...['--draws', draws, '--seed', 7],
    ]);
    expect(Number(theirs.cpuSeconds)).toBeGreaterThan(0);
    const deviation = (part: 'weights' | 'biases', entry: number, value: number) => {
      const values = ours.map((draw) => draw[part][entry]);
      const mean = values.reduce((sum, k) => sum + k, 0) / draws;
      const variance = values.reduce((sum, k) => sum + (k - mean) ** 2, 0) / (draws - 1);
      return Math.abs(value - mean) / Math.sqrt((2 * variance) / draws);
    };
    for (const part of ['weights', 'biases'] as const) {
      const means = theirs[part] as number[];
      for (const entry of [0, 1, 3]) {
        expect(deviation(part, entry, means[entry])).toBeLessThan(4.5);
      }
      expect(deviation(part, 1, 1.1 * means[1])).toBeGreaterThan(4.5);
    }
  },
);
