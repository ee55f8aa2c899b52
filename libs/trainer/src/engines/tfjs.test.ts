import { activations, tanh, type Activation } from '@resdiff/networks';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { engineSuite } from '../../test/engine-suite.ts';
import { jumps, noise, smallModel, smallSet } from '../../test/problem.ts';
import {
  adam,
  initialParameters,
  type Model,
  type Optimizer,
  type TrainingJob,
  type TrainingSession,
  type TrainingState,
} from '../index.ts';
import { tfjsEngine, type TfjsOptions } from './tfjs.ts';

// f32 rounds to 6e-8. The parameters and losses of a few steps hold some ten such errors, and up to
// ten times that where a sum nearly cancels. The erf of the cpu backend is good to 1.5e-7 itself.
engineSuite('tfjs', () => tfjsEngine({ backend: 'cpu' }), {
  losses: 5e-6,
  outputs: 5e-6,
  parameters: 5e-6,
  gradients: 2e-5,
});

const descent: Optimizer = { kind: 'gradient-descent' };

it('says its version and its device', async () => {
  const { name, version, device } = await tfjsEngine({ backend: 'cpu' });
  expect({ name, version, device }).toEqual({
    name: 'tfjs',
    version: 'tfjs 4.22.0 cpu',
    device: 'cpu',
  });
});

it('refuses an activation that it has no form of, and names those that it has', async () => {
  const engine = await tfjsEngine({ backend: 'cpu' });
  const before = tf.memory().numTensors;
  const activation: Activation = { ...tanh, name: 'toString' };
  const refusal = await engine
    .open(jobOf(smallModel({ network: { activation } })))
    .catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(RangeError);
  const names = activations.map(({ name }) => name).join(', ');
  expect((refusal as RangeError).message).toBe(
    `the engine tfjs has no activation toString; it has ${names}`,
  );
  expect(tf.memory().numTensors).toBe(before);
});

it('refuses a job that cannot be', async () => {
  const engine = await tfjsEngine({ backend: 'cpu' });
  await expect(engine.open(jobOf(smallModel(), { batch: 0 }))).rejects.toThrow(RangeError);
});

it('takes no step for an empty order', async () => {
  const job = jobOf(smallModel());
  await withSession(job, {}, async (session) => {
    await session.load(fresh(job));
    expect(await session.run(new Int32Array(), 0.5)).toEqual(new Float64Array());
    expect((await session.state()).step).toBe(0);
  });
});

describe('memory', () => {
  it.each([descent, adam()])('does not grow over steps and calls: $kind', async (optimizer) => {
    const unused = tf.memory();
    const job = jobOf(smallModel({ loss: 'cross-entropy' }), { optimizer });
    const state = fresh(job);
    const offsets = noise(job.data.count * job.model.network.outputs, 5);
    const images = noise(50 * job.model.network.inputs, 6);
    await withSession(job, { stepMemory: 3 * rowBytes(job.model) }, async (session) => {
      await session.load(state, offsets);
      const loaded = tf.memory();
      for (let call = 0; call < 3; call++) {
        await session.run(jumps(5 * job.batch, job.data.count), 0.1);
        await session.outputs(images);
        await session.load(await session.state(), offsets);
        expect(tf.memory()).toEqual(loaded);
      }
    });
    expect(tf.memory()).toEqual(unused);
  });

  it('does not grow with the batch', async () => {
    const model = smallModel({ network: { width: 20, depth: 10 } });
    const stepMemory = 40 * rowBytes(model);
    const peaks: number[] = [];
    for (const batch of [80, 800]) {
      const job = jobOf(model, { batch, count: 800 });
      await withSession(job, { stepMemory }, async (session) => {
        await session.load(fresh(job));
        const before = tf.memory().numBytes;
        const { peakBytes } = await tf.profile(async () => {
          await session.run(jumps(batch, 800), 0.1);
          return [];
        });
        peaks.push(peakBytes - before);
      });
    }
    expect(peaks[1]).toBe(peaks[0]);
    expect(peaks[0]).toBeLessThan(2 * stepMemory);
  });
});

it.each([descent, adam()])(
  'steps the same in parts, but for rounding: $kind',
  async (optimizer) => {
    const job = jobOf(smallModel({ loss: 'cross-entropy' }), { optimizer, batch: 19 });
    const order = jumps(3 * job.batch, job.data.count);
    const images = noise(50 * job.model.network.inputs, 6);
    const offsets = noise(job.data.count * job.model.network.outputs, 5);
    const results: Record<string, Float32Array>[] = [];
    for (const rows of [100, 7, 1]) {
      const result = await withSession(
        job,
        { stepMemory: rows * rowBytes(job.model) },
        async (session) => {
          await session.load(fresh(job), offsets);
          const losses = Float32Array.from(await session.run(order, 0.05));
          const { parameters } = await session.state();
          return { losses, ...parameters, outputs: await session.outputs(images) };
        },
      );
      results.push(result);
    }
    const [whole, ...inParts] = results;
    for (const parts of inParts) {
      for (const [name, values] of Object.entries(whole)) {
        const error = Math.max(...values.map((value, i) => Math.abs(value - parts[name][i])));
        expect(error, name).toBeLessThan(2e-6 * Math.max(...values.map(Math.abs)));
      }
    }
  },
);

it('reads the losses of a call back in one piece', async () => {
  const job = jobOf(smallModel());
  await withSession(job, {}, async (session) => {
    await session.load(fresh(job));
    const reads = vi.spyOn(tf.Tensor.prototype, 'dataSync');
    onTestFinished(() => reads.mockRestore());
    await session.run(jumps(6 * job.batch, job.data.count), 0.1);
    expect(reads).toHaveBeenCalledOnce();
  });
});

/** About the bytes that a row takes in a step. */
function rowBytes({ network: { width, depth, inputs } }: Model): number {
  return 4 * (inputs + 20 * width * (depth + 1));
}

function jobOf(
  model: Model,
  {
    optimizer = descent,
    batch = 8,
    count = 20,
  }: { optimizer?: Optimizer; batch?: number; count?: number } = {},
): TrainingJob {
  return { model, optimizer, batch, data: smallSet(model, count) };
}

function fresh({ model }: TrainingJob): TrainingState {
  return { step: 0, parameters: initialParameters(model, { key: [1, 2], repetition: 3 }) };
}

async function withSession<Result>(
  job: TrainingJob,
  options: Partial<TfjsOptions>,
  use: (session: TrainingSession) => Promise<Result>,
): Promise<Result> {
  const session = await (await tfjsEngine({ backend: 'cpu', ...options })).open(job);
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}
