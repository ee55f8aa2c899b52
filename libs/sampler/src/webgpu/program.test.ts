import { describe, expect, it, vi } from 'vitest';
import { drawsOf, generalInputs } from '../../test/networks.ts';
import { testDevice } from '../../test/webgpu.ts';
import type { BatchSettings } from './batch.ts';
import { webgpuCollapsedSampler } from './collapsed.ts';
import type { WebgpuDevice } from './device.ts';

const device = await testDevice();

const DEPTH = 12;
const draws = drawsOf({ initial: generalInputs(2, 50), depth: DEPTH });
/** Of a layer of a draw: a normal for each of 64 threads and its four numbers. */
const WORK = 4 * 64;

/** How many dispatches so many draws take. */
async function dispatches(
  on: WebgpuDevice,
  count: number,
  settings: Partial<BatchSettings> = {},
): Promise<number> {
  const sampler = await webgpuCollapsedSampler(on, draws, settings);
  const submit = vi.spyOn(on.gpu.queue, 'submit');
  try {
    await sampler.draw(0, count);
    const batches = Math.ceil(
      count / Math.min(count, settings.draws ?? count, on.limits.workgroups),
    );
    return submit.mock.calls.length - batches;
  } finally {
    submit.mockRestore();
    sampler.close();
  }
}

describe.skipIf(!device)('what is put on a device', () => {
  it('is as much for a few draws as for those that a small GPU computes at once', async () => {
    const work = 64 * WORK * 3;
    expect(await dispatches(device!, 1, { work })).toBe(DEPTH / 3);
    expect(await dispatches(device!, 64, { work })).toBe(DEPTH / 3);
    expect(await dispatches(device!, 192, { work })).toBe(DEPTH);
  });

  it('is no more than a dispatch takes', async () => {
    const narrow = { ...device!, limits: { ...device!.limits, workgroups: 3 } };
    expect(await dispatches(narrow, 8)).toBe(3);
  });

  it('is no draw if it is refused', async () => {
    const { workgroups } = device!.limits;
    const wrong = { ...device!, limits: { ...device!.limits, workgroups: workgroups + 1 } };
    const sampler = await webgpuCollapsedSampler(wrong, draws, { draws: workgroups + 1 });
    const refused = sampler.draw(0, 2 * workgroups + 2);
    await expect(refused).rejects.toThrow(/refused to draw: .*workgroup/);
    await expect(sampler.draw(0, 2)).resolves.toHaveLength(2);
    sampler.close();
  });
});
