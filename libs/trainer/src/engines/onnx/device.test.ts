import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { printedBy } from '../../../test/child.ts';
import { smallModel, smallSet } from '../../../test/problem.ts';
import { withoutVulkan } from '../../../test/vulkan.ts';
import { DeviceError, EngineUnavailableError } from '../../index.ts';
import { onnxEngine } from '../onnx.ts';
import { deviceName, onnxDevice } from './device.ts';

it.each([
  ['cpu', 'cpu'],
  ['webgpu', 'webgpu:0'],
  ['webgpu:0', 'webgpu:0'],
  ['cuda', 'cuda:0'],
  ['cuda:12', 'cuda:12'],
])('reads %s as %s', (given, name) => {
  expect(deviceName(onnxDevice(given))).toBe(name);
});

it.each(['', 'gpu', 'cpu:0', 'cpu:1', 'cuda:', 'cuda:-1', 'cuda:01', 'webgpu:x', 'CUDA', ' cpu'])(
  'refuses the device "%s"',
  async (device) => {
    const refusal = `a device of the engine onnx is cpu, webgpu, cuda or cuda:<index>, not ${device}`;
    expect(() => onnxDevice(device)).toThrow(new RangeError(refusal));
    await expect(onnxEngine({ device })).rejects.toThrow(RangeError);
  },
);

it('refuses another adapter than the first, which ONNX Runtime cannot be told to take', async () => {
  const refusal = await refusalOf(onnxEngine({ device: 'webgpu:1' }));
  expect(refusal.message).toContain('one WebGPU adapter of a process, webgpu:0, not on webgpu:1');
  expect(refusal.remedy).toContain('VK_DRIVER_FILES');
});

describe('with a package that stands in for ONNX Runtime', () => {
  /** Imports it; its sessions fail as they run, or already as they open. */
  function standIn({
    backends = ['cpu', 'webgpu', 'cuda'],
    isMainThread = true,
    opens = true,
    failure = '',
  } = {}) {
    const fail = () => Promise.reject(new Error(`${failure}\nat line 1`));
    const session = { run: fail, release: () => Promise.resolve() };
    const runtime = {
      env: { versions: { node: '0.0.0' } },
      listSupportedBackends: () => backends.map((name) => ({ name, bundled: true })),
      Tensor: class {},
      InferenceSession: { create: () => (opens ? Promise.resolve(session) : fail()) },
    };
    const packages: Record<string, unknown> = {
      'onnxruntime-node': runtime,
      'node:worker_threads': { isMainThread },
    };
    return (name: string) => Promise.resolve(packages[name]);
  }

  it('refuses an execution provider that it is built without, and names those that it has', async () => {
    const importPackage = standIn({ backends: ['cpu', 'dml'] });
    const refusal = await refusalOf(onnxEngine({ device: 'webgpu', importPackage }));
    expect(refusal.message).toBe(
      'ONNX Runtime is built without webgpu on this platform: it has cpu, dml.',
    );
  });

  it('refuses WebGPU in a worker thread, but not CUDA', async () => {
    const importPackage = standIn({ isMainThread: false });
    const refusal = await refusalOf(onnxEngine({ device: 'webgpu', importPackage }));
    expect(refusal.message).toContain('in the main thread of a process only');
    const { device } = await onnxEngine({ device: 'cuda:1', importPackage });
    expect(device).toBe('cuda:1');
  });

  const full = 'has no memory left; a smaller batch or network takes less';

  it.each([
    ['webgpu', true, 'Device is lost.', 'webgpu:0 failed'],
    ['cuda:1', true, 'CUDA failure 719', 'cuda:1 failed'],
    ['webgpu', true, 'Failed to create buffer: Out of memory', `webgpu:0 ${full}`],
    ['cuda:1', false, 'CUDA failure 2: out of memory', `cuda:1 ${full}`],
  ])(
    'says that %s gave up, not that it is not there: %j, %s',
    async (asked, opens, failure, says) => {
      const model = smallModel();
      const job = { model, optimizer: { kind: 'gradient-descent' }, batch: 6 } as const;
      const error = await onnxEngine({ device: asked, importPackage: standIn({ opens, failure }) })
        .then((engine) => engine.open({ ...job, data: smallSet(model, 20) }))
        .then((session) => session.run(new Int32Array(6), 0.1))
        .catch((error: unknown) => error);
      expect(error).toBeInstanceOf(DeviceError);
      const device = deviceName(onnxDevice(asked));
      expect(error).toMatchObject({ device, message: `${says}: ${failure}` });
    },
  );
});

it('refuses WebGPU in a worker thread of a process', async () => {
  const trainer = new URL('../../../dist/index.js', import.meta.url).href;
  const program = `
    import { parentPort } from 'node:worker_threads';
    import { onnxEngine } from ${JSON.stringify(trainer)};
    await onnxEngine({ device: 'webgpu' }).catch(({ name }) => parentPort.postMessage(name));
  `;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`), {
    execArgv: [],
  });
  const message = new Promise((resolve) => {
    worker.once('message', resolve).once('error', resolve).once('exit', resolve);
  });
  expect(await message).toBe('EngineUnavailableError');
});

const cudaFiles = join(
  dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json')),
  `bin/napi-v6/${process.platform}/${process.arch}/libonnxruntime_providers_cuda.so`,
);
const hasCudaFiles = existsSync(cudaFiles);
const isLinux = process.platform === 'linux' && process.arch === 'x64';

it.skipIf(hasCudaFiles || !isLinux)(
  'says what to install for CUDA, and the log says nothing',
  async () => {
    const { printed, stderr } = await printedBy('./devices-child.ts', ['cuda', 'cpu'], process.env);
    expect(printed).toEqual([
      {
        message: expect.stringMatching(
          /^ONNX Runtime cannot compute on cuda:0: .*Failed to load shared library$/,
        ) as string,
        remedy: expect.stringContaining('ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild') as string,
      },
      { device: 'cpu' },
    ]);
    expect(stderr).toBe('');
  },
);

it.runIf(isLinux)('says that there is no WebGPU adapter, and what it needs', async () => {
  const { printed } = await printedBy('./devices-child.ts', ['webgpu', 'cpu'], withoutVulkan());
  expect(printed).toEqual([
    {
      message: expect.stringMatching(
        /^ONNX Runtime cannot compute on webgpu:0: Failed to get a WebGPU adapter: [^\n]*$/,
      ) as string,
      remedy: expect.stringContaining('libvulkan.so.1') as string,
    },
    { device: 'cpu' },
  ]);
});

async function refusalOf(opening: Promise<unknown>): Promise<EngineUnavailableError> {
  const refusal = await opening.catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(EngineUnavailableError);
  return refusal as EngineUnavailableError;
}
