/* Trains on WebGPU, in a process of its own: prints what `WebgpuReport` says. */
import { EngineUnavailableError, onnxEngine, type Engine } from '../src/index.ts';
import { countingImport, type Crossings } from './crossings.ts';
import {
  orderOf,
  plain,
  started,
  tasks,
  trained,
  type Result,
  type Task,
} from './webgpu-trainings.ts';

export interface WebgpuReport {
  readonly engine: Pick<Engine, 'name' | 'version' | 'device'>;
  readonly results: Readonly<Record<string, Result>>;
  /** Of `plain`, with a rate that is a thousandth larger. */
  readonly otherRate: Readonly<Record<string, Result>>;
  /** Of SGD and Adam: from a state in the middle on. */
  readonly resumed: Readonly<Record<string, Result>>;
  /** Of SGD and Adam: step by step, in two sessions at a time. */
  readonly interleaved: Readonly<Record<string, Result>>;
  /** In `load`, in one `run` of the given steps, and in `state`. */
  readonly crossed: Readonly<Record<string, Readonly<Record<'load' | 'run' | 'state', Crossings>>>>;
}

const twoKinds = { SGD: plain.SGD, Adam: plain.Adam };

async function ofAll<T>(
  tasks: Readonly<Record<string, Task>>,
  make: (task: Task) => Promise<T>,
): Promise<Record<string, T>> {
  const made: Record<string, T> = {};
  for (const [name, task] of Object.entries(tasks)) made[name] = await make(task);
  return made;
}

async function resumed(engine: Engine, task: Task): Promise<Result> {
  const order = orderOf(task);
  const middle = Math.floor(task.steps / 2) * task.job.batch;
  const first = await started(engine, task);
  const early = await first.run(order.subarray(0, middle), task.rate);
  const state = await first.state();
  await first.close();
  const second = await engine.open(task.job);
  await second.load(state);
  const late = await second.run(order.subarray(middle), task.rate);
  const { parameters } = await second.state();
  await second.close();
  return { losses: [...early, ...late], ...parameters };
}

async function interleaved(engine: Engine): Promise<Record<string, Result>> {
  const open = await ofAll(twoKinds, async (task) => ({
    task,
    losses: [] as number[],
    session: await started(engine, task),
  }));
  for (let step = 0; step < plain.SGD.steps; step++) {
    await Promise.all(
      Object.values(open).map(async ({ task, losses, session }) => {
        const { batch } = task.job;
        const rows = orderOf(task).subarray(step * batch, (step + 1) * batch);
        losses.push(...(await session.run(rows, task.rate)));
      }),
    );
  }
  const results: Record<string, Result> = {};
  for (const [name, { losses, session }] of Object.entries(open)) {
    results[name] = { losses, ...(await session.state()).parameters };
    await session.close();
  }
  return results;
}

async function crossed(engine: Engine, crossings: Crossings, task: Task) {
  async function count(what: () => Promise<unknown>): Promise<Crossings> {
    const { to, from } = crossings;
    await what();
    return { to: crossings.to - to, from: crossings.from - from };
  }
  const session = await started(engine, task);
  const { parameters } = await session.state();
  const counts = {
    load: await count(() => session.load({ step: 0, parameters })),
    run: await count(() => session.run(orderOf(task), task.rate)),
    state: await count(() => session.state()),
  };
  await session.close();
  return counts;
}

async function report(): Promise<WebgpuReport> {
  const crossings = { to: 0, from: 0 };
  const importPackage = countingImport(crossings);
  const engine = await onnxEngine({ device: 'webgpu', importPackage });
  const { name, version, device } = engine;
  return {
    engine: { name, version, device },
    results: await ofAll(tasks, (task) => trained(engine, task)),
    otherRate: await ofAll(plain, (task) => trained(engine, { ...task, rate: 1.001 * task.rate })),
    resumed: await ofAll(twoKinds, (task) => resumed(engine, task)),
    interleaved: await interleaved(engine),
    crossed: await ofAll(twoKinds, (task) => crossed(engine, crossings, task)),
  };
}

function asLists(_key: string, value: unknown): unknown {
  return ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value;
}

try {
  console.log(JSON.stringify(await report(), asLists));
} catch (error) {
  if (!(error instanceof EngineUnavailableError)) throw error;
  console.log(JSON.stringify({ unavailable: error.message }));
  // Where it has found no adapter, ONNX Runtime 1.27.0 breaks off a process that ends by itself.
  process.exit();
}
