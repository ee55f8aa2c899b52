import { activations, tanh, type Activation } from '@resdiff/networks';
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { engineSuite } from '../../test/engine-suite.ts';
import { jumps, smallModel, smallSet } from '../../test/problem.ts';
import { adam, initialParameters, type Model, type TrainingJob } from '../index.ts';
import { onnxEngine } from './onnx.ts';

// f32 rounds to 6e-8. The parameters and losses of a few steps hold some ten such errors, and up to
// ten times that where a sum nearly cancels.
engineSuite('onnx', () => onnxEngine(), {
  losses: 5e-6,
  outputs: 5e-6,
  parameters: 5e-6,
  gradients: 2e-5,
});

const manifest = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { dependencies: Record<string, string> };
const pinned = manifest.dependencies['onnxruntime-node'];

describe('onnxEngine', () => {
  it('says its version and its device', async () => {
    const { name, version, device } = await onnxEngine();
    expect({ name, version, device }).toEqual({
      name: 'onnx',
      version: `onnxruntime ${pinned} cpu`,
      device: 'cpu',
    });
  });

  it('says what to install where the package does not load', async () => {
    const importPackage = (name: string) => Promise.reject(new Error(`no ${name}\nat line 1`));
    await expect(onnxEngine({ importPackage })).rejects.toMatchObject({
      name: 'EngineUnavailableError',
      message:
        'The engine onnx needs the package onnxruntime-node, which does not load: no onnxruntime-node',
      remedy: expect.stringContaining(`npm install onnxruntime-node@${pinned}`) as string,
    });
  });

  it('refuses an activation that it has no form of, and names those that it has', async () => {
    const engine = await onnxEngine();
    const activation: Activation = { ...tanh, name: 'toString' };
    const names = activations.map(({ name }) => name).join(', ');
    const refusal = await engine
      .open(jobOf(smallModel({ network: { activation } })))
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(RangeError);
    expect((refusal as RangeError).message).toContain(
      `the engine onnx has no activation toString; it has ${names}.`,
    );
  });

  it('refuses a job that cannot be', async () => {
    const engine = await onnxEngine();
    await expect(engine.open(jobOf(smallModel(), { batch: 0 }))).rejects.toThrow(RangeError);
  });

  it('takes no step for an empty order', async () => {
    const job = jobOf(smallModel(), { optimizer: adam() });
    const session = await (await onnxEngine()).open(job);
    await session.load(fresh(job));
    expect(await session.run(new Int32Array(), 1)).toEqual(new Float64Array());
    const state = await session.state();
    expect(state.step).toBe(0);
    expect(state.parameters).toEqual(fresh(job).parameters);
    await session.close();
  });

  it('computes the same bits in two threads of a process and in the main one', async () => {
    const order = jumps(60, 20);
    const job = jobOf(smallModel());
    const session = await (await onnxEngine()).open(job);
    await session.load(fresh(job));
    await session.run(order, 0.1);
    const { parameters } = await session.state();
    await session.close();
    expect(await Promise.all([trainInThread(order), trainInThread(order)])).toEqual([
      parameters,
      parameters,
    ]);
  });
});

function jobOf(model: Model, others: Partial<TrainingJob> = {}): TrainingJob {
  const data = smallSet(model, 20);
  return { model, optimizer: { kind: 'gradient-descent' }, batch: 6, data, ...others };
}

function fresh({ model }: TrainingJob) {
  return { step: 0, parameters: initialParameters(model, { key: [1, 2], repetition: 0 }) };
}

/** The same job from the built package, which a thread can load without a test runner. */
function trainInThread(order: Int32Array): Promise<unknown> {
  const { network, ...model } = smallModel();
  const { activation, ...sizes } = network;
  expect(activation).toBe(tanh);
  const program = `
    import { parentPort, workerData } from 'node:worker_threads';
    import { initialParameters, onnxEngine } from ${JSON.stringify(built('trainer'))};
    import { tanh } from ${JSON.stringify(built('networks'))};
    const { model, sizes, data, order } = workerData;
    const own = { ...model, network: { ...sizes, activation: tanh } };
    const optimizer = { kind: 'gradient-descent' };
    const session = await (await onnxEngine()).open({ model: own, optimizer, batch: 6, data });
    const parameters = initialParameters(own, { key: [1, 2], repetition: 0 });
    await session.load({ step: 0, parameters });
    await session.run(order, 0.1);
    parentPort.postMessage((await session.state()).parameters);
    await session.close();
  `;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`), {
    execArgv: [],
    workerData: { model, sizes, data: smallSet(smallModel(), 20), order },
  });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve).once('error', reject);
  });
}

function built(library: string): string {
  return new URL(`../../../${library}/dist/index.js`, import.meta.url).href;
}
