import { readManifest, isDone } from '@resdiff/runtime';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pl from 'nodejs-polars';
import { beforeAll, describe, expect, it } from 'vitest';
import { figure2, refusal, resdiff, scratch, set, start, until, type Started } from './support.ts';

/** Where Debian's chromium-common puts the driver of SwiftShader, which renders in software. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

const named = process.env.VK_ICD_FILENAMES ?? process.env.VK_DRIVER_FILES;
if (named === undefined && existsSync(SWIFTSHADER)) process.env.VK_ICD_FILENAMES = SWIFTSHADER;

const doctor = JSON.parse((await resdiff(['doctor', '--json'])).stdout) as {
  devices: { device: string; name: string }[];
  findings: { what: string; found: boolean; detail: string }[];
};
const gpu = doctor.devices.find(({ device }) => device === 'webgpu:0');
const webgpu = doctor.findings.find(({ what }) => what === 'WebGPU')!;
if (!gpu) console.warn(`tests of GPUs are skipped: ${webgpu.detail}`);

it.runIf(process.env.CI)('finds a GPU, or a program that does as one', () => {
  expect(webgpu).toMatchObject({ found: true });
});

const settings = set({ draws: 40, width: 8, depth: 12, coordinates: 'all' });
const run = ['run', figure2, '--quiet', '--workers=1', '--shard-size=8', ...settings];

/** The values of the table, in its order. */
function valuesOf(folder: string): { process: string[]; value: number[] } {
  const table = pl.readParquet(join(folder, 'draws.parquet'));
  return {
    process: table.getColumn('process').cast(pl.Utf8).toArray(),
    value: table.getColumn('value').toArray() as number[],
  };
}

/** Numbers of a draw: its inputs, with all coordinates. */
const PER_DRAW = 16;
/** Largest difference of a coordinate, relative to the largest of its draw. */
const TOLERANCE = 3e-6;

/** The values of a run on a GPU are those of the cpu but for rounding; those of the limit are equal. */
function expectSameDraws(found: string, expected: string): void {
  const [gpu, cpu] = [valuesOf(found), valuesOf(expected)];
  expect(gpu.process).toEqual(cpu.process);
  let different = 0;
  for (let first = 0; first < cpu.value.length; first += PER_DRAW) {
    const [a, b] = [gpu, cpu].map(({ value }) => value.slice(first, first + PER_DRAW));
    const scale = Math.max(...b.map(Math.abs));
    const error = Math.max(...a.map((value, i) => Math.abs(value - b[i])));
    expect(error / scale).toBeLessThan(cpu.process[first] === 'limit' ? 1e-300 : TOLERANCE);
    if (error > 0) different += 1;
  }
  expect(different).toBeGreaterThan(0);
}

async function devicesOf(folder: string): Promise<string[]> {
  const manifest = await readManifest(folder);
  return manifest!.shards.map((shard) => (isDone(shard) ? shard.device : 'missing'));
}

/** The processes that a command has started. */
function children({ child }: Started): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        return new RegExp(`^PPid:\\s${child.pid}$`, 'm').test(status);
      } catch {
        return false;
      }
    })
    .map(Number);
}

describe.skipIf(!gpu)('on a GPU', () => {
  const cpu = join(scratch(), 'cpu');
  const whole = join(scratch(), 'gpu');

  beforeAll(async () => {
    const on = (folder: string, ...words: string[]) => resdiff([...run, ...words, '--out', folder]);
    expect(await on(cpu)).toMatchObject({ code: 0, stderr: '' });
    expect(await on(whole, '--device', 'webgpu')).toMatchObject({ code: 0, stderr: '' });
  });

  it('doctor names it, and what can be computed there', () => {
    expect(webgpu.detail).toContain(`webgpu:0 (${gpu!.name}`);
    expect(webgpu.detail).toMatch(/, for draws, .*ntk/);
  });

  it('every draw is that of the cpu, and the manifest names the device', async () => {
    expectSameDraws(whole, cpu);
    expect(new Set(await devicesOf(whole))).toEqual(new Set(['webgpu:0']));
    expect(new Set(await devicesOf(cpu))).toEqual(new Set(['cpu']));
  });

  it('a run is not gone on with on the cpu, unless --mixed allows it', async () => {
    const [lost] = readdirSync(join(whole, 'shards')).filter((name) => name.startsWith('sde'));
    rmSync(join(whole, 'shards', lost));
    const { code, stderr } = await resdiff(['resume', whole, '--quiet']);
    expect(code).toBe(2);
    expect(stderr).toContain('has shards that were computed on webgpu, not on cpu');
    const mixed = await resdiff(['resume', whole, '--quiet', '--mixed']);
    expect(mixed.code).toBe(0);
    expect(new Set(await devicesOf(whole))).toEqual(new Set(['webgpu:0', 'cpu']));
  });

  it('nothing is lost with a process that is killed, and another device goes on', async () => {
    const folder = join(scratch(), 'killed');
    const words = [...run, '--devices', 'webgpu:0,cpu', '--mixed', '--out', folder];
    const started = start([...words, '--set', 'depth=4000']);
    await until(() => existsSync(join(folder, 'shards')), started);
    let killed = 0;
    for (const pid of children(started)) if (process.kill(pid, 'SIGKILL')) killed += 1;
    expect(killed).toBe(1);
    const { code, stderr } = await started.ended;
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(
        /^Warning: webgpu:0 was lost at the shard \S+: its process ended by SIGKILL\. cpu goes on with what it was at\.$/m,
      ) as string,
    });
    expect(await devicesOf(folder)).not.toContain('missing');
  });

  it('a GPU that is not there is refused with those that are', async () => {
    expect(await refusal([...run, '--device', 'webgpu:99'])).toContain(
      `The device webgpu:99 cannot be used. There are: webgpu:0 (${gpu!.name})`,
    );
  });
});

describe('a device is refused before anything is computed', () => {
  it.each([
    ['that is none', ['--device', 'gpu'], '"gpu" is not a device.\nDevices are cpu, webgpu:0'],
    [
      'that the settings do not fit',
      ['--device', 'webgpu', ...set({ inputs: Array.from({ length: 49 }, (_, z) => z) })],
      'cannot be computed on webgpu:0: a GPU draws at most 48 inputs at once, not 49.',
    ],
    ['beside a list', ['--device', 'cpu', '--devices', 'cpu'], 'cannot be used with option'],
  ])('%s', async (_, words, message) => {
    expect(await refusal([...run, ...words])).toContain(message);
  });

  it('where no Vulkan driver is found, with what to install', async () => {
    const before = process.env.VK_ICD_FILENAMES;
    process.env.VK_ICD_FILENAMES = '/nowhere.json';
    const refused = refusal([...run, '--device', 'webgpu']);
    if (before === undefined) delete process.env.VK_ICD_FILENAMES;
    else process.env.VK_ICD_FILENAMES = before;
    expect(await refused).toMatch(
      /^resdiff: The device webgpu:0 cannot be used: no GPU.*libvulkan1/,
    );
  });
});
