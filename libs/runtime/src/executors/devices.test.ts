import { readArrowMetadata } from '@resdiff/tables';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FAKE_DEVICES, type FakeDevices } from '../../test/device-worker.ts';
import { drawsPlan } from '../../test/draws.ts';
import {
  FROM_SOURCE,
  attemptsLog,
  bundled,
  complete,
  countingExecutor,
  failureOf,
  scratch,
  tablesOf,
} from '../../test/support.ts';
import { unitsPlan } from '../../test/units.ts';
import {
  RunError,
  ShardFailedError,
  ShardsFailedError,
  StoppedError,
  UserError,
} from '../errors.ts';
import { isDone, type Manifest } from '../manifest.ts';
import { executeRun } from '../run.ts';
import { readManifest } from '../manifest.ts';
import {
  devicesExecutor,
  type DeviceLoss,
  type DevicesExecutor,
  type DevicesOptions,
} from './devices.ts';
import { probeDevices } from './probe-devices.ts';

const worker = bundled('device-worker');
const two = [
  { device: 'webgpu:0', name: 'Radeon' },
  { device: 'webgpu:1', name: 'Arc' },
];
const cuda = [
  { device: 'cuda:0', name: 'H100' },
  { device: 'cuda:1', name: 'H200' },
];
const plan = drawsPlan({ draws: 120, shardSize: 10 });

/** Devices of a machine that has two of each kind, closed after the test. */
function fakeDevices(
  devices: readonly string[],
  fake: FakeDevices = {},
  options: Partial<DevicesOptions> = {},
): DevicesExecutor {
  const env = { [FAKE_DEVICES]: JSON.stringify({ devices: [...two, ...cuda], ...fake }) };
  const executor = devicesExecutor({ worker, devices, workers: 1, env, ...options });
  onTestFinished(() => executor.close());
  return executor;
}

function devicesOf({ shards }: Manifest): string[] {
  const devices = shards.filter(isDone).map(({ device }) => device);
  return [...new Set(devices)].sort();
}

async function metadataOf(folder: string): Promise<Record<string, unknown>> {
  const { resdiff = '' } = await readArrowMetadata(join(folder, 'draws.arrow'));
  return JSON.parse(resdiff) as Record<string, unknown>;
}

describe('devicesExecutor', () => {
  it('computes the same bytes whatever device of a kind does what, and records which did', async () => {
    const [one, both] = [await scratch(), await scratch()];
    await complete(plan, one, { executor: fakeDevices(['webgpu:1']) });
    const executor = fakeDevices(['webgpu:0', 'webgpu:1'], { delayMs: 30 });
    const { manifest } = await complete(plan, both, { executor });
    expect(executor).toMatchObject({ workers: 2, devices: ['webgpu:0', 'webgpu:1'] });
    expect(devicesOf(manifest)).toEqual(['webgpu:0', 'webgpu:1']);
    expect(await tablesOf(both)).toEqual(await tablesOf(one));
    expect(await metadataOf(both)).toMatchObject({ devices: ['webgpu'] });
    for (const shard of manifest.shards.filter(isDone)) {
      expect(shard.notes).toEqual({ device: shard.device });
    }
  });

  it('leaves the tables of a run on the processor as they are', async () => {
    const [pool, inline] = [await scratch(), await scratch()];
    const { manifest } = await complete(plan, pool, { executor: fakeDevices(['cpu']) });
    await complete(plan, inline);
    expect(devicesOf(manifest)).toEqual(['cpu']);
    expect(await tablesOf(pool)).toEqual(await tablesOf(inline));
    expect(await metadataOf(pool)).not.toHaveProperty('devices');
  });

  it('shows the process of a CUDA device that one alone, in full precision', async () => {
    const executor = fakeDevices(['cuda:1']);
    const { manifest } = await complete(plan, await scratch(), { executor });
    const notes = manifest.shards.filter(isDone).map((shard) => shard.notes);
    expect(notes[0]).toEqual({ device: 'cuda:1', visible: '1', tf32: '0' });
  });

  it.each([
    ['die', 'its process ended by SIGKILL'],
    ['lose', 'the driver was reset'],
    ['fill', 'no memory is left for 10 draws'],
  ] as const)('goes on with the others when a device is lost: %s', async (mood, reason) => {
    const folder = await scratch();
    const losses: DeviceLoss[] = [];
    const executor = fakeDevices(
      ['webgpu:0', 'webgpu:1'],
      { misbehave: { 'webgpu:1': mood }, delayMs: 20 },
      { onDeviceLost: (loss) => losses.push(loss) },
    );
    const { manifest } = await complete(plan, folder, { executor, retries: 0 });
    expect(losses).toMatchObject([{ device: 'webgpu:1', reason, left: ['webgpu:0'] }]);
    const [{ shard }] = losses;
    expect(manifest.shards.find(({ id }) => id === shard)).toMatchObject({ device: 'webgpu:0' });
    expect(devicesOf(manifest)).toEqual(['webgpu:0', 'webgpu:1']);
    const undisturbed = await scratch();
    await complete(plan, undisturbed, { executor: fakeDevices(['webgpu:0']) });
    expect(await tablesOf(folder)).toEqual(await tablesOf(undisturbed));
  });

  it('hands the last shard to a device that was idle already', async () => {
    const { path, lines } = await attemptsLog();
    const short = drawsPlan({ draws: 20, shardSize: 10 });
    const executor = fakeDevices(['webgpu:0', 'webgpu:1'], {
      misbehave: { 'draws-10-20': 'lose' },
      recoverAt: 2,
      log: path,
      delayMs: 100,
    });
    await complete(short, await scratch(), { executor });
    expect(lines().filter((line) => line.startsWith('draws-10-20 '))).toHaveLength(2);
  });

  it('says what became of each when all are lost, keeps what is done, and resumes', async () => {
    const folder = await scratch();
    const losses: DeviceLoss[] = [];
    const executor = fakeDevices(
      ['webgpu:0', 'webgpu:1'],
      { misbehave: { 'webgpu:0': 'lose', 'webgpu:1': 'die' }, delayMs: 20 },
      { onDeviceLost: (loss) => losses.push(loss) },
    );
    const error = (await failureOf(executeRun(plan, { folder, executor }))) as RunError;
    expect(error).toBeInstanceOf(RunError);
    expect(error.message).toMatch(/^No device is left, and 10 shards are not done:/);
    expect(error.message).toMatch(/webgpu:0, at the shard draws-\d+-\d+: the driver was reset/);
    expect(error.message).toMatch(
      /webgpu:1, at the shard draws-\d+-\d+: its process ended by SIGK/,
    );
    expect(error.remedy).toContain('resumes where this one stopped');
    expect(losses).toHaveLength(1);
    const kept = (await readManifest(folder))!;
    expect(kept.state).toBe('stopped');
    expect(kept.shards.filter(isDone)).toHaveLength(2);

    const again = await failureOf(executeRun(plan, { folder, executor }));
    expect(again.message).toContain('No device is left');
    const { manifest } = await complete(plan, folder, { executor: fakeDevices(['webgpu:0']) });
    expect(manifest.sessions.map(({ shardsComputed }) => shardsComputed)).toEqual([2, 0, 10]);
  });

  it('gives up a shard that takes three devices with it, and goes on with the fourth', async () => {
    const devices = ['webgpu:0', 'webgpu:1', 'webgpu:2', 'webgpu:3'];
    const executor = fakeDevices(devices, {
      devices: devices.map((device) => ({ device, name: device })),
      misbehave: { 'draws-0-10': 'die' },
    });
    const options = { executor, folder: await scratch(), keepGoing: true, partial: true };
    const run = await executeRun(plan, options);
    expect(run.missing).toEqual(['draws-0-10']);
    expect(run.failures).toMatchObject([{ shard: 'draws-0-10', attempts: 3 }]);
    expect(run.failures[0].message).toMatch(/^webgpu:\d was lost: its process ended by SIGKILL$/);
    run.complete();
  });

  it('opens a device anew whose shard hangs', async () => {
    const { path, lines } = await attemptsLog();
    const fake = { misbehave: { 'draws-20-30': 'hang' }, recoverAt: 2, log: path } as const;
    const executor = fakeDevices(['webgpu:0'], fake);
    const options = {
      executor,
      shardTimeout: ({ id }: { id: string }) => (id === 'draws-20-30' ? 4 : 60),
    };
    const { manifest } = await complete(plan, await scratch(), options);
    expect(devicesOf(manifest)).toEqual(['webgpu:0']);
    expect(lines().filter((line) => line.startsWith('draws-20-30 '))).toHaveLength(2);
  });

  it('does not take a shard that throws for a lost device', async () => {
    const folder = await scratch();
    const fake = { misbehave: { 'draws-20-30': 'throw' } } as const;
    const executor = fakeDevices(['webgpu:0'], fake);
    const error = await failureOf(executeRun(plan, { folder, executor }));
    expect(error).toBeInstanceOf(ShardFailedError);
    expect(error.message).toBe('The shard draws-20-30 failed: width 0 is too narrow');
    const going = executeRun(plan, { folder, executor, keepGoing: true });
    expect(await failureOf(going)).toBeInstanceOf(ShardsFailedError);
    const { shards } = (await readManifest(folder))!;
    expect(shards.filter(isDone)).toHaveLength(11);
  });

  it('reports progress, and lets shards write checkpoints when it is stopped', async () => {
    const folder = await scratch();
    const units = unitsPlan([40]);
    const controller = new AbortController();
    const costs: number[] = [];
    const stopping = executeRun(units, {
      folder,
      executor: fakeDevices(['webgpu:0'], { delayMs: 25 }),
      signal: controller.signal,
      onProgress: ({ doneCost }) => {
        costs.push(doneCost);
        if (doneCost > 10) controller.abort();
      },
    });
    const error = await failureOf(stopping);
    expect(error).toBeInstanceOf(StoppedError);
    expect(error.message).toContain('Finished shards and checkpoints are kept');
    expect(costs.some((cost) => cost > 0 && cost < 40)).toBe(true);

    const other = await failureOf(executeRun(units, { folder, executor: countingExecutor() }));
    expect(other.message).toContain('has shards that were computed on webgpu, not on cpu');
    let continued = 0;
    await complete(units, folder, {
      executor: fakeDevices(['webgpu:1']),
      onProgress: (progress) => (continued = progress.continued),
    });
    expect(continued).toBe(1);
    const whole = await scratch();
    await complete(units, whole, { executor: fakeDevices(['webgpu:0']) });
    expect(await tablesOf(folder)).toEqual(await tablesOf(whole));
  });

  it('ends the processes of shards that do not stop in time', async () => {
    const controller = new AbortController();
    const executor = fakeDevices(
      ['webgpu:0'],
      { misbehave: { 'draws-10-20': 'run-on' } },
      { graceSeconds: 0.1 },
    );
    const stopping = executeRun(plan, {
      folder: await scratch(),
      executor,
      signal: controller.signal,
      onProgress: ({ done }) => void (done === 1 && setTimeout(() => controller.abort(), 100)),
    });
    expect((await failureOf(stopping)).message).toMatch(/^Stopped with 1 of 12 shards done/);
  });
});

describe('devices that cannot be used', () => {
  it('are refused before work starts, with what there is', async () => {
    const folder = await scratch();
    const executor = fakeDevices(['webgpu:0', 'webgpu:7']);
    const error = (await failureOf(executeRun(plan, { folder, executor }))) as UserError;
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toBe(
      'The device webgpu:7 cannot be used: no adapter answered. There are: webgpu:0 (Radeon), webgpu:1 (Arc).',
    );
    expect(error.remedy).toBe('Install a driver.');
    expect((await readManifest(folder))!.shards.filter(isDone)).toEqual([]);
  });

  it('are refused if a driver breaks their process off', async () => {
    const executor = fakeDevices(['webgpu:0'], { broken: ['webgpu:0'] });
    const error = await failureOf(executor.start());
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toContain('webgpu:0 cannot be used: its process ended by SIGSEGV.');
    const missing = bundled('broken-worker');
    const unloaded = fakeDevices(['webgpu:0'], {}, { worker: missing });
    expect((await failureOf(unloaded.start())).message).toContain('this worker cannot be loaded');
  });

  it('are none', () => {
    expect(() => fakeDevices([])).toThrow('There is no device to compute on.');
  });
});

describe('mixed devices', () => {
  it('are refused beside each other, unless they are allowed', async () => {
    const folder = await scratch();
    const executor = fakeDevices(['webgpu:0', 'cpu'], { delayMs: 30 });
    const error = await failureOf(executeRun(plan, { folder, executor }));
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toContain('The devices are of the kinds cpu, webgpu, which differ');
    const { manifest } = await complete(plan, folder, { executor, mixedDevices: true });
    expect(devicesOf(manifest)).toEqual(['cpu', 'webgpu:0']);
    expect(await metadataOf(folder)).toMatchObject({ devices: ['cpu', 'webgpu'] });
  });

  it('are refused when a run is resumed on another kind, unless they are allowed', async () => {
    const folder = await scratch();
    const interrupted = fakeDevices(['cpu'], { misbehave: { 'draws-50-60': 'throw' } });
    await failureOf(executeRun(plan, { folder, executor: interrupted }));
    const executor = fakeDevices(['cuda:0']);
    const error = (await failureOf(executeRun(plan, { folder, executor }))) as UserError;
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toContain('has shards that were computed on cpu, not on cuda');
    expect(error.remedy).toContain('Go on with cpu');
    const { manifest } = await complete(plan, folder, { executor, mixedDevices: true });
    expect(devicesOf(manifest)).toEqual(['cpu', 'cuda:0']);
    expect((await complete(plan, folder)).unchanged).toBe(true);
  });
});

describe('probeDevices', () => {
  it('tells what there is of each kind, and survives drivers that break off', async () => {
    const of = (fake: FakeDevices) =>
      probeDevices(worker, ['webgpu', 'cuda'], { [FAKE_DEVICES]: JSON.stringify(fake) });
    const says = 'Warning: an old driver\n';
    expect(await of({ devices: two, says })).toEqual([
      { kind: 'webgpu', devices: two, said: says },
      {
        kind: 'cuda',
        devices: [],
        problem: { reason: 'no cuda driver is installed', remedy: 'Install one.' },
        said: says,
      },
    ]);
    const reason = 'the search for devices failed: its process ended by SIGSEGV';
    expect(await of({ devices: cuda, broken: ['webgpu'] })).toEqual([
      { kind: 'webgpu', devices: [], problem: { reason } },
      { kind: 'cuda', devices: cuda },
    ]);
  });

  it('loads TypeScript', async () => {
    const source = new URL('../../test/device-worker.ts', import.meta.url);
    const env = { [FAKE_DEVICES]: JSON.stringify({ devices: two }), [FROM_SOURCE]: 'yes' };
    expect(await probeDevices(source, ['webgpu'], env)).toEqual([{ kind: 'webgpu', devices: two }]);
  });
});
