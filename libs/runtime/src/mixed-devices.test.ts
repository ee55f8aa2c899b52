import { describe, expect, it } from 'vitest';
import { drawsPlan } from '../test/draws.ts';
import { complete, countingExecutor, failureOf, scratch } from '../test/support.ts';
import { UserError } from './errors.ts';
import { earlierDevices, refuseMixedDevices } from './mixed-devices.ts';
import { executeRun } from './run.ts';
import { workOnShards } from './work.ts';

describe('refuseMixedDevices', () => {
  const check = (earlier: string[], devices?: string[]) => () =>
    refuseMixedDevices({ folder: 'runs/a', earlier, executor: devices ? { devices } : {} });

  it('lets devices of one kind be', () => {
    expect(check([], ['webgpu:0', 'webgpu:1'])).not.toThrow();
    expect(check(['webgpu:3'], ['webgpu:0'])).not.toThrow();
    expect(check(['cpu'])).not.toThrow();
  });

  it('refuses several, now or earlier', () => {
    expect(check([], ['cpu', 'cuda:0'])).toThrow('The devices are of the kinds cpu, cuda');
    expect(check(['cuda', 'cpu'])).toThrow('runs/a has shards that were computed on cuda, not on');
    const devices = earlierDevices([{ device: 'cpu' }], { devices: new Set(['cuda:1']) });
    expect(devices).toEqual(['cpu', 'cuda:1']);
  });
});

describe('workOnShards', () => {
  it('refuses another kind of devices than computed the rest, unless it is allowed', async () => {
    const folder = await scratch();
    const plan = drawsPlan({ draws: 20, shardSize: 10 });
    const [, second] = plan.shards.map(({ id }) => id);
    const controller = new AbortController();
    const stopping = executeRun(plan, {
      folder,
      executor: countingExecutor(),
      signal: controller.signal,
      onProgress: ({ done }) => void (done === 1 && controller.abort()),
    });
    await failureOf(stopping);
    const executor = { ...countingExecutor(), devices: ['webgpu:0'] };
    const work = { executor, schema: plan.schema };
    const error = await failureOf(workOnShards(folder, [second], work));
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toContain('computed on cpu, not on webgpu');
    const allowed = await workOnShards(folder, [second], { ...work, mixedDevices: true });
    expect(allowed.done).toEqual([second]);
    expect((await complete(plan, folder)).missing).toEqual([]);
  });
});
