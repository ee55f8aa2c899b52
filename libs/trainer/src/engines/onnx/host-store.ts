import { copyProgram } from './copy-program.ts';
import type { OnnxDevice } from './device.ts';
import { openModel, runModel, type InferenceSession, type Runtime } from './runtime.ts';
import { numbersOf, tensorsOf, type Store } from './store.ts';

/**
 * Makes stores that keep variables in JavaScript's memory, in which ONNX Runtime changes them.
 *
 * @throws {EngineUnavailableError} if there is no such device, or not all that it needs.
 */
export async function hostStores(runtime: Runtime, device: OnnxDevice): Promise<() => Store> {
  if (device.kind !== 'cpu') await (await openModel(runtime, device, copyProgram())).release();
  return () => hostStore(runtime, device);
}

function hostStore(runtime: Runtime, device: OnnxDevice): Store {
  const sessions: InferenceSession[] = [];
  const variable = (numbers: Float32Array, shape: readonly number[]) => ({
    shape,
    tensor: new runtime.Tensor('float32', numbers, shape),
  });
  return {
    runtime,
    device,
    lacks: [],
    async open(model, { frugal = false } = {}) {
      const session = await openModel(runtime, device, model, { frugal });
      sessions.push(session);
      return {
        async run(feeds, results) {
          await runModel(session, device, tensorsOf(feeds), tensorsOf(results));
        },
      };
    },
    variable: (numbers, shape) => Promise.resolve(variable(numbers, shape)),
    zeros(shape) {
      const size = shape.reduce((size, extent) => size * extent, 1);
      return Promise.resolve(variable(new Float32Array(size), shape));
    },
    write({ tensor }, numbers) {
      numbersOf(tensor).set(numbers);
      return Promise.resolve();
    },
    fillWithZeros({ tensor }) {
      numbersOf(tensor).fill(0);
      return Promise.resolve();
    },
    read: ({ tensor }) => Promise.resolve(numbersOf(tensor).slice()),
    free() {},
    async close() {
      for (const session of sessions) await session.release();
    },
  };
}
