import * as tf from '@tensorflow/tfjs';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { jumps, smallModel, smallSet } from '../../../test/problem.ts';
import { adam, initialParameters, type Engine, type TrainingJob } from '../../index.ts';
import type { ImportPackage } from './package.ts';
import { tfjsEngine } from '../tfjs.ts';
import { EngineUnavailableError } from '../unavailable.ts';

const gpuPackage = '@tensorflow/tfjs-node-gpu';

const gpuPackageIsInstalled = (() => {
  try {
    createRequire(import.meta.url).resolve(gpuPackage);
    return true;
  } catch {
    return false;
  }
})();

/** What a process of its own prints of an expression of `tfjsEngine`. */
function printed(expression: string) {
  const script = `
    import { tfjsEngine } from ${JSON.stringify(new URL('../tfjs.ts', import.meta.url).href)};
    console.log(await ${expression});
  `;
  const conditions = '--conditions=@resdiff/source';
  const flags = [conditions, '--import', 'tsx', '--input-type=module', '--eval', script];
  const { stdout, stderr } = spawnSync(process.execPath, flags, {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  return { stdout, stderr };
}

it('loads without a greeting, and computes', () => {
  const network =
    '{ width: 2, depth: 1, inputs: 1, outputs: 1, T: 1, sigmaW: 1, sigmaB: 1, sigmaZ: 1, sigmaY: 1, activation: { name: "tanh" } }';
  const job = `{
    model: { network: ${network}, loss: 'mse', gradients: 'reparametrised', trains: {} },
    optimizer: { kind: 'gradient-descent' },
    batch: 1,
    data: { count: 1, images: new Float32Array(1), targets: new Float32Array(1) },
  }`;
  expect(
    printed(`tfjsEngine({ backend: 'cpu' }).then(async (engine) => {
      await (await engine.open(${job})).close();
      return engine.version;
    })`),
  ).toEqual({ stdout: 'tfjs 4.22.0 cpu\n', stderr: '' });
});

it.skipIf(gpuPackageIsInstalled)('says that the package of the GPU is not installed', () => {
  expect(printed(`tfjsEngine({ backend: 'gpu' }).catch((error) => error.message)`)).toEqual({
    stdout: `The engine tfjs on the GPU needs the package ${gpuPackage}, which is not installed.\n`,
    stderr: '',
  });
});

async function refusal(backend: 'gpu' | 'cpu', importPackage: ImportPackage) {
  const error = await tfjsEngine({ backend, importPackage }).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(EngineUnavailableError);
  const { message, remedy, cause } = error as EngineUnavailableError;
  expect(cause).toBeUndefined();
  expect(message + remedy).not.toMatch(/\n|\bat \S+:\d+/);
  return { message, remedy };
}

function failing(message: string, code?: string): ImportPackage {
  return () =>
    Promise.reject(Object.assign(new Error(message), code === undefined ? {} : { code }));
}

describe('says what to do where', () => {
  it.each([
    ['gpu', gpuPackage],
    ['cpu', '@tensorflow/tfjs'],
  ] as const)('the package of %s is not installed', async (backend, name) => {
    const { message, remedy } = await refusal(
      backend,
      failing(`Cannot find package '${name}' imported from file.js`, 'ERR_MODULE_NOT_FOUND'),
    );
    expect(message).toContain(`needs the package ${name}, which is not installed`);
    expect(remedy).toContain(`npm install ${name}@4.22.0`);
  });

  it('the GPU needs CUDA and its installation the internet', async () => {
    const { remedy } = await refusal(
      'gpu',
      failing(`Cannot find package '${gpuPackage}' imported from file.js`, 'ERR_MODULE_NOT_FOUND'),
    );
    expect(remedy).toMatch(/internet.*CUDA/);
  });

  it('the addon was never downloaded', async () => {
    const { message, remedy } = await refusal(
      'gpu',
      failing(
        'The Node.js native addon module (tfjs_binding.node) can not be found at path: lib. \nPlease run',
      ),
    );
    expect(message).toBe(
      `${gpuPackage} is installed but does not load: The Node.js native addon module (tfjs_binding.node) can not be found at path: lib.`,
    );
    expect(remedy).toContain(`npm install ${gpuPackage}@4.22.0`);
  });

  it('a library of the addon is missing', async () => {
    const reason = 'libcudart.so.11.0: cannot open shared object file: No such file or directory';
    const { message } = await refusal('gpu', failing(reason, 'ERR_DLOPEN_FAILED'));
    expect(message).toBe(`${gpuPackage} is installed but does not load: ${reason}`);
  });

  it('a package that it needs itself is missing', async () => {
    const reason = "Cannot find package 'long' imported from tfjs.js";
    const { message } = await refusal('gpu', failing(reason, 'ERR_MODULE_NOT_FOUND'));
    expect(message).toBe(`${gpuPackage} is installed but does not load: ${reason}`);
  });

  it('another thread of the process has loaded the addon', async () => {
    const { message, remedy } = await refusal(
      'gpu',
      failing("Module did not self-register: 'tfjs_binding.node'.", 'ERR_DLOPEN_FAILED'),
    );
    expect(message).toContain('one thread of a process only');
    expect(remedy).toContain('CUDA_VISIBLE_DEVICES');
  });
});

describe('with a package that stands in for tfjs-node-gpu', () => {
  afterEach(() => {
    tf.removeBackend('tensorflow');
  });

  /** What the package does when it is imported: its backend is registered, kernels and all. */
  function standIn(isUsingGpuDevice: boolean): ImportPackage {
    return vi.fn(() => {
      tf.registerBackend('tensorflow', () =>
        Object.assign(new tf.MathBackendCPU(), { isUsingGpuDevice }),
      );
      tf.copyRegisteredKernels('cpu', 'tensorflow');
      return Promise.resolve({ default: tf });
    });
  }

  it('asks for the package by its name and computes on its backend', async () => {
    const importPackage = standIn(true);
    const gpu = await tfjsEngine({ backend: 'gpu', importPackage });
    expect(importPackage).toHaveBeenCalledExactlyOnceWith(gpuPackage);
    expect(gpu).toMatchObject({ name: 'tfjs', version: 'tfjs 4.22.0 cuda', device: 'cuda' });
    const cpu = await tfjsEngine({ backend: 'cpu' });
    const [onGpu, onCpu] = [await trained(gpu, 'tensorflow'), await trained(cpu, 'cpu')];
    expect(onGpu).toEqual(onCpu);
  });

  it('takes a package without a default export', async () => {
    const importPackage = standIn(true);
    const named: ImportPackage = async (name) => {
      await importPackage(name);
      return tf;
    };
    const { device } = await tfjsEngine({ backend: 'gpu', importPackage: named });
    expect(device).toBe('cuda');
  });

  it('refuses one that computes on the CPU for want of a GPU', async () => {
    const { message, remedy } = await refusal('gpu', standIn(false));
    expect(message).toContain('no GPU');
    expect(remedy).toContain('CUDA_VISIBLE_DEVICES');
  });

  async function trained(engine: Engine, backend: string) {
    const model = smallModel();
    const job: TrainingJob = { model, optimizer: adam(), batch: 8, data: smallSet(model, 20) };
    const session = await engine.open(job);
    await session.load({
      step: 0,
      parameters: initialParameters(model, { key: [1, 2], repetition: 3 }),
    });
    const losses = await session.run(jumps(24, 20), 0.05);
    expect(tf.getBackend()).toBe(backend);
    const result = { losses, state: await session.state() };
    await session.close();
    return result;
  }
});
