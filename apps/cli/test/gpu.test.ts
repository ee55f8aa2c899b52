import { isDone, readManifest } from '@resdiff/runtime';
import { readArrowMetadata } from '@resdiff/tables';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import pl from 'nodejs-polars';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeTinySet } from './image-sets.ts';
import {
  figure2,
  refusal,
  resdiff,
  root,
  scratch,
  set,
  start,
  until,
  type Outcome,
  type Started,
} from './support.ts';

/** Where Debian's chromium-common puts drivers: SwiftShader, and one of no card, which can do little. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';
const MOCK = '/usr/lib/chromium/libVkICD_mock_icd.so';

const named = process.env.VK_ICD_FILENAMES ?? process.env.VK_DRIVER_FILES;
/** Whether SwiftShader is there twice, as two equal cards are. */
const twins = named === undefined && existsSync(SWIFTSHADER);
if (twins) {
  const again = driverFile('/usr/lib/chromium/libvk_swiftshader.so');
  process.env.VK_ICD_FILENAMES = [SWIFTSHADER, again].join(delimiter);
}

/** A new file that tells the Vulkan loader of a driver. */
function driverFile(library: string): string {
  const file = join(scratch(), 'driver.json');
  const ICD = { library_path: library, api_version: '1.1.0' };
  writeFileSync(file, JSON.stringify({ file_format_version: '1.0.0', ICD }));
  return file;
}

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

const settings = set({
  ...{ draws: 24, width: 8, depth: 400, coordinates: 'all' },
  processes: ['resnet', 'limit'],
});
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

/** The devices of the shards, each once. */
async function devicesOf(folder: string): Promise<string[]> {
  const { shards } = (await readManifest(folder))!;
  return [...new Set(shards.map((shard) => (isDone(shard) ? shard.device : 'missing')))];
}

/** Removes the rows of a shard, as whoever resumes then computes them again. */
function loseShard(folder: string, like: string): void {
  const [lost] = readdirSync(join(folder, 'shards')).filter((name) => name.includes(like));
  rmSync(join(folder, 'shards', lost));
}

/** The kinds of devices that a table names. */
async function kindsIn(table: string): Promise<unknown> {
  const { resdiff: metadata = '' } = await readArrowMetadata(table);
  return (JSON.parse(metadata) as Record<string, unknown>).devices;
}

const done = { code: 0, stderr: '' } as const satisfies Partial<Outcome>;

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
  const whole = join(scratch(), 'whole');

  beforeAll(async () => {
    expect(await resdiff([...run, '--device', 'webgpu', '--out', whole])).toMatchObject(done);
  });

  it('doctor names it, and what can be computed there', () => {
    expect(webgpu.detail).toContain(`webgpu:0 (${gpu!.name}`);
    expect(webgpu.detail).toMatch(/, for draws, .*ntk/);
  });

  it('manifest and tables name it', async () => {
    expect(await devicesOf(whole)).toEqual(['webgpu:0']);
    expect(await kindsIn(join(whole, 'draws.arrow'))).toEqual(['webgpu']);
  });

  it('every draw is that of the cpu, which goes on when the process of the GPU is killed', async () => {
    const folder = join(scratch(), 'killed');
    const words = ['--devices', 'webgpu:0,cpu', '--mixed', '--out', folder];
    const started = start([...run, ...words]);
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
    expectSameDraws(whole, folder);
  });

  it('a run is not gone on with on the cpu without --mixed', async () => {
    loseShard(whole, 'resnet');
    const { code, stderr } = await resdiff(['resume', whole, '--quiet']);
    expect(code).toBe(2);
    expect(stderr).toContain('has shards that were computed on webgpu, not on cpu');
  });

  it('a GPU that is not there is refused with those that are', async () => {
    expect(await refusal([...run, '--devices', 'webgpu:0,webgpu:99'])).toContain(
      `The device webgpu:99 cannot be used. There are: webgpu:0 (${gpu!.name})`,
    );
  });

  it.runIf(twins)('doctor says which of two that look the same cannot be used', () => {
    expect(webgpu.detail).toMatch(
      /webgpu:1 .*; not to be used: WebGPU cannot tell it from webgpu:0/,
    );
  });
});

/** A training on five images; the folder of the images is the first argument. */
const training = (images: string, ...words: string[]) => [
  ...[join(root, 'pipelines', 'figure-6.yaml'), '--quiet', '--workers=1'],
  ...set({ data: images, trainImages: 3, testImages: 2, size: 4, optimizer: 'sgd' }),
  ...set({ batch: 3, epochs: 6 }),
  ...words,
];

/** Of losses, relative to the largest: of a few steps in f32, ten times the rounding of one. */
const LOSS_TOLERANCE = 5e-6;

it.skipIf(!gpu)('a sweep of trainings on a GPU has the losses of the cpu', async () => {
  const images = writeTinySet(join(scratch(), 'tiny'));
  const losses = async (device: string) => {
    const folder = join(scratch(), 'sweep');
    const words = training(images, '--grid', 'rate=0.5,0.6', '--device', device, '--out', folder);
    expect(await resdiff(['sweep', ...words])).toMatchObject(done);
    const table = pl.readParquet(join(folder, 'training.parquet'));
    const column = (name: string) => table.getColumn(name).toArray() as number[];
    return { folder, trained: column('trainLoss'), tested: column('loss') };
  };
  const [onGpu, onCpu] = [await losses('webgpu'), await losses('cpu')];
  expect(await devicesOf(onGpu.folder)).toEqual(['webgpu:0']);
  expect(await kindsIn(join(onGpu.folder, 'training.arrow'))).toEqual(['webgpu']);
  for (const name of ['trained', 'tested'] as const) {
    const expected = onCpu[name];
    const errors = onGpu[name].map((loss, i) => Math.abs(loss - expected[i]));
    const scale = Math.max(...expected);
    expect(expected).toHaveLength(2 * 7);
    expect(Math.max(...errors)).toBeLessThan(LOSS_TOLERANCE * scale);
    // What the second rate changes is not taken for rounding.
    expect(Math.abs(expected[6] - expected[13])).toBeGreaterThan(100 * LOSS_TOLERANCE * scale);
  }
});

describe('a device is refused before anything is computed', () => {
  const many = set({ inputs: Array.from({ length: 49 }, (_, z) => z) });

  it.each([
    [
      'that the settings do not fit, also before they are submitted',
      ['submit', figure2, '--dry-run', '--device', 'webgpu', ...many],
      'cannot be computed on webgpu:0: a GPU draws at most 48 inputs at once, not 49.',
    ],
    [
      'beside a list',
      [...run, '--device', 'cpu', '--devices', 'cpu'],
      'cannot be used with option',
    ],
  ])('%s', async (_, words, message) => {
    expect(await refusal(words)).toContain(message);
  });
});

/** What a command that is to be refused says, with these variables. */
async function refusalWith(
  words: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<string> {
  const { code, stdout, stderr } = await start(words, scratch(), variables).ended;
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  return stderr;
}

const onLinux = process.platform === 'linux';

describe.runIf(onLinux)('where there is no GPU, the message says what is missing', () => {
  const drivers = (file: string) => ({ VK_ICD_FILENAMES: file, VK_DRIVER_FILES: file });

  /** A folder with a library of this name that cannot be loaded. */
  const emptyLibrary = (name: string) => {
    const folder = scratch();
    writeFileSync(join(folder, name), '');
    return folder;
  };

  it.each([
    [
      'a Vulkan driver',
      () => drivers('/nowhere.json'),
      /no driver that it can load: .*\/nowhere\.json\.\nInstall one: .*mesa-vulkan-drivers/,
    ],
    [
      'the Vulkan loader',
      () => ({ LD_LIBRARY_PATH: emptyLibrary('libvulkan.so.1') }),
      /the Vulkan loader cannot be loaded: .*libvulkan\.so\.1.*\nInstall it \(libvulkan1/,
    ],
  ])('%s', async (_, variables, message) => {
    expect(await refusalWith([...run, '--device', 'webgpu'], variables())).toMatch(message);
  });

  it.runIf(existsSync(MOCK))('a driver that can do what WebGPU asks for', async () => {
    const words = [...run, '--device', 'webgpu'];
    expect(await refusalWith(words, drivers(driverFile(MOCK)))).toMatch(
      /the Vulkan driver "Vulkan Mock Device" .* is too old, or .*: Insufficient Vulkan limits .*\nInstall a newer driver/,
    );
  });
});

describe.runIf(onLinux)('on a machine whose cards of NVIDIA are made up', () => {
  const tools = scratch();
  const images = writeTinySet(join(tools, 'tiny'));
  const cards = { PATH: [tools, process.env.PATH].join(delimiter) };
  const program = join(tools, 'nvidia-smi');
  writeFileSync(program, '#!/bin/sh\necho 0, GPU-a, Made up\necho 1, GPU-b, Made up\n');
  chmodSync(program, 0o755);

  it('CUDA is refused without the files of ONNX Runtime, and the message says how to get them', async () => {
    const words = ['run', ...training(images, ...set({ rate: 0.5 }), '--device', 'cuda')];
    expect(await refusalWith(words, cards)).toMatch(
      /cuda:0 cannot be used: .*Failed to load shared library\.\n.*ONNXRUNTIME_NODE_INSTALL=cuda12/,
    );
  });

  it('the engine tfjs computes on the card that is asked for, and the manifest names it', async () => {
    const folder = join(scratch(), 'tfjs');
    const settings = set({ engine: 'tfjs', rate: 0.5 });
    const words = training(images, ...settings, '--device', 'cuda:1', '--out', folder);
    const variables = { ...cards, ...tfjsNodeGpu(tools) };
    expect(await start(['run', ...words], tools, variables).ended).toMatchObject(done);
    expect(await devicesOf(folder)).toEqual(['cuda:1']);
    expect(await kindsIn(join(folder, 'training.arrow'))).toEqual(['cuda']);
  });
});

/** The variables of a process that takes `tfjs-node-gpu.mjs` for the package of that name. */
function tfjsNodeGpu(folder: string): Record<string, string> {
  const packages = join(folder, 'packages');
  const name = '@tensorflow/tfjs-node-gpu';
  mkdirSync(join(packages, name), { recursive: true });
  writeFileSync(join(packages, name, 'package.json'), '{ "version": "0.0.0" }');
  const hook = new URL('./tfjs-node-gpu-hook.mjs', import.meta.url).href;
  return { NODE_PATH: packages, NODE_OPTIONS: `--import=${hook}` };
}
