import { copyProgram } from './copy-program.ts';
import type { OnnxDevice } from './device.ts';
import { Graph } from './graph.ts';
import {
  openModel,
  runModel,
  type InferenceSession,
  type Runtime,
  type Tensor,
} from './runtime.ts';
import { isVariable, numbersOf, tensorsOf, type Store, type Variable } from './store.ts';

/** Programs that bring numbers to a device and back. */
interface Ferry {
  readonly upload: InferenceSession;
  readonly download: InferenceSession;
  readonly zeros: InferenceSession;
}

/**
 * Makes stores that keep variables in buffers of a WebGPU device. The ferry is never closed: with the
 * last of its sessions, ONNX Runtime gives up the device and all shaders, and ends the process when a
 * buffer is given back after that.
 *
 * @throws {EngineUnavailableError} if there is no such device.
 */
export async function deviceStores(runtime: Runtime, device: OnnxDevice): Promise<() => Store> {
  const open = (model: Uint8Array, resident?: 'all') =>
    openModel(runtime, device, model, resident && { resident });
  const ferry = {
    upload: await open(copyProgram(), 'all'),
    download: await open(copyProgram()),
    zeros: await open(zerosProgram(), 'all'),
  };
  return () => deviceStore(runtime, device, ferry);
}

function deviceStore(runtime: Runtime, device: OnnxDevice, ferry: Ferry): Store {
  const { Tensor } = runtime;
  const sessions: InferenceSession[] = [];
  const variables = new Set<Variable>();

  async function uploaded(numbers: Float32Array, shape: readonly number[]): Promise<Tensor> {
    const matrix = new Tensor('float32', numbers, shape);
    return (await runModel(ferry.upload, device, { matrix })).copy;
  }

  async function zeros(extents: readonly number[]): Promise<Tensor> {
    const shape = new Tensor('int64', BigInt64Array.from(extents, BigInt), [extents.length]);
    return (await runModel(ferry.zeros, device, { shape })).zeros;
  }

  function keep(tensor: Tensor, shape: readonly number[]): Variable {
    const variable = { shape, tensor };
    variables.add(variable);
    return variable;
  }

  // What a run makes of a variable is in a buffer of its own.
  function replace(variable: Variable, tensor: Tensor): void {
    variable.tensor.dispose();
    variable.tensor = tensor;
  }

  function free(freed: Iterable<Variable>): void {
    for (const variable of freed) {
      variables.delete(variable);
      variable.tensor.dispose();
    }
  }

  return {
    runtime,
    device,
    lacks: ['LogSoftmax', 'Sign'],
    async open(model, options) {
      const session = await openModel(runtime, device, model, options);
      sessions.push(session);
      return {
        async run(feeds, results) {
          const made = await runModel(session, device, tensorsOf(feeds));
          for (const [name, result] of Object.entries(results)) {
            if (isVariable(result)) replace(result, made[name]);
            else numbersOf(result).set(numbersOf(made[name]));
          }
        },
      };
    },
    variable: async (numbers, shape) => keep(await uploaded(numbers, shape), shape),
    zeros: async (shape) => keep(await zeros(shape), shape),
    async write(variable, numbers) {
      replace(variable, await uploaded(numbers, variable.shape));
    },
    async fillWithZeros(variable) {
      replace(variable, await zeros(variable.shape));
    },
    async read({ tensor }) {
      const { copy } = await runModel(ferry.download, device, { matrix: tensor });
      return numbersOf(copy);
    },
    free,
    async close() {
      free([...variables]);
      for (const session of sessions) await session.release();
    },
  };
}

function zerosProgram(): Uint8Array {
  const g = new Graph();
  const shape = g.input('shape', [2], 'int64');
  g.output('zeros', g.zeros(shape), ['rows', 'columns']);
  return g.encode();
}
