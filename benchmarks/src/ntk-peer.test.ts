import { copiedInput, tanh } from '@resdiff/networks';
import { seedKey, streams } from '@resdiff/random';
import { kernelUrl, ntkSampler } from '@resdiff/sampler';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { findPeer } from './peers.ts';

const { width, depth, inputs } = { width: 48, depth: 20, inputs: [1, 2] };
const draws = 400;
const torch = await findPeer('torch');

const sampler = ntkSampler(new WebAssembly.Module(readFileSync(kernelUrl)), {
  network: { width, depth, T: 1, sigmaW: 1, sigmaB: 1, activation: tanh },
  initial: inputs.map((z) => copiedInput(z, width)),
  key: seedKey(3),
  stream: streams.ntk,
});
const ours = Array.from({ length: draws }, (_, index) => sampler.draw(index));

/** How far a mean of the peer's is from ours, in standard errors of the difference. */
function deviation(part: 'weights' | 'biases', entry: number, value: number): number {
  const values = ours.map((draw) => draw[part][entry]);
  const mean = values.reduce((sum, k) => sum + k, 0) / draws;
  const variance = values.reduce((sum, k) => sum + (k - mean) ** 2, 0) / (draws - 1);
  return Math.abs(value - mean) / Math.sqrt((2 * variance) / draws);
}

// Below 4.5 standard errors for six entries: a false alarm for one seed in 24,000.
it.skipIf(!torch).each([
  ['ntk_torch.py', 1],
  ['ntk_torch.py', 20],
  ['ntk_collapsed_torch.py', draws],
])('%s with batches of %i draws the same tangent kernels as ours', async (script, batch) => {
  const theirs = await torch!.run(script, [
    ...['--width', width, '--depth', depth, '--inputs', JSON.stringify(inputs)],
    ...['--draws', draws, '--batch', batch, '--seed', 7],
  ]);
  expect(Number(theirs.seconds)).toBeGreaterThan(0);
  for (const part of ['weights', 'biases'] as const) {
    const means = theirs[part] as number[];
    for (const entry of [0, 1, 3]) {
      expect(deviation(part, entry, means[entry])).toBeLessThan(4.5);
    }
    expect(deviation(part, 1, 1.1 * means[1])).toBeGreaterThan(4.5);
  }
});
