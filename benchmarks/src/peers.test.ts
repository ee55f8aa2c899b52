import { detachedContext } from '@resdiff/runtime';
import { findExperiment } from '@resdiff/experiments';
import { expect, it } from 'vitest';
import { findPeer, runPeer } from './peers.ts';

const size = { width: 64, depth: 20, inputs: [0, 1] };
const draws = 600;

/**
 * Mean and variance of |x_T|^2 / D of each input: from our draws, all coordinates kept. Those of a
 * network correlate, so the variance is taken over draws.
 */
async function ourMoments(
  process: 'resnet' | 'sde',
): Promise<{ mean: number; variance: number }[]> {
  const experiment = findExperiment('draws')!;
  const settings = experiment.settings.parse({ ...size, draws, coordinates: 'all' });
  const { batches } = await experiment.compute(
    settings,
    { process, first: 0, count: draws },
    detachedContext(),
  );
  const [batch] = batches as Iterable<{ columns: { value: Float32Array } }>;
  const { value } = batch.columns;
  return size.inputs.map((_, input) => {
    const moments = Array.from({ length: draws }, (_, draw) => {
      const start = (draw * size.inputs.length + input) * size.width;
      const state = value.subarray(start, start + size.width);
      return state.reduce((sum, x) => sum + x * x, 0) / size.width;
    });
    const mean = moments.reduce((sum, q) => sum + q, 0) / draws;
    const variance = moments.reduce((sum, q) => sum + (q - mean) ** 2, 0) / (draws - 1);
    return { mean, variance };
  });
}

/** How far the peer's second moments are from `ours`, in standard errors of the difference. */
async function deviations(
  output: Readonly<Record<string, unknown>>,
  ours: 'resnet' | 'sde',
): Promise<number[]> {
  const theirs = output.secondMoments as number[];
  return (await ourMoments(ours)).map(({ mean, variance }, input) =>
    Math.abs((theirs[input] - mean) / Math.sqrt((2 * variance) / draws)),
  );
}

const scripts = [
  { script: 'recursion_torch.py', module: 'torch', process: 'resnet', batch: 1 },
  { script: 'recursion_torch.py', module: 'torch', process: 'resnet', batch: 4 },
  { script: 'sde_torch.py', module: 'torch', process: 'sde', batch: 1 },
  { script: 'sde_torch.py', module: 'torch', process: 'sde', batch: 4 },
  { script: 'recursion_numpy.py', module: 'numpy', process: 'resnet', batch: 1 },
  { script: 'sde_numpy.py', module: 'numpy', process: 'sde', batch: 1 },
] as const;

for (const { script, module, process, batch } of scripts) {
  // Below 4.5 standard errors for two inputs: a false alarm for one seed in 70,000.
  it.skipIf(!findPeer(module))(
    `${script} with batches of ${batch} draws the same law as ours`,
    { timeout: 120_000 },
    async () => {
      const { width, depth, inputs } = size;
      const output = runPeer(findPeer(module)!, script, [
        ...['--width', width, '--depth', depth, '--inputs', JSON.stringify(inputs)],
        ...['--draws', draws, '--batch', batch, '--seed', 7],
      ]);
      expect(Number(output.cpuSeconds)).toBeGreaterThan(0);
      for (const deviation of await deviations(output, process))
        expect(deviation).toBeLessThan(4.5);
      const other = process === 'resnet' ? 'sde' : 'resnet';
      expect(Math.max(...(await deviations(output, other)))).toBeGreaterThan(4.5);
    },
  );
}
